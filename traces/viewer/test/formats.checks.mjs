// What `raftcheck show` writes for other tools, read by those tools: Mermaid 11 in the browser, and
// Quint's reader of the Informal Trace Format.

import assert from 'node:assert/strict';
import {join} from 'node:path';
import {test} from 'node:test';

import {newPage, pages} from './session.mjs';
import {
  everyAction,
  hostileTrace,
  mermaidFile,
  put,
  quintItf,
  raftcheck,
  samples,
  traces,
} from './support.mjs';

const all = () => [
  {
    name: 'every action',
    trace: everyAction(),
    source: join(traces, 'testdata', 'every_action.json'),
  },
  {name: 'hostile', trace: hostileTrace(), source: put('hostile.json', hostileTrace())},
  ...samples(),
  ...pages.map(({name, trace}) => ({name, trace, source: put(`formats-${name}.json`, trace)})),
];

const show = (source, format) => raftcheck(['show', source, '--format', format]);

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
  for (const {name, trace, source} of all()) {
    const text = show(source, 'mermaid');
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

const number = (value) => BigInt(value['#bigint']);

test('Quint reads each trace in the Informal Trace Format, and writes it the same', () => {
  for (const {name, trace, source} of all()) {
    const itf = JSON.parse(show(source, 'itf'));
    assert.equal(itf.states.length, trace.steps.length + 1, name);
    const back = quintItf.toItf(
      itf.vars,
      quintItf.ofItf(itf).map((state) => state),
    );
    assert.ok(back.isRight(), name);
    assert.deepEqual(
      back.value.states,
      itf.states.map((state) => state),
      name,
    );
    if (itf.states.length < 30)
      assert.equal(quintItf.ofItfNormalized(itf).length, itf.states.length, name);
    expectStates(name, trace, itf);
  }
});

function expectStates(name, trace, {vars, states}) {
  const views = trace.initial.slice();
  states.forEach((state, at) => {
    const step = trace.steps[at - 1];
    if (step?.view) views[step.view.id - 1] = step.view;
    assert.deepEqual(Object.keys(state).sort(), ['#meta', ...vars].sort(), name);
    assert.equal(state['mbt::actionTaken'], step?.action.kind ?? 'init', name);
    const picks = state['mbt::nondetPicks'];
    const picked = Object.keys(picks).filter((key) => picks[key].tag === 'Some').length;
    const chosen = Object.keys(step?.action ?? {kind: ''}).length - 1;
    assert.ok(
      picked === chosen || (step.action.kind === 'crash' && picked === chosen + 1),
      `${name}: step ${at}: ${picked} of ${chosen}`,
    );
    state.servers['#map'].forEach(([id, server], i) => {
      assert.equal(number(id), BigInt(i + 1));
      assert.equal(number(server.currentTerm), BigInt(views[i].current_term), name);
      assert.equal(server.votedFor.tag, views[i].voted_for === null ? 'None' : 'Some', name);
      assert.deepEqual(
        server.log.map(({term}) => number(term)),
        views[i].log.map(({term}) => BigInt(term)),
        name,
      );
    });
  });
}
