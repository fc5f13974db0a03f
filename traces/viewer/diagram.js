// The diagram: a list of steps, and beside it lanes, messages and faults in SVG. Long runs are drawn
// in chunks, when they come into view.

import {termOf} from './model.js';
import {h, svg, unseen} from './dom.js';
import {
  CHUNK,
  ROW,
  laneStretches,
  laneWidth,
  laneX,
  makeArrows,
  makeRows,
  pathsOf,
} from './layout.js';
import {icon} from './signs.js';
import {termClass} from './terms.js';
import {printable} from './text.js';
import {deed, effectsOf, messageWords, recoveryWords} from './words.js';

const HEAD = 34; // height of the lanes' names, which stay on top
const TAIL = 40; // room behind the last step
const BESIDE = 14; // room for a term beside the last lane
const MARGIN = 300; // pixels beyond the view that are drawn ahead

export class Diagram {
  // `scroller` scrolls, `list` is the listbox in it; `choose(number)` is called with a step that was
  // clicked.
  constructor(run, blame, scroller, list, choose) {
    Object.assign(this, {run, blame, scroller, list, chosen: 0});
    this.width = laneWidth(run.servers.length, innerWidth);
    list.style.setProperty('--lanes', `${this.width * run.servers.length}px`);
    list.addEventListener('click', ({target}) => {
      const row = target.closest('.step');
      const arrow = target.closest('.message');
      if (row) choose(Number(row.dataset.step));
      if (arrow) choose(otherEnd(run.messages[Number(arrow.dataset.message)], this.chosen));
    });
    // Sizes are told and not asked for: that would have the browser lay out the page in every step.
    this.top = 0;
    this.height = 0; // not known yet: nothing is drawn
    scroller.addEventListener(
      'scroll',
      () => {
        this.top = scroller.scrollTop;
        this.draw();
      },
      {passive: true},
    );
    new ResizeObserver(([{contentRect}]) => {
      this.height = contentRect.height;
      this.choose(this.chosen);
    }).observe(scroller);
    this.arrange(
      () => true,
      () => true,
    );
  }

  // Rows for which `isShown`; those for which not `isMatch` are pale.
  show(isShown, isMatch) {
    this.arrange(isShown, isMatch);
    this.choose(this.chosen);
  }

  arrange(isShown, isMatch) {
    this.isMatch = isMatch;
    this.rows = makeRows(this.run, isShown);
    this.arrows = makeArrows(this.run, this.rows, this.width);
    this.chunks = [];
    for (let first = 0; first < this.rows.numbers.length; first += CHUNK) {
      const last = Math.min(first + CHUNK, this.rows.numbers.length) - 1;
      const element = h('div', {
        class: 'chunk',
        role: 'presentation',
        style: `height: ${(last - first + 1) * ROW}px`,
      });
      this.chunks.push({first, last, element, isDrawn: false});
    }
    this.list.replaceChildren(...this.chunks.map(({element}) => element));
  }

  draw() {
    const top = this.top - HEAD - MARGIN;
    const bottom = top + this.height + 2 * MARGIN;
    for (const chunk of this.chunks) {
      const isNear = chunk.first * ROW < bottom && (chunk.last + 1) * ROW > top;
      if (isNear && !chunk.isDrawn) this.fillChunk(chunk);
      if (!isNear && chunk.isDrawn) {
        chunk.element.replaceChildren();
        chunk.isDrawn = false;
      }
    }
  }

  fillChunk(chunk) {
    const steps = this.rows.numbers.slice(chunk.first, chunk.last + 1);
    chunk.element.replaceChildren(
      this.picture(chunk),
      ...steps.map((number) => this.row(this.run.steps[number])),
    );
    chunk.isDrawn = true;
    this.mark(chunk.element, true);
  }

  // Marks the chosen step, wherever it is drawn, and brings it into view.
  choose(number) {
    this.mark(this.list, false);
    this.chosen = number;
    if (this.height === 0) return;
    const y = this.rows.places[number] * ROW;
    const isSeen =
      y >= this.top + (this.top > 0 ? ROW : 0) && y <= this.top + this.height - HEAD - 3 * ROW;
    const end = HEAD + this.rows.numbers.length * ROW + TAIL - this.height;
    if (!isSeen) this.top = Math.max(0, Math.min(end, y - this.height / 2.5));
    this.draw();
    this.mark(this.list, true);
    if (!isSeen) this.scroller.scrollTop = this.top;
    this.list.setAttribute('aria-activedescendant', `row-${number}`);
  }

  mark(root, isOn) {
    const step = this.run.steps[this.chosen];
    const row = root.querySelector(`#row-${this.chosen}`);
    if (row) {
      row.classList.toggle('chosen', isOn);
      row.setAttribute('aria-selected', String(isOn));
    }
    const messages = [...step.sent, ...(step.received ? [step.received] : [])];
    for (const {id} of messages) {
      for (const arrow of root.querySelectorAll(`[data-message="${id}"]`)) {
        arrow.classList.toggle('chosen', isOn);
      }
    }
  }

