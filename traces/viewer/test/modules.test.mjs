// The modules that need no browser: what they say of real traces. `node --test` runs it.

import assert from 'node:assert/strict';
import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {test} from 'node:test';
import {fileURLToPath} from 'node:url';

import {blameOf} from '../blame.js';
import {choicesOf, Matcher, noFilter} from '../filter.js';
import {laneStretches, laneWidth, laneX, makeArrows, makeRows, ROW} from '../layout.js';
import {fateOf, isDownAfter, isElected, logChange, makeRun, onTheirWay} from '../model.js';
import {middled, printable, shortened} from '../text.js';
import {makeTimeline, valuesAlong} from '../timeline.js';
import {same, unpack} from '../unpack.js';
import {commandText, effectsOf, logText, messageWords, sentence, spoken} from '../words.js';

const here = dirname(fileURLToPath(import.meta.url));
const traces = join(here, '..', '..');
const read = (...path) => readFileSync(join(traces, ...path), 'utf8');
const everyAction = JSON.parse(read('testdata', 'every_action.json'));

function galleryTraces() {
  const found = [];
  for (const bug of readdirSync(join(traces, 'gallery'), {withFileTypes: true})) {
    if (!bug.isDirectory()) continue;
    for (const file of readdirSync(join(traces, 'gallery', bug.name))) {
      if (/^trace.*\.json$/.test(file)) found.push(`${bug.name}/${file}`);
    }
  }
  return found.sort();
}

const gallery = galleryTraces().map((name) => ({name, trace: JSON.parse(read('gallery', name))}));

test('the gallery has traces', () => assert.ok(gallery.length > 50));

test('unpack: every value stands once', () => {
  const document = unpack({shapes: [['a', 'b']], nodes: [7, [0, 0], [-1, 1, 1]]});
  assert.deepEqual({...document}, {a: [7, 7], b: [7, 7]});
  assert.equal(document.a, document.b);
});

test('unpack: scalars, empty values and numbers beyond 2^53', () => {
  const value = unpack({
    shapes: [[], ['x']],
    nodes: [
      [],
      [-1],
      null,
      true,
      'text',
      1.5,
      {big: '18446744073709551615'},
      [0, 1, 2, 3, 4, 5, 6],
      [-2, 7],
    ],
  }).x;
  assert.deepEqual(value.slice(2), [null, true, 'text', 1.5, 18446744073709551615n]);
  assert.deepEqual([value[0].length, Object.keys(value[1]).length], [0, 0]);
});

test('unpack: a key of a trace is no key of JavaScript', () => {
  const object = unpack({shapes: [['__proto__', 'constructor']], nodes: [1, 'x', [-1, 0, 1]]});
  assert.deepEqual(Object.keys(object), ['__proto__', 'constructor']);
  assert.equal(object.constructor, 'x');
});

test('same: deep, and by kind', () => {
  assert.ok(same({a: [1, {b: null}]}, {a: [1, {b: null}]}));
  for (const [a, b] of [
    [[], {}],
    [1, 1n],
    [null, {}],
    [[1], [1, 2]],
    [{a: 1}, {b: 1}],
    ['1', 1],
  ]) {
    assert.ok(!same(a, b));
  }
});

test('model: the views after each step are those of the trace', () => {
  for (const {name, trace} of [{name: 'every action', trace: everyAction}, ...gallery]) {
    const run = makeRun(trace);
    const views = trace.initial.slice();
    for (const raw of trace.steps) {
      if (raw.view) views[raw.view.id - 1] = raw.view;
      assert.deepEqual(run.steps[raw.step].views, views, `${name}: step ${raw.step}`);
      const changed = run.steps[raw.step].changes.map(({field}) => field);
      assert.deepEqual(changed, Object.keys(raw.changed), name);
    }
  }
});

