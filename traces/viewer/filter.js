// Search and filter: which steps match. A step matches if it matches each part that is set: the
// text, the servers, the actions, the kinds of messages.

import {printable, spaced} from './text.js';
import {contentText, KINDS, messageWords, sentence} from './words.js';

export function noFilter() {
  return {text: '', servers: new Set(), actions: new Set(), kinds: new Set()};
}

export function isEmpty(filter) {
  return filter.text === '' && filter.servers.size + filter.actions.size + filter.kinds.size === 0;
}

// What can be chosen in this run: {actions: [{value, text, count}], kinds: [...]}.
export function choicesOf(run) {
  const actions = new Map();
  const kinds = new Map();
  const add = (map, value, text) => {
    const found = map.get(value) ?? {value, text, count: 0};
    map.set(value, {...found, count: found.count + 1});
  };
  for (const {action, received} of run.steps.slice(1)) {
    add(actions, action.kind, KINDS[action.kind] ?? spaced(action.kind));
    if (received) add(kinds, received.kind, printable(received.kind));
  }
  return {actions: [...actions.values()], kinds: [...kinds.values()]};
}

// Everything that is written about a step, for the search: its sentence, outcome, messages and
// commands in full.
export function searchText(run, step) {
  const parts = [`${step.number}`, sentence(step), step.outcome, step.action.kind];
  if (step.action.command !== undefined) parts.push(step.action.command);
  for (const message of [...(step.received ? [step.received] : []), ...step.sent]) {
    parts.push(message.kind, ...messageWords(message.fields), ...commandsIn(message.fields));
  }
  for (const {field} of step.changes) parts.push(field, spaced(field));
  if (run.violation?.step === step.number)
    parts.push(run.violation.property, run.violation.message);
  return parts.join('\n').toLowerCase();
}

function commandsIn(fields) {
  return Object.values(fields)
    .filter(Array.isArray)
    .flat()
    .filter((entry) => entry !== null)
    .map((entry) => entry.command ?? contentText(entry));
}

export class Matcher {
  constructor(run) {
    this.run = run;
    this.texts = null; // made when first asked for
  }

  // The numbers of the steps that match, ascending.
  matches(filter) {
    const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length > 0) this.texts ??= this.run.steps.map((step) => searchText(this.run, step));
    return this.run.steps
      .filter(
        (step) =>
          step.number > 0 &&
          involves(step, filter) &&
          words.every((word) => this.texts[step.number].includes(word)),
      )
      .map(({number}) => number);
  }
}

function involves(step, {servers, actions, kinds}) {
  if (servers.size > 0 && !servers.has(step.server) && !servers.has(step.received?.from))
    return false;
  if (actions.size > 0 && !actions.has(step.action.kind)) return false;
  return kinds.size === 0 || (step.received !== null && kinds.has(step.received.kind));
}
