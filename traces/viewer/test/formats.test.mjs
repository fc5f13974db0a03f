// What `raftcheck show` writes for tools that need no browser. The Informal Trace Format is read by
// Quint's reader of it. TLA+ is read by the grammar that editors and
// GitHub read it with (tree-sitter-tlaplus), and its states are worked out from the tree; ShiViz's log is
// taken apart as ShiViz does, with the expression that is its first line.

import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {before, test} from 'node:test';

import {allShown, quintItf, raftcheck, traces, treeSitter} from './support.mjs';

// What servers are after each step: [views by server][step].
function* viewsOf(trace) {
  const views = trace.initial.slice();
  yield views.slice();
  for (const step of trace.steps) {
    if (step.view) views[step.view.id - 1] = step.view;
    yield views.slice();
  }
}

let parser;

before(async () => {
  const {Parser, Language} = await import(treeSitter.runtime);
  await Parser.init();
  parser = new Parser();
  parser.setLanguage(await Language.load(readFileSync(treeSitter.tlaplus)));
});

// The parser goes back and forth, and copies each time what it is given: a little, then.
const parse = (text) => parser.parse((index) => text.slice(index, index + 100));

// The constant expressions of a trace, as values: sets and sequences as arrays, records as objects.
class Module {
  constructor(root) {
    this.known = new Map();
    for (const node of root.namedChildren[0].namedChildren) {
      if (node.type !== 'operator_definition') continue;
      const name = node.childForFieldName('name')?.text;
      const body = node.childForFieldName('definition');
      this.known.set(name, () => this.value(body));
    }
  }

  named(name) {
    const work = this.known.get(name);
    assert.ok(work, `${name} is not defined`);
    const value = work();
    this.known.set(name, () => value);
    return value;
  }

  value(node) {
    const items = () =>
      node.namedChildren
        .filter(({type}) => !['langle_bracket', 'rangle_bracket', 'comment'].includes(type))
        .map((item) => this.value(item));
    switch (node.type) {
      case 'string':
        return node.text.slice(1, -1).replace(/\\(.)/g, '$1');
      case 'nat_number':
        return BigInt(node.text);
      case 'boolean':
        return node.text === 'TRUE';
      case 'identifier_ref':
        return this.named(node.text);
      case 'tuple_literal':
      case 'finite_set_literal':
        return items();
      case 'record_literal':
        return this.record(node);
      case 'except':
        return this.except(node);
      default:
        throw new Error(`a ${node.type}: ${node.text.slice(0, 80)}`);
    }
  }

  record(node) {
    const parts = node.namedChildren.filter(({type}) => type !== 'all_map_to');
    const record = {};
    for (let i = 0; i < parts.length; i += 2) record[parts[i].text] = this.value(parts[i + 1]);
    return record;
  }

  // [base EXCEPT !.name = value, !.name[server] = value]
  except(node) {
    const [base, ...updates] = node.namedChildren;
    const record = structuredClone(this.value(base));
    for (const update of updates) {
      const [, name, place] = /^!\.(\w+)(?:\[(\d+)\])?\s*=/.exec(update.text);
      const value = this.value(update.namedChildren.at(-1));
      assert.ok(name in record, `there is no ${name}`);
      if (place === undefined) record[name] = value;
      else record[name][Number(place) - 1] = value;
    }
    return record;
  }
}

const roles = {
  follower: 'Follower',
  candidate: 'Candidate',
  leader: 'Leader',
  pre_candidate: 'PreCandidate',
};

function expectState(at, state, views, step) {
  assert.equal(state.step, BigInt(step?.step ?? 0), at);
  assert.equal(state.action.kind, step?.action.kind ?? 'start', at);
  assert.equal(state.sent.length, step?.sent.length ?? 0, at);
  (step?.sent ?? []).forEach(({to, lost}, i) => {
    assert.equal(state.sent[i].dest, BigInt(to), at);
    assert.equal(state.sent[i].lost, lost, at);
  });
  views.forEach((view, i) => {
    assert.equal(state.state[i], roles[view.role], at);
    assert.equal(state.currentTerm[i], BigInt(view.current_term), at);
    assert.equal(state.votedFor[i], BigInt(view.voted_for ?? 0), at);
    assert.equal(state.commitIndex[i], BigInt(view.commit_index), at);
    assert.deepEqual(
      state.log[i].map(({term}) => term),
      view.log.map(({term}) => BigInt(term)),
      at,
    );
    assert.deepEqual(state.votesGranted[i], view.votes_granted.map(BigInt), at);
  });
}

