// One Chromium for all tests, and what they do with a page.

import assert from 'node:assert/strict';
import {join} from 'node:path';
import {after, before} from 'node:test';

import {
  axeSource,
  chromium,
  findChromium,
  galleryTraces,
  inWork,
  put,
  raftcheck,
  urlOf,
} from './support.mjs';

const shots = process.env.RAFTCHECK_SCREENSHOTS; // a folder
let browser;
let context; // one for all: to make a new one takes longer than most pages do

// The pages of the gallery's traces: [{name, trace, file}].
export const pages = galleryTraces.map(({name, trace}) => ({
  name,
  trace,
  file: inWork(`gallery/${name}.html`),
}));

export const pageNamed = (name) => pages.find((page) => page.name === name);

before(async () => {
  browser = await chromium.launch({executablePath: findChromium(), args: ['--no-sandbox']});
  context = await browser.newContext();
  raftcheck(['gallery', '--html', inWork('gallery')]);
});
after(() => browser?.close());

export const newPage = () => context.newPage();

// A page of a browser that runs no script.
export async function withoutScripts(file, look) {
  const other = await browser.newContext({javaScriptEnabled: false});
  const page = await other.newPage();
  await page.goto(urlOf(file));
  await look(page);
  await other.close();
}

// In the page: resolves once all of it is there. It fills itself after its first frame, and draws its
// steps once it is told how much room there is.
export async function isDrawn() {
  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  while (!document.querySelector('.tools')) await frame();
  await frame();
  performance.mark('drawn');
}

// A page at a file, whose console and network are watched: check() throws if either said anything.
// visit() leads to another file.
export async function open(file, {hash = '', size = [1400, 900], colorScheme = 'light'} = {}) {
  const page = await newPage();
  await page.setViewportSize({width: size[0], height: size[1]});
  await page.emulateMedia({colorScheme});
  const said = [];
  let at = file;
  page.on('console', (message) => said.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => said.push(String(error)));
  page.on('request', (request) => {
    if (request.url().split('#')[0] !== urlOf(at)) said.push(`asks for ${request.url()}`);
  });
  const visit = async (next, where = '') => {
    at = next;
    await page.goto(urlOf(next, where), {waitUntil: 'domcontentloaded'}); // modules have run by then
    await page.evaluate(isDrawn);
  };
  await visit(file, hash);
  return Object.assign(page, {visit, check: () => assert.deepEqual(said, [], at)});
}

export const shown = (name, trace) => {
  const file = inWork(`${name}.html`);
  raftcheck(['show', put(`${name}.json`, trace), '--format', 'html', '--output', file]);
  return file;
};

export const chosen = (page) => page.locator('.step.chosen').getAttribute('data-step').then(Number);
export const press = async (page, keys) => {
  for (const key of keys) await page.keyboard.press(key);
};

// All of axe's rules in the first of the colour schemes; in the others, what depends on colours.
export async function axe(page, what, colorSchemes) {
  await page.evaluate(axeSource);
  for (const colorScheme of colorSchemes) {
    await page.emulateMedia({colorScheme});
    const runOnly = colorScheme === colorSchemes[0] ? undefined : ['color-contrast'];
    const options = {resultTypes: ['violations'], ...(runOnly && {runOnly})};
    const {violations} = await page.evaluate((given) => window.axe.run(given), options);
    const serious = violations.filter(({impact}) => impact === 'serious' || impact === 'critical');
    assert.deepEqual(
      serious.map(({id, nodes}) => `${id}: ${nodes[0].html} ${nodes[0].failureSummary}`),
      [],
      `${what}, ${colorScheme}`,
    );
  }
}

export async function shoot(page, name) {
  if (shots) await page.screenshot({path: join(shots, `${name}.png`)});
}

// What the page shows after each step, read from its elements.
export function readRun(most = Infinity) {
  const texts = (selector) =>
    [...document.querySelectorAll(selector)].map(
      (element) => (element.querySelector('ins') ?? element).lastChild.textContent,
    );
  const row = (name) => {
    const rows = [...document.querySelectorAll('.servers tbody tr')];
    const found = rows.findIndex((one) => one.querySelector('th').textContent === name);
    return found < 0 ? null : texts(`.servers tbody tr:nth-child(${found + 1}) td`);
  };
  const look = () => ({
    chosen: Number(document.querySelector('.step.chosen')?.dataset.step),
    heading: document.querySelector('.state h2').textContent,
    role: row('role'),
    term: row('current term'),
    vote: row('voted for'),
    commit: row('commit index'),
    logs: [...document.querySelectorAll('.logs tbody tr')].map((one) =>
      [...one.querySelectorAll('.cell:not(.none):not(.gone) .cell-term')]
        .map((cell) => cell.textContent)
        .join(' '),
    ),
    spoken: document.querySelector('[role=status]').textContent,
    isActive:
      document.getElementById(
        document.querySelector('.steps').getAttribute('aria-activedescendant'),
      ) !== null,
  });
  const key = (name) => dispatchEvent(new KeyboardEvent('keydown', {key: name}));
  key('Home');
  const seen = [look()];
  const last = Math.min(most, Number(document.querySelector('.slider').max));
  while (seen.length <= last) {
    key('ArrowRight');
    seen.push(look());
  }
  return seen;
}

export function expectRun(name, trace, seen) {
  const views = trace.initial.slice();
  seen.forEach((look, number) => {
    const step = trace.steps[number - 1];
    if (step?.view) views[step.view.id - 1] = step.view;
    const at = `${name}: step ${number}`;
    assert.equal(look.chosen, number, at);
    assert.ok(look.isActive, at);
    assert.ok(
      look.spoken.startsWith(`Step ${number} of ${trace.steps.length}: `),
      `${at}: ${look.spoken}`,
    );
    assert.deepEqual(
      look.role,
      views.map(({role}) => role.replace('_', '-')),
      at,
    );
    assert.deepEqual(
      look.term,
      views.map((view) => String(view.current_term)),
      at,
    );
    if (look.vote)
      assert.deepEqual(
        look.vote,
        views.map((view) => (view.voted_for ? `S${view.voted_for}` : '\u2013')),
        at,
      );
    assert.deepEqual(
      look.commit,
      views.map((view) => String(view.commit_index)),
      at,
    );
    assert.deepEqual(
      look.logs,
      views.map(({log}) => log.map(({term}) => term).join(' ')),
      at,
    );
  });
}
