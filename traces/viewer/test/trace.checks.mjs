// The page of a trace, in the browser.

import assert from 'node:assert/strict';
import {statSync} from 'node:fs';
import {test} from 'node:test';

import {blameOf} from '../blame.js';
import {Matcher, noFilter} from '../filter.js';
import {makeRun} from '../model.js';
import {
  axe,
  chosen,
  expectRun,
  isDrawn,
  open,
  pageNamed,
  pages,
  press,
  readRun,
  shoot,
  shown,
} from './session.mjs';
import {
  everyAction,
  HOSTILE,
  hostileTrace,
  inWork,
  raftcheck,
  readJson,
  samples,
} from './support.mjs';

// What is marked where a page opens, in the page.
function readMarks() {
  const count = (selector) => document.querySelectorAll(selector).length;
  return {
    title: document.querySelector('h1').textContent,
    chosen: document.querySelector('.step.chosen').dataset.step,
    broken: [...document.querySelectorAll('.step.broken')].map((row) => row.dataset.step),
    pins: count('.pin circle'),
    cells: count('.logs .blamed'),
    earlier: count('.evidence a'),
  };
}

function expectedMarks(trace) {
  const {step, servers, cells, earlier} = blameOf(makeRun(trace));
  return {
    title: `${trace.violation.property} is violated at step ${step}`,
    chosen: String(step),
    broken: [String(step)],
    pins: servers.length,
    cells: new Set(cells.map(({server, index}) => `${server} ${index}`)).size,
    earlier: earlier.length,
  };
}

test('each trace of the gallery opens at what it breaks, and steps through', async () => {
  await Promise.all([0, 1].map((half) => stepThrough(pages.filter((_, i) => i % 2 === half))));
});

async function stepThrough(some) {
  const page = await open(some[0].file);
  for (const {name, trace, file} of some) {
    assert.ok(statSync(file).size < 400_000, `${name}: ${statSync(file).size} bytes`);
    await page.visit(file);
    if (trace.violation)
      assert.deepEqual(await page.evaluate(readMarks), expectedMarks(trace), name);
    const seen = await page.evaluate(readRun);
    assert.equal(seen.length, trace.steps.length + 1, name);
    expectRun(name, trace, seen);
    page.check();
    await shoot(page, name);
  }
  await page.close();
}

test('a trace with every action: signs, cuts, losses, differences', async () => {
  const page = await open(shown('every', everyAction()));
  expectRun('every action', everyAction(), await page.evaluate(readRun));
  for (const sign of [
    'election_timeout',
    'deliver',
    'propose',
    'heartbeat_timeout',
    'lease_timeout',
    'read',
    'transfer',
    'compact',
    'change_membership',
    'disk_write',
    'crash',
  ]) {
    assert.ok((await page.locator(`.event.${sign}`).count()) > 0, sign);
  }
  assert.equal(await page.locator('.message.lost .cross').count(), 1);
  assert.ok((await page.locator('.message.sent').count()) > 0);
  assert.ok((await page.locator('.message .waiting').count()) > 0);
  assert.deepEqual(
    [await page.locator('.network.cut').count(), await page.locator('.network.heal').count()],
    [1, 1],
  );
  assert.ok((await page.locator('.ground.g1').count()) > 0);
  assert.deepEqual(await page.locator('.servers .changed').allTextContents(), [
    'was S1 now \u2013',
    'was 1 now 0',
    'was 1 now 0',
    'was 1@1 now \u2013',
    'was term 0, vote none, log through 0, 2 pending now term 1, vote 1, log through 1',
  ]);
  assert.equal(await page.locator('.logs .gone').count(), 1);
  page.check();
  await page.close();
});

