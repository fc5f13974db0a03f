// A run in words: what traces/render.cpp prints, in parts that a page can lay out.

import {isElected, logChange} from './model.js';
import {counted, listed, printable, shortened, spaced} from './text.js';

const PLAIN = /^(?!no-op$)[A-Za-z0-9_.=-]+$/;

// As it is where it cannot be mistaken for what stands around it; quoted otherwise.
export function commandText(command, most = 24) {
  return PLAIN.test(command) ? shortened(command, most) : '"' + shortened(command, most) + '"';
}

// "{1 2 3}", joint "{1 2}+{2 3}", with learners "{1 2}/{3}", compacted "{?}".
export function membershipText(membership) {
  if (!membership) return '{?}';
  const set = (servers) => `{${servers.join(' ')}}`;
  const joint = membership.outgoing?.length ? set(membership.outgoing) + '+' : '';
  const learners = membership.learners?.length ? '/' + set(membership.learners) : '';
  return joint + set(membership.voters) + learners;
}

// What an entry holds, without its term.
export function contentText(entry, most = 24) {
  if (entry === null) return '';
  if ('membership' in entry) return membershipText(entry.membership);
  return entry.no_op ? 'no-op' : commandText(entry.command, most);
}

export function entryText(entry, most) {
  return entry === null ? '-' : `${entry.term}:${contentText(entry, most)}`;
}

// "[1:v1 | 2:v2]", a bar behind what is committed. Long logs by their end.
export function logText(log, commit = 0, most = 8) {
  const first = Math.max(0, log.length - most);
  const parts = first > 0 ? [`${counted(first, 'entry', 'entries')} \u2026`] : [];
  for (let i = first; i < log.length; ++i) {
    parts.push(entryText(log[i], 12));
    if (BigInt(commit) === BigInt(i + 1)) parts.push('|');
  }
  if (log.length < commit) parts.push('|');
  return `[${parts.join(' ')}]`;
}

export function fieldWords(name, value) {
  if (typeof value === 'boolean') return `${spaced(name)}: ${value ? 'yes' : 'no'}`;
  if (Array.isArray(value)) return `${spaced(name)} ${logText(value, 0, 4)}`;
  if (typeof value === 'string') return `${spaced(name)} "${shortened(value)}"`;
  return `${spaced(name)} ${value}`;
}

// ["term 1", "last log 3@2", ...]: an index and a term of one stem are one position in a log.
export function messageWords(fields) {
  const isNumber = (name) => ['number', 'bigint'].includes(typeof fields[name]);
  const words = [];
  for (const [name, value] of Object.entries(fields)) {
    const partner = name.replace(/_term$/, '_index');
    if (partner !== name && isNumber(name) && isNumber(partner)) continue;
    const stem = name.replace(/_index$/, '');
    const isPosition = stem !== name && isNumber(name) && isNumber(stem + '_term');
    words.push(
      isPosition ? `${spaced(stem)} ${value}@${fields[stem + '_term']}` : fieldWords(name, value),
    );
  }
  return words;
}

const ids = (servers) => `{${servers.join(' ')}}`;

const DOES = {
  start: () => 'the cluster at the start',
  election_timeout: () => 'reaches its election timeout',
  heartbeat_timeout: () => 'reaches its heartbeat timeout',
  propose: ({command}) => `is asked to append ${commandText(command)}`,
  deliver: ({message}) => `receives ${printable(message.kind)} from server ${message.from}`,
  crash: ({survived}) =>
    survived
      ? `crashes, ${counted(survived, 'part')} of its pending writes being durable, and restarts`
      : 'crashes and restarts',
  cut: ({groups}) => `the network is cut into ${groups.map(ids).join(' ')}`,
  heal: () => 'the network is whole again',
  lease_timeout: () => 'has not heard from a leader for the minimum election timeout',
  transfer: ({target}) => `is asked to hand its lead over to server ${target}`,
  read: ({read}) => `is asked for read ${read}`,
  compact: ({index}) => `takes a snapshot through index ${index} and drops the log up to it`,
  change_membership: (action) => `is asked for the membership ${membershipText(action)}`,
  disk_write: () => 'has its oldest write on disk',
};

// What happens, without who: "receives request_vote from server 1".
export function deed(step) {
  const words = DOES[step.action.kind];
  return words ? words(step.action) : spaced(step.action.kind);
}

// "server 2 receives request_vote from server 1".
export function sentence(step) {
  return step.server === 0 ? deed(step) : `server ${step.server} ${deed(step)}`;
}

export const KINDS = {
  start: 'start',
  election_timeout: 'election timeout',
  heartbeat_timeout: 'heartbeat timeout',
  propose: 'propose',
  deliver: 'deliver',
  crash: 'crash',
  cut: 'cut',
  heal: 'heal',
  lease_timeout: 'lease timeout',
  transfer: 'transfer',
  read: 'read',
  compact: 'compact',
  change_membership: 'change membership',
  disk_write: 'disk write',
};