test('the grammar of TLA+ reads each module, and its states are those of the trace', () => {
  for (const {name, trace, text} of allShown('tla')) {
    const tree = parse(text);
    assert.equal(tree.rootNode.hasError, false, name);
    const module = new Module(tree.rootNode);
    let number = 0;
    for (const views of viewsOf(trace)) {
      const at = `${name}: state ${number}`;
      expectState(at, module.named(`S${number}`), views, trace.steps[number - 1]);
      ++number;
    }
    assert.ok(!module.known.has(`S${number}`), name);
    for (const needed of ['Init', 'Next', 'Spec', 'vars']) {
      assert.ok(module.known.has(needed), `${name}: no ${needed}`);
    }
    tree.delete();
  }
});

test('a module that is damaged is not read', () => {
  const text = raftcheck([
    'show',
    join(traces, 'testdata', 'every_action.json'),
    '--format',
    'tla',
  ]);
  for (const [whole, broken] of [
    ['EXCEPT', 'EXCEPTED'],
    ['|->', '->'],
    ['<<', '<'],
  ]) {
    assert.ok(parse(text.replace(whole, broken)).rootNode.hasError, broken);
  }
});

// As ShiViz reads a log: by the named groups of the expression, over all of the text.
function eventsOf(text) {
  const end = text.indexOf('\n');
  const log = text.slice(text.indexOf('\n', end + 1) + 1); // behind the delimiter, which is empty
  const expression = new RegExp(text.slice(0, end), 'gm');
  const events = [...log.matchAll(expression)];
  const read = events.reduce((sum, [whole]) => sum + whole.length + 1, 0);
  assert.equal(read, log.length, 'the expression does not match all of the log');
  return events.map(({groups: {host, clock, event}}) => ({host, clock: JSON.parse(clock), event}));
}

test('ShiViz takes each log apart, and its vector clocks are the order of the trace', () => {
  for (const {name, trace, text} of allShown('shiviz')) {
    const events = eventsOf(text);
    assert.equal(events.length, trace.initial.length + trace.steps.length, name);
    const latest = new Map(); // clocks by host
    const byStep = new Map();
    events.forEach(({host, clock, event}, i) => {
      const step = trace.steps[i - trace.initial.length];
      const at = `${name}: ${event.slice(0, 60)}`;
      const acting = step?.action.server ?? (step ? null : trace.initial[i].id);
      assert.equal(host, acting === null ? 'network' : `server${acting}`, at);
      assert.ok(event.startsWith(`${step?.step ?? 0} `), at);
      // The least clock after what the host did before and what it receives.
      const expected = {...latest.get(host)};
      const received = step?.action.kind === 'deliver' ? byStep.get(step.action.sent_at) : {};
      for (const [other, time] of Object.entries(received)) {
        expected[other] = Math.max(expected[other] ?? 0, time);
      }
      expected[host] = (expected[host] ?? 0) + 1;
      assert.deepEqual(clock, expected, at);
      latest.set(host, clock);
      if (step) byStep.set(step.step, clock);
    });
  }
});

const number = (value) => BigInt(value['#bigint']);

test('Quint reads each trace in the Informal Trace Format, and writes it the same', () => {
  for (const {name, trace, text} of allShown('itf')) {
    const itf = JSON.parse(text);
    assert.equal(itf.states.length, trace.steps.length + 1, name);
    const back = quintItf.toItf(itf.vars, quintItf.ofItf(itf));
    assert.ok(back.isRight(), name);
    assert.deepEqual(back.value.states, itf.states, name);
    if (itf.states.length < 30)
      assert.equal(quintItf.ofItfNormalized(itf).length, itf.states.length, name);
    expectItf(name, trace, itf);
  }
});

function expectItf(name, trace, {vars, states}) {
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