  row(step) {
    const isViolation = this.blame !== null && this.blame.step === step.number;
    const earlier = this.blame?.earlier.filter((found) => found.step === step.number) ?? [];
    const classes = [
      'step',
      this.isMatch(step.number) ? '' : 'pale',
      isViolation ? 'broken' : '',
      earlier.length ? 'earlier' : '',
      step.isFair ? 'fair' : '',
    ];
    return h(
      'div',
      {
        class: classes.filter(Boolean).join(' '),
        role: 'option',
        id: `row-${step.number}`,
        'aria-selected': 'false',
        'data-step': step.number,
        'aria-posinset': step.number + 1,
        'aria-setsize': this.run.steps.length,
      },
      h('span', {class: 'number'}, step.number),
      h('span', {class: 'gap'}),
      h('span', {class: 'what'}, this.words(step)),
      h(
        'span',
        {class: 'effects'},
        step.outcome ? h('span', {class: 'outcome-name'}, printable(step.outcome)) : null,
        effectsOf(step)
          .filter(({kind}) => kind !== 'term')
          .map((effect) => effectChip(effect, step)),
        earlier.length
          ? h(
              'span',
              {class: 'effect cause', title: earlier.map(({text}) => text).join('\n')},
              icon('flag'),
              unseen(earlier.map(({text}) => text).join(', ')),
            )
          : null,
        this.run.recovery?.after === step.number
          ? h(
              'span',
              {class: 'effect stop', title: recoveryWords(this.run).join('\n')},
              'faults stop here',
            )
          : null,
        isViolation ? h('span', {class: 'effect bad'}, 'violated') : null,
      ),
    );
  }

  words(step) {
    const who =
      step.server === 0 ? null : h('b', {class: 'who'}, unseen('server '), `S${step.server}`);
    const said = (...words) => h('span', {class: 'said'}, who, ' ', words);
    if (step.action.kind !== 'deliver') return said(h('span', {class: 'deed'}, deed(step)));
    const {received: message} = step;
    const term = termOf(message);
    return [
      said(
        h('span', {class: 'verb'}, 'receives '),
        h('span', {class: 'kind'}, printable(message.kind)),
        h('span', {class: 'from'}, ` from S${message.from}`),
        ' ',
        term === null ? null : h('span', {class: `tag ${termClass(term)}`}, `t${term}`),
      ),
      ' ',
      h('span', {class: 'detail'}, rowWords(message.fields).join(', ')),
    ];
  }

  picture(chunk) {
    const top = chunk.first * ROW;
    const height = (chunk.last - chunk.first + 1) * ROW;
    const width = this.width * this.run.servers.length;
    const arrows = this.arrows.filter((arrow) => arrow.y1 < top + height && arrow.y2 + ROW > top);
    return svg(
      'svg',
      {
        class: 'picture',
        width: width + BESIDE,
        height,
        viewBox: `0 ${top} ${width + BESIDE} ${height}`,
        'aria-hidden': 'true',
      },
      this.cuts(chunk),
      this.lanes(chunk),
      arrows.map((arrow) => this.arrow(arrow)),
      this.faultsStop(chunk, width),
      this.pin(chunk),
      this.rows.numbers
        .slice(chunk.first, chunk.last + 1)
        .map((number) => this.event(this.run.steps[number])),
    );
  }

  lanes(chunk) {
    const first = Math.max(0, chunk.first - 1);
    return this.run.servers.map((server) => {
      const x = laneX(server, this.width);
      return laneStretches(this.run, this.rows, server, first, chunk.last).map(
        ({y1, y2, view, isDown}) =>
          svg('line', {
            x1: x,
            x2: x,
            y1,
            y2,
            class: `lane ${view.role} ${termClass(view.current_term)} ${isDown ? 'down' : ''}`,
          }),
      );
    });
  }

  // While the network is cut, each lane has the ground of its group.
  cuts(chunk) {
    const grounds = [];
    for (let row = chunk.first; row <= chunk.last; ++row) {
      const {groups} = this.run.steps[this.rows.numbers[row]];
      (groups ?? []).forEach((group, i) => {
        for (const server of group) {
          grounds.push(
            svg('rect', {
              class: `ground g${i % 3}`,
              x: laneX(server, this.width) - this.width / 2,
              y: (row + 0.5) * ROW,
              width: this.width,
              height: ROW,
            }),
          );
        }
      });
    }
    return grounds;
  }

