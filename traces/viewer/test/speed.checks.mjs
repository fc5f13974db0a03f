// How quickly pages open and step. What the machine does beside only ever adds to a time: of several
// openings the least is compared with the bar.

import assert from 'node:assert/strict';
import {statSync} from 'node:fs';
import {test} from 'node:test';

import {expectRun, open, pageNamed, readRun, shoot, shown, withoutScripts} from './session.mjs';
import {inWork, raftcheck, readJson} from './support.mjs';

const OPENINGS = 3;

// When an opened page first showed something, when all of it was there, and what a step takes.
async function look(page) {
  return page.evaluate(async () => {
    const paint = () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime;
    while (paint() === undefined) await new Promise((done) => setTimeout(done, 10));
    const steps = [];
    for (let i = 0; i < 20; ++i) {
      const begin = performance.now();
      dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowLeft'}));
      document.body.getBoundingClientRect();
      steps.push(performance.now() - begin);
      await new Promise(requestAnimationFrame);
    }
    const drawn = performance.getEntriesByName('drawn')[0].startTime;
    return {paint: paint(), drawn, steps};
  });
}

const middle = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

// {paint, drawn: the least of some openings, step: the lower quartile}, in milliseconds.
async function figures(t, file) {
  const found = [];
  for (let i = 0; i < OPENINGS; ++i) {
    const page = await open(file);
    found.push(await look(page));
    page.check();
    await page.close();
  }
  const paints = found.map(({paint}) => paint);
  const drawn = found.map((one) => one.drawn);
  const steps = found.flatMap((one) => one.steps).sort((a, b) => a - b);
  const step = steps[Math.floor(steps.length / 4)];
  t.diagnostic(
    `${statSync(file).size} bytes; first paint ${Math.min(...paints).toFixed(0)} ms at best, ` +
      `${middle(paints).toFixed(0)} in the median; all drawn ${Math.min(...drawn).toFixed(0)} and ` +
      `${middle(drawn).toFixed(0)}; a step ${step.toFixed(1)} and ${middle(steps).toFixed(1)}`,
  );
  return {paint: Math.min(...paints), drawn: Math.min(...drawn), step};
}

test('what is violated is there before any script has run', async () => {
  const {file, trace} = pageNamed('commit-old-term-LeaderCompleteness');
  await withoutScripts(file, async (page) => {
    assert.equal(await page.locator('h1').textContent(), 'LeaderCompleteness is violated at step 21');
    assert.equal(await page.locator('.why').textContent(), trace.violation.message);
    assert.match(await page.locator('noscript').textContent(), /draws a run with JavaScript/);
  });
  // What is drawn then is not waited for: it begins when something has been painted.
  const page = await open(file);
  const {paint, drawn} = await look(page);
  assert.ok(paint < drawn, `first paint after ${paint} ms, all drawn after ${drawn}`);
  await page.close();
});

test('a page of 49 steps shows itself within 300 ms, and a step takes less than 16', async (t) => {
  const {file} = pageNamed('in-flight-never-freed');
  const {paint, step} = await figures(t, file);
  assert.ok(paint < 300, `first paint after ${paint} ms`);
  assert.ok(step < 16, `a step takes ${step} ms`);
});

test('500 steps of 9 servers open in under a second, also with commands of 5,000 bytes', async (t) => {
  raftcheck([
    'explore',
    '--bug',
    'self-not-counted',
    '--servers',
    '9',
    '--recovery-steps',
    '500',
    '--depth',
    '1',
    '--threads',
    '1',
    '--trace',
    inWork('long.json'),
    '--html',
  ]);
  const long = readJson(inWork('long.json'));
  assert.equal(long.steps.length, 500);
  const big = JSON.stringify(long).replaceAll(
    '"command":"recovery"',
    `"command":"${'x'.repeat(5000)}"`,
  );
  for (const file of [inWork('long.html'), shown('big-commands', big)]) {
    assert.ok(statSync(file).size < 400_000, `${statSync(file).size} bytes`);
    const {paint, drawn, step} = await figures(t, file);
    assert.ok(paint < 300, `first paint after ${paint} ms`);
    assert.ok(drawn < 1000, `all drawn after ${drawn} ms`);
    assert.ok(step < 16, `a step takes ${step} ms`);
    const page = await open(file, {hash: '#step=250'});
    if (file.endsWith('/long.html')) expectRun('long', long, await page.evaluate(readRun, 120));
    assert.ok((await page.locator('.step').count()) < 200, 'only what is near is drawn');
    page.check();
    await shoot(page, 'long');
    await page.close();
  }
});
