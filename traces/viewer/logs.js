// The logs of all servers, one below the other: an index has one column, so that logs that differ
// are seen to. Below a log stand its marks: how far it is committed, applied, on disk, and what the
// leaders believe that it holds.

import {h, unseen} from './dom.js';
import {termClass} from './terms.js';
import {same} from './unpack.js';
import {counted} from './text.js';
import {contentText, entryText} from './words.js';

const COLUMNS = 14; // at most, before the stretch where nothing happens is left out
const AROUND = 2; // columns kept on either side of what matters

// Most rows stay as they are from one step to the next, and are left alone.
export class LogTable {
  constructor(run, blame) {
    Object.assign(this, {run, blame, isWhole: false, key: null});
    this.table = h('table');
    this.more = h('button', {
      class: 'quiet',
      click: () => {
        this.isWhole = true;
        this.show(this.step);
      },
    });
    this.element = h(
      'div',
      {
        class: run.servers.length > 5 ? 'logs dense' : 'logs',
        tabindex: 0,
        role: 'region',
        'aria-label': 'Logs',
      },
      this.table,
      this.more,
    );
  }

  show(step) {
    this.step = step;
    const {run, blame} = this;
    const length = Math.max(
      1,
      ...run.servers.map((server) => reach(step, server)),
      step.before ? step.before.log.length : 0,
      ...(isBlamedAt(blame, step) ? blame.cells.map(({index}) => small(index)) : []),
    );
    const columns = this.isWhole ? range(1, length) : columnsShown(step, blame, length);
    const gaps = new Set(
      columns.filter((index, i) => index !== (i === 0 ? 0 : columns[i - 1]) + 1),
    );
    this.more.textContent = `show all ${counted(length, 'index', 'indices')}`;
    this.more.hidden = gaps.size === 0;
    if (this.key !== columns.join()) this.rebuild(columns, gaps);
    run.servers.forEach((server, i) => {
      const cells = [0, ...columns].map((index) => describe(step, blame, server, index));
      const key = JSON.stringify([
        cells,
        termClass(step.views[i].current_term),
        step.views[i].role,
      ]);
      if (this.rows[i].key !== key) this.fill(i, key, cells, gaps);
    });
  }

  rebuild(columns, gaps) {
    this.key = columns.join();
    this.rows = this.run.servers.map(() => ({key: null, element: h('tr')}));
    this.table.replaceChildren(
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          h('th', {scope: 'col'}, unseen('server')),
          h('th', {scope: 'col'}, unseen('before the first entry')),
          columns.map((index) =>
            h('th', {scope: 'col', class: gaps.has(index) ? 'gap' : ''}, index),
          ),
        ),
      ),
      h(
        'tbody',
        {},
        this.rows.map(({element}) => element),
      ),
    );
  }

  fill(i, key, cells, gaps) {
    const view = this.step.views[i];
    this.rows[i].key = key;
    this.rows[i].element.replaceChildren(
      h(
        'th',
        {scope: 'row', class: `lane-name ${termClass(view.current_term)} ${view.role}`},
        `S${view.id}`,
      ),
      ...cells.map((cell) =>
        h('td', {class: gaps.has(cell.index) ? 'gap' : ''}, entryCell(cell), marks(cell)),
      ),
    );
  }
}

const range = (first, last) =>
  Array.from({length: Math.max(0, last - first + 1)}, (_, i) => first + i);

const isBlamedAt = (blame, step) => blame !== null && step.number >= blame.step;

function reach(step, server) {
  const view = step.views[server - 1];
  return Math.max(view.log.length, small(view.commit_index), small(view.last_applied));
}

// Indices are for drawing: a hostile one must not make a million columns.
const small = (index) => (Number(index) > 4096 ? 0 : Number(index));