export function roleText(role) {
  return role.replaceAll('_', '-');
}

// The few changes that one looks for: [{text, kind}], kind being "elected", "role", "term", "log",
// "loss" or "commit".
export function effectsOf(step) {
  if (step.after === null) return [];
  const {before, after} = step;
  const effects = [];
  if (isElected(step)) {
    effects.push({kind: 'elected', text: `leader of term ${after.current_term}`});
  } else if (before.role !== after.role) {
    effects.push({kind: 'role', text: roleText(after.role)});
  }
  if (before.current_term !== after.current_term && !isElected(step)) {
    effects.push({kind: 'term', text: `term ${after.current_term}`});
  }
  const log = logChange(step);
  if (log.removed > 0) effects.push({kind: 'loss', text: `log \u2212${log.removed}`});
  if (log.added > 0) effects.push({kind: 'log', text: `log +${log.added}`});
  if (before.commit_index !== after.commit_index) {
    effects.push({
      kind: 'commit',
      text: `commit ${before.commit_index} \u2192 ${after.commit_index}`,
    });
  }
  for (const read of step.answered) effects.push({kind: 'commit', text: `answers read ${read}`});
  return effects;
}

const OPTIONAL = {
  lease: (value) => (value ? 'held' : ''),
  heard: ids,
  probed: ids,
  reads: ids,
  in_flight: (value) => `[${value.join(' ')}]`,
  transferee: (value) => (value ? `S${value}` : ''),
  membership: membershipText,
  snapshot: ({index, term}) => `${index}@${term}`,
  disk: (disk) => {
    const pending = disk.pending.length ? `, ${disk.pending.length} pending` : '';
    return `term ${disk.current_term}, vote ${disk.voted_for ?? 'none'}, log through ${disk.log_index}${pending}`;
  },
};

// A field of a view as text; '' where it says nothing.
export function fieldText(view, field) {
  const value = view[field];
  if (field === 'role') return roleText(value);
  if (field === 'log') return logText(value, view.commit_index);
  if (field === 'voted_for' || field === 'leader') return value === null ? '' : `S${value}`;
  if (value === undefined || value === null) return '';
  if (OPTIONAL[field]) return OPTIONAL[field](value);
  if (field === 'votes_granted') return value.length ? ids(value) : '';
  if (Array.isArray(value)) return value.length ? `[${value.join(' ')}]` : '';
  return printable(String(value));
}

// What a screen reader is told of a step.
export function spoken(run, step) {
  const parts = [`Step ${step.number} of ${run.last}: ${sentence(step)}`];
  if (step.outcome) parts.push(spaced(step.outcome.replace(/([a-z])([A-Z])/g, '$1 $2')));
  for (const {text} of effectsOf(step)) parts.push(text);
  if (step.sent.length > 0) {
    const kinds = [...new Set(step.sent.map((message) => spaced(message.kind)))];
    parts.push(`sends ${listed(kinds)} to ${listed([...new Set(step.sent.map((m) => m.to))])}`);
  }
  if (run.violation && run.violation.step === step.number) {
    parts.push(
      `${spaced(run.violation.property)} is violated: ${printable(run.violation.message)}`,
    );
  }
  return parts.join('. ') + '.';
}

// What happens where faults stop.
export function recoveryWords({servers, recovery}) {
  const down = servers.filter((server) => !recovery.order.includes(server));
  return [
    recovery.after === 0 ? 'there are no faults' : `faults stop after step ${recovery.after}`,
    ...(down.length > 0
      ? [`down for good: ${listed(down.map((server) => `server ${server}`))}`]
      : []),
    `election timers run out in the order ${recovery.order.join(' ')}`,
    `a new command should be committed within ${counted(recovery.steps, 'step')}`,
  ];
}

// "3 servers", "network any", ...: what the trace was recorded with.
export function configWords(trace) {
  const {config} = trace;
  const words = [counted(config.servers, 'server'), `network ${printable(config.network)}`];
  words.push(config.no_op ? 'a no-op at election' : 'no no-op at election');
  words.push(`${printable(config.backtracking)} back-tracking`);
  if (config.entries_per_message) words.push(`${config.entries_per_message} entries a message`);
  for (const [name, value] of Object.entries(config.options ?? {})) {
    words.push(value === 1 ? spaced(name) : `${spaced(name)} ${value}`);
  }
  if ('snapshot_chunk' in config) {
    words.push(
      config.snapshot_chunk ? `snapshots in chunks of ${config.snapshot_chunk} bytes` : 'snapshots',
    );
  }
  if (config.changes) words.push(`${printable(config.changes)} changes of the membership`);
  if (config.disk) words.push('asynchronous disks');
  return words;
}