test('model: each delivery is of a message that was sent, and no message is lost and delivered', () => {
  for (const {name, trace} of [{name: 'every action', trace: everyAction}, ...gallery]) {
    const run = makeRun(trace);
    const deliveries = trace.steps.filter(({action}) => action.kind === 'deliver').length;
    assert.equal(run.messages.flatMap((message) => message.deliveries).length, deliveries, name);
    for (const message of run.messages) {
      assert.ok(!message.isLost || message.deliveries.length === 0, name);
      assert.ok(
        message.deliveries.every(({step}) => step > message.sentAt),
        name,
      );
    }
    for (const step of run.steps)
      assert.equal(step.received !== null, step.action.kind === 'deliver', name);
  }
});

test('model: fates, cuts, and what is on its way', () => {
  const run = makeRun(everyAction);
  assert.deepEqual(run.steps[1].sent.map(fateOf), ['delivered', 'lost']);
  assert.deepEqual(run.steps[3].sent.map(fateOf), ['delivered', 'sent']);
  assert.deepEqual(run.steps.map(({groups}) => groups !== null).indexOf(true), 5);
  assert.deepEqual([run.steps[6].groups, run.steps[7].groups], [[[1, 2], [3]], null]);
  assert.deepEqual(
    onTheirWay(run, 5).map(({kind, to}) => `${kind} ${to}`),
    ['append_entries 2'],
  );
  assert.deepEqual(onTheirWay(run, 8), []);
  assert.deepEqual(
    run.steps.filter(isElected).map(({number}) => number),
    [3],
  );
});

test('model: a message that arrives twice is told apart from two equal ones', () => {
  const trace = structuredClone(everyAction);
  trace.config.network = 'any';
  trace.steps = trace.steps.slice(0, 2);
  trace.violation = null;
  const again = structuredClone(trace.steps[1]);
  Object.assign(again, {step: 3, sent: [], changed: {}});
  trace.steps.push(again);
  const twice = makeRun(trace);
  assert.equal(fateOf(twice.steps[1].sent[0]), 'copied');
  assert.deepEqual([twice.steps[2].isRepeated, twice.steps[3].isRepeated], [false, true]);
  trace.steps[0].sent[1] = structuredClone(trace.steps[0].sent[0]);
  const apart = makeRun(trace);
  assert.deepEqual(apart.steps[1].sent.map(fateOf), ['delivered', 'delivered']);
});

test('model: where faults stop, the servers that are not in the order are down', () => {
  const {trace} = gallery.find(
    ({trace: one}) => one.recovery && one.recovery.order.length < one.config.servers,
  );
  const run = makeRun(trace);
  const {after, order} = trace.recovery;
  const down = run.servers.filter((server) => isDownAfter(run, server, after));
  assert.equal(down.length, trace.config.servers - order.length);
  assert.ok(down.every((server) => !isDownAfter(run, server, after - 1)));
  assert.deepEqual(
    run.steps.filter(({isFair}) => isFair).map(({number}) => number)[0],
    trace.recovery.after + 1,
  );
});

// Two servers that hold one entry from the start; the steps change nothing.
function smallTrace(actions, rest) {
  const view = (id) => ({
    id,
    role: 'follower',
    current_term: 1,
    voted_for: null,
    log: [{term: 1, command: 'v1'}],
    commit_index: 0,
  });
  const steps = actions.map((action, i) => ({
    step: i + 1,
    action,
    outcome: '',
    sent: [],
    changed: {},
    view: action.server ? view(action.server) : null,
  }));
  return {initial: [view(1), view(2)], steps, violation: null, ...rest};
}

test('model: once faults stop, the network is whole', () => {
  const run = makeRun(
    smallTrace([{kind: 'cut', groups: [[1], [2]]}, {kind: 'election_timeout', server: 2}], {
      recovery: {after: 1, order: [1, 2], steps: 1},
    }),
  );
  assert.deepEqual(
    run.steps.map(({groups}) => groups),
    [null, [[1], [2]], null],
  );
});

test('model: a leader of a later term was elected anew', () => {
  const leader = (term) => ({role: 'leader', current_term: term});
  assert.ok(isElected({before: leader(1), after: leader(2)}));
  assert.ok(!isElected({before: leader(2), after: leader(2)}));
});