test('links to steps', async () => {
  const {file, trace} = pageNamed('commit-old-term-LeaderCompleteness');
  const page = await open(file, {hash: '#step=3'});
  assert.equal(await chosen(page), 3);
  await page.evaluate(() => {
    location.hash = '#step=18';
  });
  await page.waitForSelector('#row-18.chosen');
  // The page writes a former step into the address before it hears of the one gone to.
  await page.evaluate(() => {
    location.hash = '#step=7';
    history.replaceState(null, '', '#step=18');
  });
  await page.waitForSelector('#row-7.chosen');
  await page.locator('#row-12').click();
  assert.equal(await chosen(page), 12);
  await page.waitForFunction(() => location.hash === '#step=12');
  await page.locator('.evidence a').last().click();
  assert.equal(await chosen(page), 18);
  await page.locator('h1 a').click();
  assert.equal(await chosen(page), 21);
  page.check();
  await page.close();
  for (const [hash, expected] of [
    ['#step=999', trace.steps.length],
    ['#step=0', 0],
    ['#step=x', 21],
    ['#nothing', 21],
  ]) {
    const other = await open(file, {hash});
    assert.equal(await chosen(other), expected, hash);
    other.check();
    await other.close();
  }
});

test('keys, slider and buttons step', async () => {
  const {file} = pageNamed('commit-old-term-LeaderCompleteness');
  const page = await open(file, {hash: '#step=10'});
  for (const [keys, expected] of [
    [['ArrowRight'], 11],
    [['ArrowLeft'], 10],
    [['ArrowDown', 'ArrowDown'], 12],
    [['ArrowUp'], 11],
    [['j', 'j'], 13],
    [['k'], 12],
    [['PageDown'], 21],
    [['PageUp'], 11],
    [['Home'], 0],
    [['ArrowLeft'], 0],
    [['End'], 21],
    [['ArrowRight'], 21],
    [['Home', 'v'], 21],
    [['s'], 20],
    [['d'], 21],
    [['['], 19],
    [[']'], 21],
  ]) {
    await press(page, keys);
    assert.equal(await chosen(page), expected, keys.join(' '));
  }
  await page.locator('.slider').fill('7');
  assert.equal(await chosen(page), 7);
  await page.getByRole('button', {name: /^Forward/}).click();
  assert.equal(await chosen(page), 8);
  await page.getByRole('button', {name: /^First/}).click();
  assert.ok(await page.getByRole('button', {name: /^Back/}).isDisabled());
  // Only the keyboard: from the start of the page to the list of steps, which then takes the arrows.
  for (
    let i = 0;
    i < 30 && !(await page.evaluate(() => document.activeElement.matches('.steps')));
    ++i
  )
    await page.keyboard.press('Tab');
  await press(page, ['ArrowDown']);
  assert.equal(await chosen(page), 1);
  await press(page, ['?']);
  assert.ok(await page.getByRole('dialog').isVisible());
  await press(page, ['ArrowDown', 'Escape']);
  assert.equal(await page.getByRole('dialog').count(), 0);
  assert.equal(await chosen(page), 1);
  page.check();
  await page.close();
});

test('of a list that changes, the places that differ are marked', async () => {
  const {file} = pageNamed('commit-old-term-LeaderCompleteness');
  const page = await open(file, {hash: '#step=18'});
  const cell = page.getByRole('row', {name: 'match index'}).getByRole('cell').first();
  assert.equal(await cell.textContent(), '[0 was 0 now 1 0]');
  await press(page, ['ArrowLeft']);
  assert.equal(await cell.textContent(), '[0 0 0]');
  page.check();
  await page.close();
});

test('in a narrow window nothing sticks out, and a row says what is received from whom', async () => {
  const page = await open(pages[0].file, {size: [390, 844]});
  for (const {file, name, trace} of pages.slice(0, 12)) {
    await page.visit(file);
    const found = await page.evaluate(() => ({
      overflow: document.documentElement.scrollWidth - innerWidth,
      cut: [...document.querySelectorAll('.step')].filter(
        (row) =>
          row.querySelector('.kind')?.clientWidth < 20 ||
          row.querySelector('.effects').getBoundingClientRect().right > innerWidth,
      ).length,
    }));
    assert.ok(found.overflow <= 0, `${name}: ${found.overflow} pixels too wide`);
    if (trace.config.servers <= 3) assert.equal(found.cut, 0, name);
  }
  page.check();
  await page.close();
});

