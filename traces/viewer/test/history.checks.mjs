// The page of a history of clients, in the browser.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {axe, open, press, shoot} from './session.mjs';
import {HOSTILE, inWork, put, raftcheck, readJson} from './support.mjs';

// Lines of Jepsen's history for events [process, type, f, value].
const edn = (events) =>
  events
    .map(
      ([process, type, f, value]) =>
        `{:process ${process}, :type :${type}, :f :${f}, :value ${value}}`,
    )
    .join('\n') + '\n';

function judged(name, history, model, more = []) {
  const file = inWork(`${name}.html`);
  raftcheck(
    [
      'linearizable',
      put(`${name}.edn`, history),
      '--model',
      model,
      '--html',
      file,
      '--json',
      inWork(`${name}-report.json`),
      ...more,
    ],
    [0, 1, 3],
  );
  return {file, report: readJson(inWork(`${name}-report.json`))};
}

const STALE = edn([
  [0, 'invoke', 'write', 1],
  [0, 'ok', 'write', 1],
  [1, 'invoke', 'write', 2],
  [2, 'invoke', 'read', 'nil'],
  [1, 'ok', 'write', 2],
  [2, 'ok', 'read', 2],
  [0, 'invoke', 'read', 'nil'],
  [3, 'invoke', 'cas', '[1 7]'],
  [0, 'ok', 'read', 1],
  [3, 'info', 'cas', '[1 7]'],
]);

test('a history that is not linearizable: the order, and the answer that fits nowhere', async () => {
  const {file, report} = judged('stale', STALE, 'register');
  assert.equal(report.answer, 'illegal');
  const page = await open(file);
  const {explanation, history} = report;
  assert.equal(await page.locator('h1').textContent(), 'Not linearizable');
  assert.match(
    await page.locator('.why').textContent(),
    /client 0 was told: read \u2192 1\. A read in its place could have seen 2/,
  );
  assert.equal(await page.locator('.bar').count(), history.length);
  assert.equal(await page.locator('.bar.misfit').textContent(), 'read \u2192 1');
  assert.equal(await page.locator('.frontier').count(), 1);
  assert.equal(
    await page.locator('.order li:not(.start):not(.misfit)').count(),
    explanation.prefix.length,
  );
  assert.ok(
    await page.locator('.order li.misfit').evaluate((row) => row.classList.contains('chosen')),
  );
  assert.deepEqual(await page.locator('.held').allTextContents(), ['nil', '1', '2']);
  // Back to the start: nothing is placed, and each step places one more.
  await press(page, ['Home']);
  assert.equal(await page.locator('.bar.placed').count(), 0);
  for (let place = 1; place <= explanation.prefix.length; ++place) {
    await press(page, ['ArrowRight']);
    assert.equal(await page.locator('.bar.placed').count(), place);
    assert.equal(await page.locator('.moments line').count(), place);
    const {client} = history[explanation.prefix[place - 1]];
    assert.ok(
      (await page.locator('[role=status]').textContent()).startsWith(
        `Place ${place} of ${explanation.prefix.length}: client ${client}, `,
      ),
    );
  }
  await page.locator('.bar.misfit').click();
  await page.waitForFunction(() => location.hash === '#place=4');
  await axe(page, 'history', ['light', 'dark']);
  page.check();
  await shoot(page, 'history');
  await page.close();
});

test('a history that is linearizable, of two keys', async () => {
  const history = ['a', 'b'].flatMap((key, i) => [
    [i, 'invoke', 'put', `["${key}" "${key}1"]`],
    [i, 'ok', 'put', `["${key}" "${key}1"]`],
    [i, 'invoke', 'append', `["${key}" "2"]`],
    [i, 'ok', 'append', `["${key}" "2"]`],
    [i, 'invoke', 'get', `["${key}" nil]`],
    [i, 'ok', 'get', `["${key}" "${key}12"]`],
  ]);
  const {file, report} = judged('two-keys', edn(history), 'kv');
  assert.equal(report.answer, 'legal');
  const page = await open(file, {hash: '#place=1'});
  assert.equal(await page.locator('h1').textContent(), 'Linearizable');
  assert.deepEqual(await page.locator('.bar').allTextContents(), [
    'put "a1"',
    'append "2"',
    'get \u2192 "a12"',
  ]);
  assert.equal(await page.locator('.bar.placed').count(), 1);
  await page.getByRole('combobox', {name: 'Key'}).selectOption({label: 'key "b"'});
  await press(page, ['End']);
  assert.deepEqual(await page.locator('.held').allTextContents(), ['""', '"b1"', '"b12"']);
  page.check();
  await page.close();
});

test('a long history draws what is near, and hostile text stays text', async () => {
  const events = [];
  for (let i = 0; i < 1500; ++i) {
    events.push([i % 30, 'invoke', 'write', i], [i % 30, 'ok', 'write', i]);
  }
  events.push([0, 'invoke', 'read', 'nil'], [0, 'ok', 'read', 5]);
  const {file} = judged('long-history', edn(events), 'register');
  const page = await open(file);
  assert.equal(await page.locator('.bar.misfit').count(), 1);
  assert.ok((await page.locator('.bar').count()) < 200);
  const took = await page.evaluate(() => {
    const begin = performance.now();
    for (let i = 0; i < 20; ++i) {
      dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowLeft'}));
      document.body.getBoundingClientRect();
    }
    return (performance.now() - begin) / 20;
  });
  assert.ok(took < 50, `a step takes ${took} ms`);
  page.check();
  await page.close();

  const text = JSON.stringify(HOSTILE.replace(/[\u0000-\u001f]/g, ' '));
  const {file: hostile} = judged(
    'hostile-history',
    edn([
      [0, 'invoke', 'put', text],
      [0, 'ok', 'put', text],
      [1, 'invoke', 'get', 'nil'],
      [1, 'ok', 'get', '"x"'],
    ]),
    'kv',
  );
  const other = await open(hostile);
  assert.equal(await other.evaluate(() => window.hacked), undefined);
  assert.equal(await other.locator('img').count(), 0);
  assert.match(await other.locator('.bar').first().getAttribute('title'), /<\/script><!--<script>/);
  other.check();
  await other.close();
});