test('model: an entry in the place of another was removed and added', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((command) => ({term: 1, command}));
  const change = (before, after) => logChange({before: {log: before}, after: {log: after}});
  assert.deepEqual(change([a, b], [a, c]), {kept: 1, removed: 1, added: 1});
  assert.deepEqual(change([a, b], [c]), {kept: 0, removed: 2, added: 1});
  assert.deepEqual(change([a], [a, b, c]), {kept: 1, removed: 0, added: 2});
});

test('words: the sentences are those of raftcheck', () => {
  const lines = read('testdata', 'every_action.txt')
    .split('\n')
    .filter((line) => /^ +[1-9][0-9]*  /.test(line));
  const run = makeRun(everyAction);
  assert.equal(lines.length, run.last);
  lines.forEach((line, i) => {
    const told = line.replace(/^ +[0-9]+  /, '').replace(/ \[[A-Za-z]*\]$/, '');
    const step = run.steps[i + 1];
    if (step.action.kind !== 'deliver') return assert.equal(sentence(step), told);
    const {message} = step.action;
    assert.ok(
      told.startsWith(`server ${step.server} receives ${message.kind} from ${message.from}`),
      told,
    );
    assert.ok(told.includes(`(${messageWords(message.fields).join(', ')})`), told);
  });
});

test('words: commands that could be taken for something else are quoted', () => {
  assert.equal(commandText('v1'), 'v1');
  assert.equal(commandText('no-op'), '"no-op"');
  assert.equal(commandText(''), '""');
  assert.equal(commandText('a b'), '"a b"');
  assert.equal(commandText('x'.repeat(5000), 10), 'x'.repeat(9) + '\u2026');
});

test('words: what could drive a terminal or turn a line around is spelled out', () => {
  assert.equal(printable('a\u0000\u001b\u202eb'), 'a\\u0000\\u001b\\u202eb');
  assert.equal(shortened('\u{1f600}'.repeat(5), 3), '\u{1f600}\u{1f600}\u2026');
  assert.equal(middled('0123456789', 6), '01\u2026789');
  assert.equal(middled('0123456789', 10), '0123456789');
  assert.equal(middled('\u{1f600}'.repeat(9), 3), '\u{1f600}\u2026\u{1f600}');
});

test('words: a long log is told by its end', () => {
  const log = Array.from({length: 20}, (_, i) => ({term: 1, command: `v${i}`}));
  assert.equal(logText(log, 19, 2), '[18 entries \u2026 1:v18 | 1:v19]');
  assert.equal(logText([], 3), '[|]');
});

test('words: effects are what one looks for', () => {
  const run = makeRun(everyAction);
  const told = run.steps.map((step) => effectsOf(step).map(({text}) => text));
  assert.deepEqual(told[1], ['candidate', 'term 1']);
  assert.deepEqual(told[3], ['leader of term 1', 'log +1']);
  assert.deepEqual(told[10], ['answers read 1']);
  assert.deepEqual(told[15], ['log \u22121', 'commit 1 \u2192 0']);
  assert.deepEqual(logChange(run.steps[15]), {kept: 0, removed: 1, added: 0});
});

test('words: a step is spoken with its number, what it does and what it breaks', () => {
  const run = makeRun(everyAction);
  assert.match(
    spoken(run, run.steps[15]),
    /^Step 15 of 15: server 2 crashes.*LogSurvivesRestart is violated: /,
  );
  assert.match(
    spoken(run, run.steps[3]),
    /receives request_vote_reply from server 2\. .*leader of term 1.*sends append entries to 2 and 3\./,
  );
});

