// The page of a trace: the diagram, and the state after the step that was chosen.

import {blameOf} from './blame.js';
import {Diagram, effectChip} from './diagram.js';
import {afterPaint, byId, h, popup} from './dom.js';
import {choicesOf, isEmpty, Matcher} from './filter.js';
import {Filters} from './filters.js';
import {openHelp} from './help.js';
import {LogTable} from './logs.js';
import {link, messageLists, stepOf} from './messages.js';
import {isDownAfter, isElected, makeRun} from './model.js';
import {saveButton} from './save.js';
import {icon, signs} from './signs.js';
import {ServerTable} from './servers.js';
import {splitter} from './splitter.js';
import {termClass} from './terms.js';
import {counted, printable} from './text.js';
import {withTabs} from './tabs.js';
import {Theme} from './theme.js';
import {isForPage, Transport} from './transport.js';
import {unpack} from './unpack.js';
import {configWords, effectsOf, recoveryWords, sentence, spoken} from './words.js';

class TracePage {
  constructor(page) {
    this.page = page;
    this.run = makeRun(page.trace);
    this.blame = blameOf(this.run);
    this.theme = new Theme();
    this.transport = new Transport({
      name: 'step',
      last: this.run.last,
      show: (number) => this.show(number),
    });
    this.go = (number) => this.transport.go(number);
    this.build();
    addEventListener('keydown', (event) => this.key(event));
    byId('page').addEventListener('click', (event) => {
      const step = stepOf(event);
      if (step === null) return;
      event.preventDefault(); // the address is written later, and in some browsers never
      this.go(step);
    });
    if (!this.transport.follow()) this.go(this.blame?.step ?? 0);
  }

  build() {
    this.listbox = h('div', {class: 'steps', role: 'listbox', tabindex: 0, 'aria-label': 'Steps'});
    this.heads = h('div', {class: 'lane-heads', 'aria-hidden': 'true'});
    this.scroller = h('div', {class: 'scroller'}, this.heads, this.listbox);
    this.heading = h('div', {class: 'heading'});
    this.logs = new LogTable(this.run, this.blame);
    this.servers = new ServerTable(this.run, this.blame);
    this.messages = h('div');
    const sheet = [
      this.heading,
      legend(),
      h('h3', {}, 'Logs'),
      this.logs.element,
      h('h3', {}, 'Servers'),
      this.servers.element,
      this.messages,
    ];
    this.state = h(
      'section',
      {class: 'state', tabindex: 0, 'aria-label': 'State'},
      withTabs(sheet, this.page),
    );
    this.speech = h('div', {class: 'unseen', 'aria-live': 'polite', role: 'status'});
    this.matcher = new Matcher(this.run);
    this.filters = new Filters(this.run, choicesOf(this.run), () => this.filter(), this.go);
    const history = h(
      'section',
      {class: 'history', 'aria-label': 'History'},
      this.filters.element,
      this.scroller,
    );
    const main = h('main', {class: 'run'}, history);
    main.append(splitter(main, 'Width of the history'), this.state);
    this.fillHead();
    byId('page').append(
      main,
      this.transport.bar(this.overview()),
      this.speech,
      signs(),
    );
    this.diagram = new Diagram(this.run, this.blame, this.scroller, this.listbox, this.go);
    const width = this.diagram.width;
    this.heads.style.setProperty('--lane', `${width}px`);
  }

  // Beside and below the verdict, which the page has from the start (viewer.cpp).
  fillHead() {
    const {trace} = this.run;
    const evidence = this.evidence();
    if (evidence) document.querySelector('.verdict').append(evidence);
    document.querySelector('.head').append(
      h(
        'div',
        {class: 'about'},
        trace.bug
          ? h(
              'p',
              {},
              'bug ',
              h('b', {}, printable(trace.bug)),
              this.page.summary ? h('span', {class: 'summary'}, `: ${this.page.summary}`) : null,
            )
          : null,
        h(
          'p',
          {},
          this.page.gallery ? [h('a', {href: this.page.gallery}, 'gallery'), ' \u00b7 '] : null,
          `${counted(this.run.servers.length, 'server')}, ${counted(this.run.last, 'step')} \u00b7 `,
          recorded(this.run),
        ),
      ),
      h(
        'div',
        {class: 'tools'},
        this.theme.button,
        h(
          'button',
          {
            class: 'tool',
            title: 'Keys and signs (?)',
            'aria-label': 'Help',
            click: () => openHelp(this.run),
          },
          icon('help'),
        ),
      ),
    );
  }

  evidence() {
    if (!this.blame || this.blame.earlier.length === 0) return null;
    return h(
      'p',
      {class: 'evidence'},
      this.blame.earlier.map(({step, text}, i) => [
        i > 0 ? ' \u00b7 ' : '',
        icon('flag'),
        ' ',
        link(step),
        ` ${printable(text)}`,
      ]),
    );
  }

