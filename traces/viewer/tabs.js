// Beside the state of a run that shows a bug of the gallery: the bug's story, and its diff.

import {diff} from './diff.js';
import {byId, h} from './dom.js';
import {link} from './messages.js';

// `sheet` alone, or under tabs with the others, where the page has them. What nobody has looked at is
// not made yet.
export function withTabs(sheet, page) {
  const template = byId('story');
  const others = [
    template
      ? [
          'Story',
          () => h('div', {class: 'story'}, linked(template.content.cloneNode(true), page.trace)),
        ]
      : null,
    page.diff ? ['Diff', () => diff(page.diff)] : null,
  ].filter(Boolean);
  if (others.length === 0) return sheet;
  const tabs = [['Run', () => sheet], ...others].map(([name, make], i) => ({
    make,
    panel: h('div', {role: 'tabpanel', id: `panel-${i}`, 'aria-labelledby': `tab-${i}`}),
    tab: h(
      'button',
      {role: 'tab', id: `tab-${i}`, 'aria-controls': `panel-${i}`, click: () => choose(i)},
      name,
    ),
  }));
  const choose = (chosen) =>
    tabs.forEach(({tab, panel, make}, i) => {
      if (i === chosen && !panel.hasChildNodes()) panel.append(...[make()].flat());
      tab.setAttribute('aria-selected', String(i === chosen));
      tab.tabIndex = i === chosen ? 0 : -1;
      panel.hidden = i !== chosen;
    });
  const turn = (event) => {
    const by = {ArrowRight: 1, ArrowLeft: -1}[event.key];
    if (by === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const at = tabs.findIndex(({tab}) => tab === event.target);
    const next = (at + by + tabs.length) % tabs.length;
    choose(next);
    tabs[next].tab.focus();
  };
  choose(0);
  return [
    h(
      'div',
      {class: 'tabs', role: 'tablist', keydown: turn},
      tabs.map(({tab}) => tab),
    ),
    tabs.map(({panel}) => panel),
  ];
}

// "step 7" leads there, in paragraphs that tell of this run: they begin with its property.
function linked(story, trace) {
  story.querySelector('h1')?.remove(); // the bug's name, which the page has
  for (const paragraph of story.querySelectorAll('p')) {
    if (!trace.violation || !paragraph.textContent.startsWith(trace.violation.property)) continue;
    for (const node of [...paragraph.childNodes]) {
      if (node.nodeType !== Node.TEXT_NODE) continue;
      node.replaceWith(
        ...node.data
          .split(/\b(step \d+)/)
          .map((part) => (/^step \d+$/.test(part) ? stepLink(part, trace) : part)),
      );
    }
  }
  return story;
}

function stepLink(words, trace) {
  const number = Number(words.slice(5));
  return number > trace.steps.length ? words : link(number, words);
}