// Golden: RAFTCHECK_UPDATE_GOLDEN=1 writes it anew; read the diff.
test('blame: who disagrees, in each trace of the gallery', () => {
  const found = Object.fromEntries(
    gallery
      .filter(({trace}) => trace.violation)
      .map(({name, trace}) => {
        const {step, servers, cells, earlier} = blameOf(makeRun(trace));
        return [
          name,
          {
            message: trace.violation.message,
            step,
            servers: servers.join(' '),
            cells: cells.map(({server, index}) => `${server}@${index}`).join(' '),
            earlier: earlier.map(({step: at, text}) => `${at}: ${text}`),
          },
        ];
      }),
  );
  const file = join(here, 'blame.json');
  if (process.env.RAFTCHECK_UPDATE_GOLDEN)
    writeFileSync(file, JSON.stringify(found, null, 1) + '\n');
  assert.deepEqual(found, JSON.parse(readFileSync(file, 'utf8')));
});

test('blame: each violation marks a server, and only servers and steps that there are', () => {
  for (const {name, trace} of gallery) {
    const run = makeRun(trace);
    const blame = blameOf(run);
    if (!trace.violation) continue;
    assert.ok(blame.servers.length > 0, name);
    assert.ok(
      blame.servers.every((server) => run.servers.includes(server)),
      name,
    );
    assert.ok(
      blame.earlier.every(({step}) => step > 0 && step < blame.step),
      name,
    );
  }
});

test('blame: what a server held from the start, no step brought', () => {
  const timeout = {kind: 'election_timeout', server: 2};
  const violation = {property: 'X', message: 'server 1 has something at index 1', step: 3};
  const blame = blameOf(makeRun(smallTrace([timeout, timeout, timeout], {violation})));
  assert.deepEqual([blame.cells, blame.earlier], [[{server: 1, index: 1}], []]);
});

test("blame: commands are nobody's name", () => {
  const trace = structuredClone(everyAction);
  trace.violation.message = 'server 2 had "server 3 at index 7 \\" server 1" and lost it';
  assert.deepEqual(blameOf(makeRun(trace)).servers, [2]);
  trace.violation.message = 'something else';
  assert.deepEqual(blameOf(makeRun(trace)).servers, [2]);
});

test('layout: lanes give way to words in a narrow window, and stay apart', () => {
  assert.equal(laneWidth(3, 1400), 72);
  assert.equal(laneWidth(3, 390), 39);
  for (const servers of [1, 3, 5, 9]) {
    for (const room of [320, 390, 800, 2000]) assert.ok(laneWidth(servers, room) >= 24);
  }
});

test('layout: a hidden step has its place between its neighbours', () => {
  const run = makeRun(everyAction);
  const rows = makeRows(run, (number) => number === 2 || number === 8);
  assert.deepEqual(rows.numbers, [0, 2, 8]);
  assert.equal(rows.yOf(2), 1.5 * ROW);
  assert.equal(rows.yOf(5), 2 * ROW);
  assert.equal(rows.yOf(1), ROW);
  assert.equal(rows.yOf(15), 3 * ROW);
});

test('layout: one arrow for each delivery, and a stub for what never arrives', () => {
  for (const {trace} of gallery) {
    const run = makeRun(trace);
    const rows = makeRows(run, () => true);
    const arrows = makeArrows(run, rows, 60);
    for (const message of run.messages) {
      const own = arrows.filter((arrow) => arrow.message === message);
      assert.equal(own.length, Math.max(1, message.deliveries.length));
      for (const arrow of own) {
        assert.equal(arrow.x1, laneX(message.from, 60));
        assert.ok(arrow.y2 > arrow.y1);
        if (arrow.delivery)
          assert.deepEqual(
            [arrow.x2, arrow.y2],
            [laneX(message.to, 60), rows.yOf(arrow.delivery.step)],
          );
      }
    }
  }
});

test('layout: messages that wait beside a lane together have places of their own', () => {
  const way = (from, sentAt, step) => ({from, to: 2, sentAt, deliveries: [{step}]});
  const messages = [way(1, 1, 9), way(1, 2, 10), way(3, 3, 11), way(1, 4, 6), way(1, 10, 20)];
  const rows = {yOf: (number) => (number + 0.5) * ROW};
  const lane = laneX(2, 60);
  const waits = makeArrows({messages}, rows, 60).map(({wait}) => wait && wait - lane);
  const [first, second, right, none, again] = waits;
  assert.ok(second < first && first < 0);
  assert.equal(right, -first); // it comes from the other side
  assert.equal(none, null); // it does not wait for long
  assert.equal(again, first); // which is free by then
});

