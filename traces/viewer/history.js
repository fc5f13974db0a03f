// The page of what clients saw: operations as bars on a time axis, the order that explains the
// answers, and the answer that no order explains.

import {byId, h, svg, unseen} from './dom.js';
import {counted, middled, printable} from './text.js';
import {Theme} from './theme.js';
import {BAR, makeTimeline, valuesAlong} from './timeline.js';
import {isForPage, Transport} from './transport.js';
import {same, unpack} from './unpack.js';

const NAMES = 90; // width of the clients' names
const TOP = 56; // height of the time axis and of the object's values
const MARGIN = 700; // pixels beyond the view that are drawn ahead
const TITLES = {
  legal: 'Linearizable',
  illegal: 'Not linearizable',
  unknown: 'Not known to be linearizable',
};

export function valueText(value, most = 16) {
  if (value === null || value === undefined) return 'nil';
  return typeof value === 'string' ? `"${middled(value, most)}"` : String(value);
}

const asks = ({operation}) => operation === 'read' || operation === 'get';

export function operationText(one, most) {
  const {operation, argument, expected, outcome, result} = one;
  if (asks(one)) {
    return outcome === 'ok' && result !== undefined
      ? `${operation} \u2192 ${valueText(result, most)}`
      : operation;
  }
  if (operation !== 'cas') return `${operation} ${valueText(argument, most)}`;
  const found = outcome === 'mismatch' ? ' finds another value' : '';
  return `cas ${valueText(expected, most)} to ${valueText(argument, most)}${found}`;
}

const OUTCOMES = {failed: 'took no effect', unknown: 'no answer'};

class HistoryPage {
  constructor(report) {
    this.report = report;
    this.explanation = report.explanation;
    this.theme = new Theme();
    this.keys = this.listKeys();
    this.chart = h('div', {
      class: 'chart',
      tabindex: 0,
      role: 'region',
      'aria-label': 'Operations of each client',
    });
    this.order = h('div', {class: 'order', tabindex: 0, role: 'region', 'aria-label': 'Order'});
    this.speech = h('div', {class: 'unseen', 'aria-live': 'polite', role: 'status'});
    this.transport = new Transport({name: 'place', last: 0, show: (place) => this.show(place)});
    byId('page').replaceChildren(
      this.head(),
      h('main', {class: 'saw'}, this.chart, this.order),
      this.transport.bar(null),
      this.speech,
    );
    this.chart.addEventListener('scroll', () => this.draw(false), {passive: true});
    new ResizeObserver(() => this.arrange()).observe(this.chart);
    addEventListener('keydown', (event) => this.key(event));
    const wanted = this.keys.findIndex(
      ({key}) => this.explanation && same(key, this.explanation.key),
    );
    this.showKey(Math.max(0, wanted));
  }

  // Keys with what is known of each, in the order of the history.
  listKeys() {
    const keys = [];
    const numbers = new Map();
    this.report.history.forEach((operation, place) => {
      const name = JSON.stringify(operation.key, (_, value) =>
        typeof value === 'bigint' ? `${value}n` : value,
      );
      if (!numbers.has(name)) {
        numbers.set(name, keys.length);
        keys.push({key: operation.key, places: []});
      }
      keys[numbers.get(name)].places.push(place);
    });
    return keys;
  }

  head() {
    const {report} = this;
    const isIllegal = report.answer === 'illegal';
    return h(
      'header',
      {class: 'head'},
      h(
        'div',
        {class: 'verdict'},
        h('h1', {}, h('span', {class: isIllegal ? 'property' : ''}, TITLES[report.answer])),
        this.why(),
      ),
      h(
        'div',
        {class: 'about'},
        h('p', {}, h('b', {}, printable(report.file))),
        h(
          'p',
          {},
          `${counted(report.history.length, 'operation')} \u00b7 ${counted(report.keys, 'key')} \u00b7 ` +
            `${report.config.model}`,
        ),
        this.keys.length > 1 ? this.keySelect() : null,
      ),
      h('div', {class: 'tools'}, this.theme.button),
    );
  }

  why() {
    const {explanation, report} = this;
    if (!explanation) {
      if (report.answer === 'legal')
        return h('p', {class: 'why'}, 'This order explains every answer.');
      return h('p', {class: 'why'}, 'The search was stopped before it was known.');
    }
    const misfit = report.history[explanation.misfit];
    const possible = explanation.possible.map((value) => valueText(value, 40)).join(', ');
    const saw = possible
      ? `A read in its place could have seen ${possible}` +
        `${explanation.possible_is_complete ? '' : ', perhaps others'}.`
      : 'No value was possible in its place.';
    return h(
      'p',
      {class: 'why'},
      `No order explains what client ${misfit.client} was told: `,
      h('b', {class: 'name'}, operationText(misfit, 40)),
      `. ${saw}`,
    );
  }

  keySelect() {
    this.select = h(
      'select',
      {'aria-label': 'Key', change: () => this.showKey(Number(this.select.value))},
      this.keys.map(({key}, i) => h('option', {value: i}, `key ${valueText(key, 30)}`)),
    );
    return this.select;
  }