test('the border between the halves moves', async () => {
  const page = await open(pages[0].file);
  const border = page.getByRole('separator');
  const left = async () => (await border.boundingBox()).x;
  const before = await left();
  await border.press('ArrowLeft');
  await border.press('ArrowLeft');
  assert.ok(Math.abs((await left()) - before + 0.06 * 1400) < 2);
  assert.equal(await chosen(page), blameOf(makeRun(pages[0].trace)).step);
  const box = await border.boundingBox();
  await page.mouse.move(box.x + 2, 400);
  await page.mouse.down();
  await page.mouse.move(900, 400);
  await page.mouse.up();
  assert.ok(Math.abs((await left()) - 900) < 4);
  page.check();
  await page.close();
});

test('search and filter', async () => {
  const {file, trace} = pageNamed('commit-old-term-LeaderCompleteness');
  const matcher = new Matcher(makeRun(trace));
  const page = await open(file);
  await press(page, ['/']);
  await page.keyboard.type('append_entries');
  const expected = matcher.matches({...noFilter(), text: 'append_entries'});
  assert.equal(await page.locator('.found').textContent(), `${expected.length} steps`);
  assert.deepEqual(
    await page
      .locator('.step:not(.pale)')
      .evaluateAll((rows) => rows.map((row) => Number(row.dataset.step))),
    [0, ...expected],
  );
  assert.equal(await chosen(page), 21);
  await press(page, ['Enter']);
  assert.equal(await chosen(page), expected[0]);
  await page.getByRole('button', {name: 'hide the rest'}).click();
  assert.equal(await page.locator('.step').count(), expected.length + 1);
  await page.locator('.steps').focus();
  await press(page, ['n']);
  assert.equal(await chosen(page), expected[1]);
  await press(page, ['N', 'N']);
  assert.equal(await chosen(page), expected.at(-1));
  await page.getByRole('button', {name: 'S2, only its steps'}).click();
  const both = matcher.matches({...noFilter(), text: 'append_entries', servers: new Set([2])});
  assert.equal(await page.locator('.found').textContent(), `${both.length} steps`);
  await press(page, ['Escape']);
  assert.equal(await page.locator('.step').count(), trace.steps.length + 1);
  await page.locator('summary', {hasText: 'Actions'}).click();
  await page.getByRole('checkbox', {name: 'propose'}).check();
  assert.equal(await page.locator('.found').textContent(), '2 steps');
  await page.locator('summary', {hasText: 'Messages'}).click();
  await page.getByRole('checkbox', {name: 'request_vote_reply'}).check();
  assert.equal(await page.locator('.found').textContent(), 'no step');
  page.check();
  await page.close();
});

test('light and dark', async () => {
  const {file} = pages[0];
  const brightness = (page) =>
    page.evaluate(() => {
      const probe = document.createElement('canvas').getContext('2d');
      probe.fillStyle = getComputedStyle(document.body).backgroundColor;
      probe.fillRect(0, 0, 1, 1);
      return probe.getImageData(0, 0, 1, 1).data[0] / 255;
    });
  for (const colorScheme of ['light', 'dark']) {
    const page = await open(file, {colorScheme});
    assert.equal((await brightness(page)) > 0.5, colorScheme === 'light');
    await press(page, ['t']);
    assert.ok((await brightness(page)) > 0.5);
    await page.getByRole('button', {name: /^Theme/}).click();
    assert.ok((await brightness(page)) < 0.2);
    await page.reload();
    await page.evaluate(isDrawn);
    assert.ok((await brightness(page)) < 0.2, 'the choice is remembered');
    await press(page, ['t']);
    assert.equal((await brightness(page)) > 0.5, colorScheme === 'light');
    page.check();
    await page.close();
  }
});

