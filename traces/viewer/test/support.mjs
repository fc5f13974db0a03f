// What the tests in a browser share: the program, the packages from npm, Chromium, and made-up
// traces.

import {execFileSync} from 'node:child_process';
import {existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {delimiter, dirname, join} from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';

export const traces = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
export const program = process.env.RAFTCHECK;
export const work = process.env.VIEWER_WORK; // a folder for pages
const require = createRequire(join(process.env.VIEWER_NPM, 'node_modules', 'any.js'));

export const {chromium} = require('playwright-core');
export const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
export const mermaidFile = require.resolve('mermaid/dist/mermaid.min.js');
// Modules that are imported, so that they must be named by address.
export const treeSitter = {
  runtime: pathToFileURL(require.resolve('web-tree-sitter')).href,
  tlaplus: require.resolve('@tlaplus/tree-sitter-tlaplus/tree-sitter-tlaplus.wasm'),
};
export const quintItf = require('@informalsystems/quint/dist/src/itf.js');

export function findChromium() {
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  const places = process.env.PATH.split(delimiter).flatMap((folder) =>
    names.map((name) => join(folder, name)),
  );
  const found = [process.env.RAFTCHECK_CHROMIUM, ...places].find(
    (place) => place && existsSync(place),
  );
  if (found) return found;
  throw new Error(
    'there is no Chromium on PATH: install chromium, name it in RAFTCHECK_CHROMIUM, or ' +
      'leave the tests of the pages out with RAFTCHECK_SKIP_BROWSER=1',
  );
}

// The standard output of raftcheck; any of these exit statuses is fine.
export function raftcheck(parameters, statuses = [0, 1]) {
  try {
    return execFileSync(program, parameters, {
      cwd: work,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    if (statuses.includes(error.status)) return error.stdout;
    throw new Error(`raftcheck ${parameters.join(' ')}: exit ${error.status}: ${error.stderr}`);
  }
}

export function inWork(name) {
  mkdirSync(work, {recursive: true});
  return join(work, name);
}

export function put(name, content) {
  writeFileSync(inWork(name), typeof content === 'string' ? content : JSON.stringify(content));
  return inWork(name);
}

export const urlOf = (file, hash = '') => pathToFileURL(file).href + hash;

// Whole numbers that JavaScript would round come as BigInt; fractions may have as many digits.
export function readJson(file) {
  const text = readFileSync(file, 'utf8').replace(/"(?:[^"\\]|\\.)*"|[-+.\deE]+/g, (token) =>
    /^\d{16,}$/.test(token) ? `{"#big": "${token}"}` : token,
  );
  return JSON.parse(text, (key, value) => (value?.['#big'] ? BigInt(value['#big']) : value));
}

export const everyAction = () => readJson(join(traces, 'testdata', 'every_action.json'));

// Arbitrary traces, which the tests of the traces wrote: [{name, trace, source}].
export function samples() {
  const folder = process.env.VIEWER_SAMPLES;
  const found = readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => ({
      name: `sample ${file}`,
      trace: readJson(join(folder, file)),
      source: join(folder, file),
    }));
  if (found.length === 0) throw new Error(`no traces in ${folder}`);
  return found;
}

const GALLERY = join(traces, 'gallery');

export const bugs = readdirSync(GALLERY, {withFileTypes: true})
  .filter((entry) => entry.isDirectory())
  .map(({name}) => name)
  .sort();

// The traces of the gallery: [{name, trace, source}].
export const galleryTraces = bugs.flatMap((bug) =>
  readdirSync(join(GALLERY, bug))
    .filter((file) => /^trace.*\.json$/.test(file))
    .map((file) => ({
      name: bug + file.replace(/^trace|\.json$/g, ''),
      trace: readJson(join(GALLERY, bug, file)),
      source: join(GALLERY, bug, file),
    })),
);
if (galleryTraces.length <= 50) throw new Error('the gallery has lost its traces');

// Every trace that a format should hold, with its text: [{name, trace, text}].
export function allShown(format) {
  const every = join(traces, 'testdata', 'every_action.json');
  const all = [
    {name: 'every action', trace: everyAction(), source: every},
    {name: 'hostile', trace: hostileTrace(), source: put(`hostile-${format}.json`, hostileTrace())},
    ...samples(),
    ...galleryTraces,
  ];
  const folder = inWork(format);
  mkdirSync(folder, {recursive: true});
  // By one shell: to start a program takes node longer than the program does.
  const each =
    'for trace; do "$0" show "$trace" --format "$FORMAT" --output $((number += 1)) || exit; done';
  execFileSync('sh', ['-c', each, program, ...all.map(({source}) => source)], {
    cwd: folder,
    env: {...process.env, FORMAT: format, number: '0'},
  });
  return all.map((one, i) => ({...one, text: readFileSync(join(folder, String(i + 1)), 'utf8')}));
}

// Every string of a document through `change`, but keys and what the format fixes.
export function mapStrings(value, change) {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((one) => mapStrings(one, change));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, mapStrings(one, change)]),
  );
}

export const HOSTILE =
  '</script><!--<script>window.hacked = 1</script><img src=x onerror="window.hacked = 1">' +
  '\u2028\u202e]]>&lt;{{"\'\\`;%%__proto__#35;end\nloop\u0000\u001b[31m\u{1f600}';

// The trace with every action, and hostile text wherever a trace has free text.
export function hostileTrace() {
  const trace = mapStrings(everyAction(), (text) => (text === 'v1' ? HOSTILE : text));
  Object.assign(trace, {
    program_version: HOSTILE,
    bug: HOSTILE,
    bounds: Object.fromEntries(Object.keys(trace.bounds).map((key) => [key, HOSTILE])),
  });
  Object.assign(trace.violation, {property: HOSTILE, message: HOSTILE});
  for (const step of trace.steps) step.outcome = HOSTILE;
  return trace;
}