  // What stands where on the slider: elections in the colours of their terms, crashes, the violation.
  overview() {
    const at = (number) => (this.run.last === 0 ? 0 : (100 * number) / this.run.last);
    const signs = this.run.steps.flatMap((step) => {
      if (step.number === this.blame?.step) return [['bad', step]];
      if (this.blame?.earlier.some((one) => one.step === step.number)) return [['cause', step]];
      if (isElected(step)) return [[`elected ${termClass(step.after.current_term)}`, step]];
      return ['crash', 'cut', 'heal'].includes(step.action.kind) ? [[step.action.kind, step]] : [];
    });
    return h(
      'div',
      {class: 'overview', 'aria-hidden': 'true'},
      signs.map(([kind, step]) => h('i', {class: kind, style: `left: ${at(step.number)}%`})),
    );
  }

  show(number) {
    const step = this.run.steps[number];
    this.diagram.choose(number);
    this.drawHeads(step);
    this.drawState(step);
    this.speech.textContent = spoken(this.run, step);
  }

  drawHeads(step) {
    this.heads.replaceChildren(
      h('span', {class: 'number'}),
      h(
        'span',
        {class: 'heads'},
        this.run.servers.map((server) => {
          const view = step.views[server - 1];
          const down = isDownAfter(this.run, server, step.number) ? 'down' : '';
          return h(
            'span',
            {class: `head-of ${view.role} ${termClass(view.current_term)} ${down}`},
            h('b', {}, `S${server}`),
            this.diagram.width < 50 ? null : h('i', {}, `t${view.current_term}`),
          );
        }),
      ),
      h(
        'span',
        {class: 'caption'},
        step.number === 0 ? 'at the start' : `after step ${step.number}`,
      ),
    );
  }

  drawState(step) {
    const isBroken = step.number === this.blame?.step;
    this.logs.show(step);
    this.servers.show(step);
    this.heading.replaceChildren(
      h(
        'h2',
        {},
        h('span', {class: 'which'}, step.number === 0 ? 'Start' : `Step ${step.number}`),
        ' ',
        sentence(step),
      ),
      h(
        'p',
        {class: 'outcome'},
        step.outcome ? h('span', {class: 'name'}, printable(step.outcome)) : null,
        effectsOf(step).map((effect) => effectChip(effect, step)),
        isBroken
          ? h('span', {class: 'effect bad'}, `breaks ${printable(this.run.violation.property)}`)
          : null,
      ),
    );
    this.messages.replaceChildren(...messageLists(this.run, step).filter(Boolean));
  }

  filter() {
    const {filter, isOthersHidden} = this.filters;
    const found = isEmpty(filter) ? null : this.matcher.matches(filter);
    const matching = new Set(found ?? []);
    const isMatch = (number) => found === null || number === 0 || matching.has(number);
    this.filters.found(found);
    this.diagram.show((number) => !isOthersHidden || isMatch(number), isMatch);
  }

  key(event) {
    if (event.key === 'Escape' && this.filters.element.contains(event.target)) {
      this.filters.clear();
      this.listbox.focus();
      return;
    }
    if (!isForPage(event) || !this.take(event.key)) return;
    event.preventDefault();
  }

  take(key) {
    if (this.transport.take(key)) return true;
    const {number} = this.transport;
    const step = this.run.steps[number];
    const jumps = {
      v: () => this.blame?.step,
      '[': () =>
        this.run.steps.findLast((one) => one.number < number && one.server === step.server)?.number,
      ']': () =>
        this.run.steps.find((one) => one.number > number && one.server === step.server)?.number,
      s: () => step.received?.sentAt,
      d: () => step.sent.flatMap(({deliveries}) => deliveries)[0]?.step,
      n: () => this.filters.next(number),
      N: () => this.filters.previous(number),
    };
    if (key in jumps) this.go(jumps[key]() ?? number);
    const others = {
      '/': () => this.filters.focus(),
      t: () => this.theme.turn(),
      '?': () => openHelp(this.run),
    };
    if (key in others) others[key]();
    return key in jumps || key in others;
  }
}

// What stands below the logs; help.js has it in full.
function legend() {
  const marks = [
    ['c', 'committed'],
    ['a', 'applied'],
    ['m1', 'match index of leader 1'],
    ['n1', 'its next index'],
  ];
  return h(
    'p',
    {class: 'legend'},
    marks.map(([mark, meaning], i) => [i > 0 ? ' \u00b7 ' : '', h('b', {}, mark), ` ${meaning}`]),
  );
}

// What the run was recorded with, for who asks.
function recorded(run) {
  const {trace} = run;
  const bounds = Object.entries(trace.bounds).map(
    ([name, value]) => `${printable(name)} ${printable(value)}`,
  );
  const rows = [
    ['cluster', configWords(trace).join(', ')],
    ['bounds', bounds.join(', ') || 'none'],
    ...(run.recovery ? [['recovery', recoveryWords(run).join(', ')]] : []),
    ['bug', printable(trace.bug ?? 'none: the core as it is')],
    [
      'shortest',
      trace.shortest ? 'no shorter run within the bounds breaks it' : 'a shorter run may exist',
    ],
    ['written by', `raftcheck ${printable(trace.program_version)}`],
  ];
  return popup(
    {class: 'recorded'},
    'recorded with\u2026',
    h(
      'div',
      {},
      h(
        'dl',
        {},
        rows.map(([name, text]) => [h('dt', {}, name), h('dd', {}, text)]),
      ),
      saveButton(trace),
    ),
  );
}

afterPaint(() => new TracePage(unpack(JSON.parse(byId('document').textContent))));
