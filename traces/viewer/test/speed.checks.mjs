// Long runs: how quickly the page opens and steps.

import assert from 'node:assert/strict';
import {statSync} from 'node:fs';
import {test} from 'node:test';

import {expectRun, open, readRun, shoot, shown} from './session.mjs';
import {inWork, raftcheck, readJson} from './support.mjs';

// Figures of a page, in milliseconds.
async function figures(file) {
  const page = await open(file);
  const found = await page.evaluate(async () => {
    await new Promise((done) => setTimeout(done, 200));
    const paint = performance.getEntriesByName('first-contentful-paint')[0].startTime;
    const steps = [];
    for (let i = 0; i < 80; ++i) {
      const begin = performance.now();
      dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowLeft'}));
      document.body.getBoundingClientRect();
      steps.push(performance.now() - begin);
      await new Promise(requestAnimationFrame);
    }
    steps.sort((a, b) => a - b);
    return {paint, median: steps[40], most: steps.at(-1)};
  });
  page.check();
  await page.close();
  return found;
}

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
    const {paint, median, most} = await figures(file);
    t.diagnostic(
      `first paint ${paint.toFixed(0)} ms, a step ${median.toFixed(1)} ms (median), ${most.toFixed(1)} ms at most, ` +
        `${statSync(file).size} bytes`,
    );
    assert.ok(paint < 1000, `first paint after ${paint} ms`);
    assert.ok(median < 16, `a step takes ${median} ms`);
    const page = await open(file, {hash: '#step=250'});
    if (file.endsWith('/long.html')) expectRun('long', long, await page.evaluate(readRun, 120));
    assert.ok((await page.locator('.step').count()) < 200, 'only what is near is drawn');
    page.check();
    await shoot(page, 'long');
    await page.close();
  }
});
