// The state of each server after a step, as a table: servers are columns, as they are lanes in the
// diagram; what the step changed is marked, with what was there before.

import {h, unseen} from './dom.js';
import {isDownAfter} from './model.js';
import {termClass} from './terms.js';
import {fieldText} from './words.js';

const FIELDS = [
  ['role', 'role'],
  ['current_term', 'current term'],
  ['voted_for', 'voted for'],
  ['votes_granted', 'votes granted'],
  ['leader', 'leader'],
  ['commit_index', 'commit index'],
  ['last_applied', 'last applied'],
  ['next_index', 'next index'],
  ['match_index', 'match index'],
  ['lease', 'lease'],
  ['heard', 'heard from'],
  ['transferee', 'hands over to'],
  ['in_flight', 'in flight'],
  ['probed', 'probed'],
  ['reads', 'reads waiting'],
  ['snapshot', 'snapshot'],
  ['membership', 'membership'],
  ['disk', 'disk'],
];

// The fields that say something anywhere in the run: a table that keeps its rows is easier to read
// while one steps.
export function fieldsOf(run) {
  const views = [...run.steps[0].views, ...run.steps.map(({after}) => after).filter(Boolean)];
  return FIELDS.filter(([field]) => views.some((view) => fieldText(view, field) !== ''));
}

// Most cells stay as they are from one step to the next, and are left alone.
export class ServerTable {
  constructor(run, blame) {
    Object.assign(this, {run, blame});
    this.heads = run.servers.map((server) => h('th', {scope: 'col'}, `S${server}`));
    this.rows = fieldsOf(run).map(([field, name]) => ({
      field,
      name,
      cells: run.servers.map(() => h('td')),
      keys: run.servers.map(() => null),
    }));
    this.element = h(
      'div',
      {
        class: 'servers',
        tabindex: 0,
        role: 'region',
        'aria-label': 'Servers',
        style: `--count: ${run.servers.length}`,
      },
      h(
        'table',
        {},
        h('thead', {}, h('tr', {}, h('th', {scope: 'col'}, unseen('field')), this.heads)),
        h(
          'tbody',
          {},
          this.rows.map(({name, cells}) => h('tr', {}, h('th', {scope: 'row'}, name), cells)),
        ),
      ),
    );
  }

  show(step) {
    const isBroken = this.blame !== null && step.number >= this.blame.step;
    this.run.servers.forEach((server, i) => {
      const view = step.views[i];
      this.heads[i].className =
        `lane-name ${termClass(view.current_term)} ${view.role}` +
        (isBroken && this.blame.servers.includes(server) ? ' blamed' : '');
      const isDown = isDownAfter(this.run, server, step.number);
      this.heads[i].textContent = isDown ? `S${server} down` : `S${server}`;
      for (const row of this.rows) fill(row, i, step, server);
    });
  }
}

function fill(row, i, step, server) {
  const now = fieldText(step.views[i], row.field);
  const was = step.server === server && step.before ? fieldText(step.before, row.field) : now;
  const key = `${was}\n${now}`;
  if (row.keys[i] === key) return;
  row.keys[i] = key;
  const cell = row.cells[i];
  cell.className = was !== now ? 'changed' : now ? '' : 'nothing';
  cell.replaceChildren(...(was === now ? [now || '\u2013'] : changed(was, now)));
}

// What was, struck, and what is now; of a list only the places that differ.
function changed(was, now) {
  const [before, after] = [was, now].map(items);
  if (before === null || before.length !== after?.length) {
    return [
      was ? h('del', {}, unseen('was '), was) : unseen('was nothing'),
      ' ',
      h('ins', {}, unseen('now '), now || '\u2013'),
    ];
  }
  return [
    '[',
    ...after.flatMap((item, i) => [
      i === 0 ? '' : ' ',
      ...(item === before[i] ? [item] : changed(before[i], item)),
    ]),
    ']',
  ];
}

// The items of "[1 2 3]".
const items = (text) => (/^\[[^[\]]+\]$/.test(text) ? text.slice(1, -1).split(' ') : null);