  // The operations of one key, and the order that is known of them.
  showKey(number) {
    const {key, places} = this.keys[number] ?? {key: null, places: []};
    const {explanation, report} = this;
    this.operations = places.map((place) => report.history[place]);
    const here = new Map(places.map((place, i) => [place, i]));
    const isMisfitHere = explanation !== null && same(explanation.key, key);
    const known = isMisfitHere
      ? explanation.prefix
      : (report.linearizations.find((one) => same(one.key, key))?.order ?? []);
    this.sequence = known.map((place) => here.get(place));
    this.misfit = isMisfitHere ? here.get(explanation.misfit) : null;
    this.values = valuesAlong(this.operations, this.sequence, report.config.model);
    if (this.select) this.select.value = String(number);
    const last = this.sequence.length + (this.misfit === null ? 0 : 1);
    this.transport.restart(last);
    this.listOrder();
    this.arrange();
    if (!this.transport.follow()) this.transport.go(last);
  }

  listOrder() {
    const rows = this.sequence.map((index, i) => this.orderRow(i + 1, index, this.values[i + 1]));
    if (this.misfit !== null) rows.push(this.orderRow(rows.length + 1, this.misfit, undefined));
    const title =
      this.misfit !== null
        ? 'The longest order that explains the answers'
        : rows.length > 0
          ? 'An order that explains the answers'
          : 'No order is known';
    this.order.replaceChildren(
      h('h3', {}, title),
      h(
        'ol',
        {},
        h(
          'li',
          {class: 'start', 'data-place': 0, click: () => this.transport.go(0)},
          'at first ',
          h('span', {class: 'name'}, valueText(this.values[0])),
        ),
        rows,
      ),
    );
  }

  orderRow(place, index, value) {
    const operation = this.operations[index];
    const isMisfit = index === this.misfit;
    return h(
      'li',
      {
        class: isMisfit ? 'misfit' : '',
        'data-place': place,
        title: operationText(operation, 400) + (isMisfit ? '' : `\nthen ${valueText(value, 400)}`),
        click: () => this.transport.go(place),
      },
      h('span', {class: 'number'}, isMisfit ? '\u00d7' : place),
      h('span', {class: 'client'}, `client ${operation.client}`),
      h('span', {class: 'name'}, operationText(operation, asks(operation) ? 22 : 10)),
      isMisfit ? h('span', {class: 'then'}, 'fits nowhere') : null,
      isMisfit || asks(operation)
        ? null
        : h('span', {class: 'then'}, 'then ', h('span', {class: 'name'}, valueText(value, 13))),
    );
  }

  show(place) {
    const {operations} = this;
    const index =
      place === 0 ? null : place > this.sequence.length ? this.misfit : this.sequence[place - 1];
    this.row?.classList.remove('chosen');
    this.row?.removeAttribute('aria-current');
    this.row = this.order.querySelectorAll('li')[place];
    this.row.classList.add('chosen');
    this.row.setAttribute('aria-current', 'step');
    this.row.scrollIntoView({block: 'nearest'});
    this.draw(true);
    if (index !== null) this.reveal(this.timeline.bars[index]);
    const what =
      index === null
        ? 'Before the first operation'
        : `${index === this.misfit ? 'Fits nowhere' : `Place ${place} of ${this.sequence.length}`}: ` +
          `client ${operations[index].client}, ${operationText(operations[index], 40)}`;
    const then = index === this.misfit ? '' : `. Then ${valueText(this.values[place], 40)}`;
    this.speech.textContent = what + then + '.';
  }

  reveal({x1, x2, row}) {
    const {chart} = this;
    const right = chart.scrollLeft + chart.clientWidth - NAMES;
    if (x1 < chart.scrollLeft || Math.min(x2, x1 + 200) > right)
      chart.scrollLeft = x1 - chart.clientWidth / 3;
    const y = TOP + row * BAR;
    if (y < chart.scrollTop + TOP || y + BAR > chart.scrollTop + chart.clientHeight) {
      chart.scrollTop = y - chart.clientHeight / 2;
    }
  }

  // Anew for another key, or another width.
  arrange() {
    this.timeline = makeTimeline(
      this.operations,
      this.sequence,
      this.chart.clientWidth - NAMES - 10,
    );
    if (this.transport.number >= 0) this.draw(true);
  }

