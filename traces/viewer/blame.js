// Who disagrees in a violated property, and about what. A property's message names the servers,
// terms and indices that disagree (CONTRIBUTING.md); what it says of earlier steps is looked up in
// the run: who won a term, who committed an entry, who gave a vote.

import {isElected} from './model.js';
import {same} from './unpack.js';
import {entryText} from './words.js';

// {step, servers: [id], cells: [{server, index}], earlier: [{step, server, text}]}, all in the order
// of servers and steps; null where nothing is violated.
export function blameOf(run) {
  if (!run.violation) return null;
  const message = unquoted(run.violation.message);
  const servers = namedServers(run, message);
  const indices = namedIndices(message);
  const committed = commits(run, indices, message);
  const cells = servers.flatMap((server) => indices.map((index) => ({server, index})));
  cells.push(...committed.filter(({server}) => !servers.includes(server)));
  const earlier = [
    ...elections(run, servers, message),
    ...committed,
    ...votes(run, servers, message),
    ...reads(run, message),
    ...origins(run, cells),
  ];
  const all = new Set([...servers, ...committed.map(({server}) => server)]);
  if (all.size === 0) all.add(run.steps[run.violation.step].server);
  return {
    step: run.violation.step,
    servers: run.servers.filter((server) => all.has(server)),
    cells: cells.map(({server, index}) => ({server, index})),
    earlier: withoutRepeats(earlier.filter(({step}) => step < run.violation.step)),
  };
}

// Commands stand in quotes; what they say is nobody's name.
function unquoted(message) {
  return message.replace(/"(?:[^"\\]|\\.)*"/g, '""');
}

function named(text, pattern) {
  return [...new Set([...text.matchAll(pattern)].map((match) => Number(match[1])))];
}

// Of an index that moved "from 1 to 0", the farther one.
function namedIndices(message) {
  const moved = [...message.matchAll(/\bindex\b[^,]* from (\d+) to (\d+)/g)].map(([, from, to]) =>
    Math.max(Number(from), Number(to)),
  );
  return [...new Set([...named(message, /\bindex (\d+)/g), ...moved])].filter((index) => index > 0);
}

// Who holds an entry that a majority should hold is named; whom it is missing at is not.
function namedServers(run, message) {
  const servers = named(message, /\bserver (\d+)/g);
  const isOfAll = /is (?:in the logs|on the disks) of/.test(message);
  return run.servers.filter((server) => isOfAll || servers.includes(server));
}

function elections(run, servers, message) {
  const terms = named(message, /\b(?:leads?|led|leader of) term (\d+)/g);
  return run.steps
    .filter(
      (step) =>
        isElected(step) &&
        servers.includes(step.server) &&
        terms.includes(Number(step.after.current_term)),
    )
    .map((step) => ({
      step: step.number,
      server: step.server,
      text: `server ${step.server} won term ${step.after.current_term}`,
    }));
}

// Who called an index committed first: it stands against those that the message names.
function commits(run, indices, message) {
  if (!/\bcommitted\b/.test(message)) return [];
  return indices.flatMap((index) => {
    const step = run.steps.find(
      ({before, after}) =>
        after !== null && before.commit_index < index && after.commit_index >= index,
    );
    return step === undefined
      ? []
      : [
          {
            step: step.number,
            server: step.server,
            index,
            text: `server ${step.server} committed ${entryText(step.after.log[index - 1] ?? null)} at index ${index}`,
          },
        ];
  });
}

function votes(run, servers, message) {
  if (!/\bvoted?\b/.test(message)) return [];
  return run.steps
    .filter(
      ({after, before, server}) =>
        after !== null &&
        servers.includes(server) &&
        after.voted_for !== null &&
        !same(before.voted_for, after.voted_for),
    )
    .map((step) => ({
      step: step.number,
      server: step.server,
      text: `server ${step.server} voted for server ${step.after.voted_for} in term ${step.after.current_term}`,
    }));
}

function reads(run, message) {
  const ids = named(message, /\bread (\d+)/g);
  return run.steps
    .filter(({action}) => action.kind === 'read' && ids.includes(Number(action.read)))
    .map((step) => ({
      step: step.number,
      server: step.server,
      text: `server ${step.server} was asked for read ${step.action.read}`,
    }));
}

// Since when a server holds what it holds at the index in the end.
function origins(run, cells) {
  return cells.flatMap(({server, index}) => {
    const entryAt = (number) => run.steps[number].views[server - 1].log[index - 1];
    const entry = entryAt(run.violation.step);
    if (!entry) return [];
    let number = run.violation.step;
    while (number > 0 && same(entryAt(number - 1) ?? null, entry)) --number;
    return number === 0
      ? []
      : [
          {
            step: number,
            server,
            text: `server ${server} got ${entryText(entry)} at index ${index}`,
          },
        ];
  });
}

function withoutRepeats(earlier) {
  const seen = new Set();
  return earlier
    .sort((a, b) => a.step - b.step)
    .filter(({step, text}) => {
      const key = `${step} ${text}`;
      return !seen.has(key) && seen.add(key);
    });
}