test('axe finds nothing serious', async () => {
  const page = await open(pageNamed('commit-old-term-LeaderCompleteness').file);
  const look = (what, colorSchemes) => axe(page, what, colorSchemes);
  await look('LeaderCompleteness', ['light', 'dark']);
  await page.getByRole('tab', {name: 'Diff'}).click();
  await look('a diff', ['dark']);
  await page.visit(pageNamed('prevote-stale-term').file);
  await look('Recovery', ['light']);
  await page.visit(inWork('gallery/index.html'));
  await look('the gallery', ['light', 'dark']);
  await page.visit(shown('every', everyAction()));
  await look('every action', ['light', 'dark']);
  await press(page, ['?']);
  await look('help', ['light']);
  await press(page, ['Escape', 'Home']);
  await page.setViewportSize({width: 420, height: 800});
  await look('start, narrow', ['dark']);
  page.check();
  await page.close();
});

test('hostile text stays text', async () => {
  const page = await open(shown('hostile', hostileTrace()));
  await page.evaluate(readRun);
  assert.equal(await page.evaluate(() => window.hacked), undefined);
  assert.equal(await page.locator('img').count(), 0);
  assert.equal(await page.locator('script').count(), 2);
  assert.match(await page.locator('h1').textContent(), /^<\/script><!--<script>window\.hacked = 1/);
  await press(page, ['Home']);
  await page.getByRole('searchbox').fill(HOSTILE.slice(0, 40));
  assert.match(await page.locator('.found').textContent(), /^\d+ steps$/);
  page.check();
  await page.close();
  // Markup that a fault in the page would make is refused by the browser.
  const other = await open(inWork('hostile.html'));
  const refused = await other.evaluate(() => {
    try {
      document.body.innerHTML = '<img src=x>';
      return false;
    } catch {
      return true;
    }
  });
  assert.ok(refused, 'innerHTML');
  await other.close();
});

test('the trace can be saved from the page, and replays', async () => {
  const {file, trace} = pageNamed('commit-old-term-LeaderCompleteness');
  const page = await open(file);
  await page.getByText('recorded with').click();
  await page.keyboard.press('Escape');
  assert.ok(await page.getByRole('button', {name: 'save the trace'}).isHidden());
  await page.getByText('recorded with').click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', {name: 'save the trace'}).click(),
  ]);
  assert.equal(download.suggestedFilename(), 'commit-old-term-trace.json');
  await download.saveAs(inWork('saved.json'));
  assert.deepEqual(readJson(inWork('saved.json')), trace);
  assert.match(
    raftcheck(['replay', inWork('saved.json')], [1]),
    /Reproduced on the real code, at step 21\./,
  );
  page.check();
  await page.close();
});

test('numbers that JavaScript would round are shown whole', async () => {
  const text = JSON.stringify(everyAction())
    .replaceAll('"current_term":1', '"current_term":18446744073709551615')
    .replaceAll('"current_term":[0,1]', '"current_term":[0,18446744073709551615]');
  const page = await open(shown('big', text));
  await page.evaluate(readRun);
  assert.ok((await page.locator('.servers').textContent()).includes('18446744073709551615'));
  page.check();
  await page.close();
});

// They follow every rule of the format, and none of Raft.
test('arbitrary traces step through', async () => {
  const page = await open(pages[0].file);
  for (const {name, trace, source} of samples().slice(0, 10)) {
    raftcheck(['show', source, '--format', 'html', '--output', inWork('sample.html')]);
    await page.visit(inWork('sample.html'));
    expectRun(name, trace, await page.evaluate(readRun));
    page.check();
  }
  await page.close();
});

test('a trace without a violation, without steps, of one server', async () => {
  const trace = everyAction();
  Object.assign(trace, {violation: null, steps: []});
  Object.assign(trace.config, {servers: 1, voters: 0});
  trace.initial = trace.initial.slice(0, 1);
  trace.initial[0].membership && delete trace.initial[0].membership;
  const page = await open(shown('empty', trace));
  assert.equal(await page.locator('h1').textContent(), 'No property is violated');
  await press(page, ['ArrowRight', 'End', 'v', 's', 'd', '[', ']', 'n']);
  assert.equal(await chosen(page), 0);
  page.check();
  await page.close();
});
