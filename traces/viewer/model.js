// A trace (traces/FORMAT.md) as what the page asks for: the servers after each step, and what became
// of each message. Reads the trace and changes nothing of it. Step 0 is the start.

import {same} from './unpack.js';

// run.steps[k]: step k. run.messages: all that were ever sent, in that order.
export function makeRun(trace) {
  const run = {trace, servers: trace.initial.map((view) => view.id), steps: [], messages: []};
  run.steps.push({
    number: 0,
    action: {kind: 'start'},
    server: 0,
    outcome: '',
    received: null,
    isRepeated: false,
    sent: [],
    answered: [],
    changes: [],
    before: null,
    after: null,
    views: trace.initial,
    groups: null,
    isFair: false,
  });
  for (const step of trace.steps) run.steps.push(makeStep(run, step));
  run.last = run.steps.length - 1;
  run.violation = trace.violation;
  run.recovery = trace.recovery ?? null;
  return run;
}

function makeStep(run, raw) {
  const earlier = run.steps.at(-1);
  const server = raw.action.server ?? 0;
  const before = server === 0 ? null : earlier.views[server - 1];
  const step = {
    number: raw.step,
    action: raw.action,
    server,
    outcome: raw.outcome,
    received: null,
    isRepeated: false,
    sent: [],
    answered: raw.answered ?? [],
    before,
    after: raw.view,
    changes: raw.view === null ? [] : changesOf(raw.changed, before, raw.view),
    views: earlier.views,
    groups: groupsAfter(raw.action, earlier.groups),
    isFair: Boolean(run.trace.recovery) && raw.step > run.trace.recovery.after,
  };
  if (raw.view !== null) {
    step.views = earlier.views.slice();
    step.views[server - 1] = raw.view;
  }
  if (step.isFair) step.groups = null;
  if (raw.action.kind === 'deliver') receive(run, step);
  for (const sent of raw.sent) step.sent.push(send(run, step, sent));
  return step;
}

function groupsAfter(action, groups) {
  if (action.kind === 'cut') return action.groups;
  return action.kind === 'heal' ? null : groups;
}

// [{field, before, after}] in the order of the trace's `changed`, null where a view lacks the field.
function changesOf(changed, before, after) {
  return Object.keys(changed).map((field) => ({
    field,
    before: before[field] ?? null,
    after: after[field] ?? null,
  }));
}

function send(run, step, raw) {
  const message = {
    id: run.messages.length,
    from: raw.from,
    to: raw.to,
    kind: raw.kind,
    fields: raw.fields,
    sentAt: step.number,
    isLost: raw.lost,
    deliveries: [],
  };
  run.messages.push(message);
  return message;
}

// A step may have sent two equal messages: the one that arrived less often is taken.
function receive(run, step) {
  const {message, sent_at: sentAt, keep_copy: isCopyKept} = step.action;
  const candidates = run.steps[sentAt].sent.filter(
    (sent) =>
      !sent.isLost &&
      sent.kind === message.kind &&
      sent.from === message.from &&
      sent.to === message.to &&
      same(sent.fields, message.fields),
  );
  candidates.sort((a, b) => a.deliveries.length - b.deliveries.length);
  step.received = candidates[0];
  step.isRepeated = step.received.deliveries.length > 0;
  step.received.deliveries.push({step: step.number, isCopyKept});
}

// "lost", "delivered", "copied" or "sent": what becomes of a message in the whole run.
export function fateOf(message) {
  if (message.isLost) return 'lost';
  if (message.deliveries.length === 0) return 'sent';
  return message.deliveries.length === 1 ? 'delivered' : 'copied';
}

// Messages that were sent at this step or before and arrive (again) after it.
export function onTheirWay(run, number) {
  return run.messages.filter(
    (message) =>
      message.sentAt <= number && message.deliveries.some((delivery) => delivery.step > number),
  );
}

export function isElected(step) {
  return (
    step.after !== null &&
    step.after.role === 'leader' &&
    (step.before.role !== 'leader' || step.before.current_term !== step.after.current_term)
  );
}

// How many entries of the log before a step are no longer there after it, and how many are new.
export function logChange(step) {
  if (step.after === null) return {kept: 0, removed: 0, added: 0};
  const before = step.before.log;
  const after = step.after.log;
  let kept = 0;
  while (kept < before.length && kept < after.length && same(before[kept], after[kept])) ++kept;
  return {kept, removed: before.length - kept, added: after.length - kept};
}

// Once faults stop, the servers that are not in the schedule's order are down for good.
export function isDownAfter(run, server, number) {
  const {recovery} = run;
  return recovery !== null && number >= recovery.after && !recovery.order.includes(server);
}

// The term a message speaks for, or null.
export function termOf(message) {
  const term = message.fields.term;
  return typeof term === 'number' || typeof term === 'bigint' ? term : null;
}