  arrow(arrow) {
    const {message, delivery} = arrow;
    const paths = pathsOf(arrow);
    const isVote = /vote/.test(message.kind);
    const classes = [
      'message',
      termClass(termOf(message)),
      isVote ? 'vote' : '',
      /_reply$/.test(message.kind) ? 'reply' : '',
      arrow.isAgain ? 'again' : '',
      delivery === null ? (message.isLost ? 'lost' : 'sent') : '',
    ];
    const parts = [svg('path', {d: paths.way, class: paths.end ? 'way' : 'way end'})];
    if (paths.end) {
      parts.push(
        svg('path', {d: paths.waiting, class: 'waiting'}),
        svg('path', {d: paths.end, class: 'way end'}),
      );
    }
    if (message.isLost) {
      parts.push(
        svg('path', {class: 'cross', d: `M${arrow.x2 - 4} ${arrow.y2 - 4}l8 8m0 -8l-8 8`}),
      );
    }
    if (delivery !== null) parts.push(head(arrow));
    return svg(
      'g',
      {class: classes.filter(Boolean).join(' '), 'data-message': message.id},
      svg(
        'title',
        {},
        `${printable(message.kind)} from S${message.from} to S${message.to}\n` +
          messageWords(message.fields).join(', '),
      ),
      svg('path', {class: 'reach', d: paths.way}),
      parts,
      payload(arrow),
    );
  }

  event(step) {
    if (step.server === 0) return this.networkEvent(step);
    const x = laneX(step.server, this.width);
    const y = this.rows.yOf(step.number);
    const kind = step.action.kind;
    const term = termClass(step.after?.current_term ?? 0);
    const parts = [svg('use', {href: `#at-${kind}`, x: x - 8, y: y - 8, width: 16, height: 16})];
    if (step.after && step.before.current_term !== step.after.current_term) {
      parts.push(svg('text', {class: 'term', x: x + 9, y: y - 5}, `t${step.after.current_term}`));
    }
    return svg('g', {class: `event ${kind} ${term} ${step.isRepeated ? 'again' : ''}`}, parts);
  }

  networkEvent(step) {
    if (!['cut', 'heal'].includes(step.action.kind)) return null;
    const y = this.rows.yOf(step.number);
    const width = this.width * this.run.servers.length;
    return svg('line', {class: `network ${step.action.kind}`, x1: 4, x2: width - 4, y1: y, y2: y});
  }

  faultsStop(chunk, width) {
    const {recovery} = this.run;
    if (!recovery) return null;
    const y = this.rows.yOf(recovery.after) + ROW / 2;
    if (y < chunk.first * ROW || y > (chunk.last + 1) * ROW) return null;
    return svg('line', {class: 'faults-stop', x1: 0, x2: width, y1: y, y2: y});
  }

  // Rings at the lanes that disagree, joined.
  pin(chunk) {
    if (this.blame === null) return null;
    const y = this.rows.yOf(this.blame.step);
    if (y < chunk.first * ROW || y >= (chunk.last + 1) * ROW) return null;
    const xs = this.blame.servers.map((server) => laneX(server, this.width));
    return svg(
      'g',
      {class: 'pin'},
      xs.length > 1 ? svg('line', {x1: xs[0], x2: xs.at(-1), y1: y, y2: y}) : null,
      xs.map((x) => svg('circle', {cx: x, cy: y, r: 10})),
    );
  }
}

export function effectChip({kind, text}, step) {
  return h('span', {class: `effect ${kind} ${termClass(step.after.current_term)}`}, text);
}

// Where a click on a message leads: to where it arrives, from there to where it was sent.
function otherEnd(message, chosen) {
  const ends = message.deliveries.map(({step}) => step);
  return ends.length === 0 || ends.includes(chosen) ? message.sentAt : ends[0];
}

// A row has little room: the entries come first, the term has a tag of its own.
function rowWords({term, ...fields}) {
  const lists = Object.entries(fields).filter(([, value]) => Array.isArray(value));
  const others = Object.entries(fields).filter(([, value]) => !Array.isArray(value));
  const carried = lists.filter(([, value]) => value.length > 0);
  return [
    ...messageWords(Object.fromEntries(carried)),
    ...messageWords(Object.fromEntries(others)),
  ];
}

// Entries that a message carries: small squares in the colours of their terms, on its way.
function payload({message, x1, y1, x2, y2, wait}) {
  const entries = Object.values(message.fields)
    .filter(Array.isArray)
    .flat()
    .filter((entry) => entry !== null && typeof entry === 'object')
    .slice(0, 4);
  const to = wait === null ? {x: x2, y: y2} : {x: wait, y: y1 + ROW};
  const at = wait === null && y2 - y1 < ROW ? 0.75 : 0.4;
  const x = x1 + (to.x - x1) * at - entries.length * 3.5;
  const y = y1 + (to.y - y1) * at - 3.5;
  return entries.map((entry, i) =>
    svg('rect', {
      class: `payload ${termClass(entry.term)}`,
      x: x + 7 * i,
      y,
      width: 7,
      height: 7,
    }),
  );
}

// The head of an arrow, in the direction of its last stretch.
function head({x1, y1, x2, y2, wait}) {
  const from = wait === null ? {x: x1, y: y1} : {x: wait, y: y2 - ROW * 0.55};
  const angle = (Math.atan2(y2 - from.y, x2 - from.x) * 180) / Math.PI;
  return svg('path', {
    class: 'head',
    d: 'M-5 0l-7 -3.5v7z',
    transform: `translate(${x2} ${y2}) rotate(${angle})`,
  });
}