  // What is in view, drawn anew when the view has moved far enough.
  draw(isForced) {
    const left = this.chart.scrollLeft;
    if (!isForced && Math.abs(left - this.drawnAt) < MARGIN / 2) return;
    this.drawnAt = left;
    const {timeline, transport} = this;
    const from = left - MARGIN;
    const to = left + this.chart.clientWidth + MARGIN;
    const place = transport.number;
    const rank = new Map(this.sequence.map((index, i) => [index, i + 1]));
    const bars = timeline.bars.filter(({x1, x2}) => x1 < to && x2 > from);
    const height = TOP + timeline.rows.length * BAR;
    this.chart.replaceChildren(
      h(
        'div',
        {class: 'plot', style: `width: ${timeline.width + NAMES}px; height: ${height + 4}px`},
        h(
          'div',
          {class: 'ticks', 'aria-hidden': 'true'},
          this.ticks(from, to),
          this.objectValues(from, to, place),
        ),
        timeline.rows.map((client, row) =>
          h(
            'div',
            {class: 'client-row', style: `top: ${TOP + row * BAR}px`},
            h('span', {class: 'client-name'}, `client ${client}`),
          ),
        ),
        bars.map((bar) => this.bar(bar, rank.get(bar.index), place)),
        this.frontier(height),
        this.line(from, to, place, height),
      ),
    );
  }

  // Up to here an order is known; the answer that comes now has no place in it.
  frontier(height) {
    if (this.misfit === null) return null;
    const x = this.timeline.bars[this.misfit].x2 + NAMES + 2;
    return h('div', {
      class: 'frontier',
      style: `left: ${x}px; top: ${TOP - BAR}px; height: ${height - TOP + BAR}px`,
    });
  }

  // What the object holds between one moment of the order and the next, as far as it is placed.
  objectValues(from, to, place) {
    const {points} = this.timeline;
    const shown = Math.min(place, points.length);
    const spans = [];
    for (let i = 0; i <= shown; ++i) {
      const x1 = i === 0 ? 0 : points[i - 1].x;
      const end = this.misfit === null ? this.timeline.width : this.timeline.bars[this.misfit].x2;
      const x2 = i < shown ? points[i].x : i < points.length ? points[i].x : Math.max(end, x1 + 30);
      const before = spans.at(-1);
      if (before && before.value === this.values[i]) {
        before.x2 = x2;
      } else {
        spans.push({x1, x2, value: this.values[i]});
      }
    }
    return [
      h('span', {class: 'client-name object'}, 'object'),
      spans
        .filter(({x1, x2}) => x1 < to && x2 > from)
        .map(({x1, x2, value}) =>
          h(
            'span',
            {
              class: 'held',
              title: valueText(value, 400),
              style: `left: ${x1 + NAMES}px; width: ${Math.max(1, x2 - x1 - 1)}px`,
            },
            valueText(value, 14),
          ),
        ),
    ];
  }

  ticks(from, to) {
    const {timeline} = this;
    const every = Math.max(1, Math.ceil(64 / timeline.column));
    return timeline.ticks
      .map((tick, i) => ({tick, i, x: i * timeline.column}))
      .filter(({i, x}) => i % every === 0 && x >= from && x <= to)
      .map(({tick, x}) => h('span', {class: 'tick', style: `left: ${x + NAMES}px`}, String(tick)));
  }

  bar({operation, index, row, isOpen, x1, x2}, rank, place) {
    const isMisfit = index === this.misfit;
    const isCurrent = rank === place || (isMisfit && place > this.sequence.length);
    const classes = [
      'bar',
      operation.outcome,
      isOpen ? 'open' : '',
      isMisfit ? 'misfit' : '',
      rank !== undefined && rank <= place ? 'placed' : '',
      rank === undefined && !isMisfit ? 'outside' : '',
      isCurrent ? 'chosen' : '',
      asks(operation) ? 'asks' : 'writes',
    ];
    const outcome = OUTCOMES[operation.outcome];
    return h(
      'div',
      {
        class: classes.filter(Boolean).join(' '),
        style: `left: ${x1 + NAMES}px; width: ${x2 - x1}px; top: ${TOP + row * BAR + 2}px`,
        title:
          `client ${operation.client}: ${operationText(operation, 400)}\n[${operation.invoked}, ${operation.returned ?? 'never'}]` +
          (outcome ? `\n${outcome}` : ''),
        click: () =>
          this.transport.go(isMisfit ? this.sequence.length + 1 : (rank ?? this.transport.number)),
      },
      h('span', {}, operationText(operation, 14)),
      outcome ? unseen(`, ${outcome}`) : null,
    );
  }

  // The order as a line from one moment to the next.
  line(from, to, place, height) {
    const points = this.timeline.points
      .slice(0, Math.min(place, this.sequence.length))
      .map(({x, row}) => ({x: x + NAMES, y: TOP + row * BAR + BAR - 6}));
    const near = points.filter(({x}) => x > from && x < to + NAMES);
    return svg(
      'svg',
      {class: 'moments', width: this.timeline.width + NAMES, height, 'aria-hidden': 'true'},
      svg('polyline', {points: near.map(({x, y}) => `${x},${y}`).join(' ')}),
      near.map(({x, y}) => svg('line', {x1: x, x2: x, y1: y - 4, y2: y + 4})),
    );
  }

  key(event) {
    if (!isForPage(event)) return;
    const isTaken = event.key === 't' || this.transport.take(event.key);
    if (event.key === 't') this.theme.turn();
    if (isTaken) event.preventDefault();
  }
}

new HistoryPage(unpack(JSON.parse(byId('document').textContent)));
