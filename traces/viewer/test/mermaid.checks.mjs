// What `raftcheck show` writes for Mermaid 11, read and drawn by it.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {newPage} from './session.mjs';
import {allShown, mermaidFile} from './support.mjs';

// How Mermaid understood a diagram: its lines of type, ends and text.
async function understood(text) {
  const diagram = await window.mermaid.mermaidAPI.getDiagramFromText(text);
  const decode = (html) => {
    const area = document.createElement('textarea');
    area.innerHTML = html
      .replaceAll('\ufb02\u00b0\u00b0', '&#')
      .replaceAll('\ufb02\u00b0', '&')
      .replaceAll('\u00b6\u00df', ';');
    return area.value;
  };
  return {
    type: diagram.type,
    actors: [...diagram.db.getActors().keys()],
    lines: diagram.db.getMessages().map(({type, from, to, message}) => ({
      type,
      from,
      to,
      text: typeof message === 'string' ? decode(message) : '',
    })),
  };
}

test('mermaid reads each diagram as it is meant, and draws it', async () => {
  const page = await newPage();
  await page.addScriptTag({path: mermaidFile});
  await page.evaluate(() => window.mermaid.initialize({startOnLoad: false}));
  const {LINETYPE} = await page.evaluate(async () => {
    const diagram = await window.mermaid.mermaidAPI.getDiagramFromText(
      'sequenceDiagram\n  A->>B: x',
    );
    return {LINETYPE: {...diagram.db.LINETYPE}};
  });
  for (const {name, trace, text} of allShown('mermaid')) {
    const {type, actors, lines} = await page.evaluate(understood, text);
    assert.equal(type, 'sequence', name);
    assert.deepEqual(
      actors,
      trace.initial.map(({id}) => `S${id}`),
      name,
    );
    const arrows = lines.filter((line) =>
      [LINETYPE.SOLID, LINETYPE.SOLID_CROSS].includes(line.type),
    );
    const expected = trace.steps.flatMap((step) => [
      ...(step.action.kind === 'deliver'
        ? [
            [
              `S${step.action.message.from}`,
              `S${step.action.server}`,
              `${step.step}. ${step.action.message.kind}`,
            ],
          ]
        : []),
      ...step.sent
        .filter(({lost}) => lost)
        .map(({from, to, kind}) => [`S${from}`, `S${to}`, `${step.step}. lost: ${kind}`]),
    ]);
    assert.deepEqual(
      arrows.map(({from, to}) => [from, to]),
      expected.map(([from, to]) => [from, to]),
      name,
    );
    arrows.forEach((arrow, i) =>
      assert.ok(arrow.text.startsWith(expected[i][2]), `${name}: ${arrow.text}`),
    );
    const notes = lines.filter((line) => line.type === LINETYPE.NOTE).map((line) => line.text);
    if (name !== 'hostile' && !name.startsWith('sample')) {
      assert.equal(
        notes.filter(
          (note) => note === `${trace.violation.property} is violated: ${trace.violation.message}`,
        ).length,
        1,
        notes.join('\n'),
      );
    }
    if (['every action', 'hostile', 'commit-old-term'].includes(name)) {
      const drawn = await page.evaluate(
        async (diagram) => (await window.mermaid.render('drawn', diagram)).svg.length,
        text,
      );
      assert.ok(drawn > 1000, name);
      assert.equal(await page.evaluate(() => window.hacked), undefined);
    }
  }
  await page.close();
});