// The last columns, and those around what changes, differs or is marked; where that is too much,
// the last ones of these.
function columnsShown(step, blame, length) {
  if (length <= COLUMNS) return range(1, length);
  const wanted = new Set();
  const want = (index) => {
    for (let i = index - AROUND; i <= index + AROUND; ++i) if (i >= 1 && i <= length) wanted.add(i);
  };
  for (const view of step.views) {
    want(view.log.length);
    want(small(view.commit_index));
  }
  for (let index = 1; index <= length; ++index) {
    const entries = step.views.map((view) => view.log[index - 1]).filter((entry) => entry);
    if (entries.some((entry) => !same(entry, entries[0]))) want(index);
  }
  if (isBlamedAt(blame, step)) blame.cells.forEach(({index}) => want(index));
  return [...wanted].sort((a, b) => a - b).slice(-2 * COLUMNS);
}

// What is shown at an index of a server's log: {index, term, content, title, classes, notes, marks}.
function describe(step, blame, server, index) {
  const view = step.views[server - 1];
  const entry = view.log[index - 1];
  const was = step.server === server && step.before ? step.before.log[index - 1] : entry;
  const isChanged = !same(was ?? null, entry ?? null);
  const isBlamed =
    isBlamedAt(blame, step) &&
    blame.cells.some((one) => one.server === server && one.index === index);
  const found = {index, marks: marksAt(step, server, index)};
  const shown = entry ?? was;
  if (!shown) {
    return {
      ...found,
      classes: isBlamed ? 'cell none blamed' : 'cell none',
      notes: isBlamed ? 'no entry, which disagrees' : '',
    };
  }
  const isCompacted = entry && view.snapshot && index <= view.snapshot.index;
  const isCommitted = entry && index <= view.commit_index;
  const classes = [
    'cell',
    termClass(shown.term),
    entry ? '' : 'gone',
    isChanged ? 'changed' : '',
    isBlamed ? 'blamed' : '',
    isCommitted ? 'committed' : '',
    isCompacted ? 'compacted' : '',
  ];
  const notes = [
    entry ? '' : 'removed',
    isChanged && was && entry ? `was ${entryText(was)}` : '',
    isChanged && !was ? 'new' : '',
    isBlamed ? 'disagrees' : '',
    isCompacted ? 'in the snapshot' : '',
    isCommitted ? 'committed' : '',
  ]
    .filter(Boolean)
    .join(', ');
  return {
    ...found,
    notes,
    classes: classes.filter(Boolean).join(' '),
    term: String(shown.term),
    content: contentText(shown, 9),
    title: `term ${shown.term}: ${contentText(shown, 2000)}`,
  };
}

function entryCell({classes, title, term, content, notes}) {
  if (term === undefined) return h('span', {class: classes}, notes ? unseen(notes) : null);
  return h(
    'span',
    {class: classes, title: [title, notes].filter(Boolean).join('\n')},
    h('span', {class: 'cell-term'}, term),
    h('span', {class: 'cell-content'}, content),
    notes ? unseen(`, ${notes}`) : null,
  );
}

// What stands below an index of a server's log: [short, what it means, kind].
export function marksAt(step, server, index) {
  const view = step.views[server - 1];
  const found = [];
  const at = (value) => value !== undefined && Number(value) === index;
  if (at(view.commit_index)) found.push(['c', 'committed through here', 'commit']);
  if (at(view.last_applied)) found.push(['a', 'applied through here', 'applied']);
  if (view.disk && at(view.disk.log_index)) found.push(['d', 'on disk through here', 'disk']);
  for (const leader of step.views) {
    if (leader.role !== 'leader' || leader.id === server) continue;
    if (at(leader.match_index[server - 1])) {
      found.push([
        `m${leader.id}`,
        `match index: server ${leader.id} knows it to agree through here`,
        'match',
      ]);
    }
    if (index > 0 && at(leader.next_index[server - 1])) {
      found.push([
        `n${leader.id}`,
        `next index: server ${leader.id} sends it this entry next`,
        'next',
      ]);
    }
  }
  return found;
}

function marks({marks: found}) {
  return h(
    'span',
    {class: 'marks'},
    found.map(([short, meaning, kind]) =>
      h('abbr', {class: `mark ${kind}`, title: meaning}, short),
    ),
  );
}