test('layout: a lane is one stretch after the other, without a gap', () => {
  const run = makeRun(everyAction);
  const rows = makeRows(run, () => true);
  for (const server of run.servers) {
    const stretches = laneStretches(run, rows, server, 0, run.last);
    assert.equal(stretches[0].y1, ROW / 2);
    assert.equal(stretches.at(-1).y2, (run.last + 1) * ROW);
    for (let i = 1; i < stretches.length; ++i) assert.equal(stretches[i].y1, stretches[i - 1].y2);
  }
  assert.deepEqual(
    laneStretches(run, rows, 1, 0, run.last).map(({view}) => view.role),
    ['follower', 'candidate', 'leader'],
  );
});

test('filter: text, servers, actions and messages, all of them together', () => {
  const run = makeRun(everyAction);
  const matcher = new Matcher(run);
  const of = (filter) => matcher.matches({...noFilter(), ...filter});
  assert.equal(of({}).length, run.last);
  assert.deepEqual(of({text: 'READ 1'}), [10]);
  assert.deepEqual(of({text: 'append v1'}).includes(4), true);
  assert.deepEqual(of({actions: new Set(['crash'])}), [15]);
  assert.deepEqual(of({kinds: new Set(['request_vote_reply'])}), [3]);
  assert.deepEqual(of({servers: new Set([3])}), []);
  assert.deepEqual(of({servers: new Set([2]), actions: new Set(['deliver'])}), [2, 3, 8]);
  assert.deepEqual(of({text: 'LogSurvivesRestart'}), [15]);
  assert.deepEqual(of({text: 'no such thing'}), []);
  assert.deepEqual(
    choicesOf(run).kinds.map(({value, count}) => `${value} ${count}`),
    ['request_vote 1', 'request_vote_reply 1', 'append_entries 1'],
  );
});

// A small generator of numbers, so that a failure is seen again.
function dice(seed) {
  let state = seed;
  return (below) => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return Math.floor(state / 65536) % below;
  };
}

test('timeline: the moments of an order lie within their operations, one after the other', () => {
  for (let seed = 1; seed <= 200; ++seed) {
    const next = dice(seed);
    const operations = [];
    const order = [];
    let now = 0;
    for (let i = 0; i < 12; ++i) {
      now += next(3);
      const invoked = Math.max(0, now - next(4));
      operations.push({
        client: next(4),
        operation: 'write',
        argument: i,
        outcome: next(5) === 0 ? 'unknown' : 'ok',
        invoked,
        returned: now + next(4),
      });
      order.push(i);
    }
    const {bars, points, width} = makeTimeline(operations, order, 800);
    let before = -1;
    for (const {index, x} of points) {
      assert.ok(x >= before, `seed ${seed}`);
      assert.ok(x >= bars[index].x1 && x <= bars[index].x2, `seed ${seed}: ${index} at ${x}`);
      before = x;
    }
    for (const bar of bars)
      assert.ok(bar.x1 >= 0 && bar.x2 <= width && bar.x2 > bar.x1, `seed ${seed}`);
  }
});

test('timeline: the values of an object, as the checker has them', () => {
  const operations = [
    {operation: 'put', argument: 'a'},
    {operation: 'append', argument: 'b'},
    {operation: 'get'},
  ];
  assert.deepEqual(valuesAlong(operations, [0, 1, 2], 'kv'), ['', 'a', 'ab', 'ab']);
  const register = [
    {operation: 'cas', expected: null, argument: 1},
    {operation: 'cas', expected: 5, argument: 2},
    {operation: 'write', argument: 3},
  ];
  assert.deepEqual(valuesAlong(register, [0, 1, 2], 'register'), [null, 1, 1, 3]);
});
