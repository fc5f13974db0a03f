// The page of all known bugs: a list, and of the one that was chosen its story, its diff and the way
// to its runs.

import {diff} from './diff.js';
import {byId, h} from './dom.js';
import {counted, printable} from './text.js';
import {Theme} from './theme.js';
import {unpack} from './unpack.js';

class GalleryPage {
  constructor({bugs}) {
    this.bugs = bugs;
    this.theme = new Theme();
    this.search = h('input', {
      type: 'search',
      placeholder: 'Search',
      'aria-label': 'Search the bugs',
      autocomplete: 'off',
      input: () => this.filter(),
    });
    this.found = h('output', {class: 'found'});
    this.rows = bugs.map((bug) => this.row(bug));
    this.detail = h('article', {class: 'detail', tabindex: 0, 'aria-label': 'The bug'});
    byId('page').replaceChildren(
      h(
        'header',
        {class: 'head'},
        h(
          'div',
          {class: 'verdict'},
          h('h1', {}, 'Raft bugs'),
          h(
            'p',
            {class: 'why'},
            'Each is a small change to a Raft that holds, with the shortest run that breaks it.',
          ),
        ),
        h('div', {class: 'tools'}, this.theme.button),
      ),
      h(
        'main',
        {class: 'bugs'},
        h(
          'nav',
          {class: 'list', 'aria-label': 'Bugs'},
          h(
            'form',
            {class: 'filters', role: 'search', submit: (event) => event.preventDefault()},
            this.search,
            this.found,
          ),
          h(
            'ul',
            {},
            this.rows.map(({element}) => element),
          ),
        ),
        this.detail,
      ),
    );
    addEventListener('hashchange', () => this.follow());
    addEventListener('keydown', (event) => this.key(event));
    this.filter();
    this.follow();
  }

  row(bug) {
    const properties = [...new Set(bug.runs.map(({property}) => property))];
    const link = h(
      'a',
      {href: `#bug=${bug.name}`},
      h('b', {}, bug.name),
      h('span', {class: 'summary'}, printable(bug.summary)),
      bug.control
        ? h('span', {class: 'breaks nothing'}, 'breaks nothing')
        : h('span', {class: 'breaks'}, properties.join(', ')),
    );
    return {
      bug,
      link,
      element: h('li', {}, link),
      text: [
        bug.name,
        bug.summary,
        ...properties,
        bug.diff,
        byId(`story-${bug.name}`)?.content.textContent ?? '',
      ]
        .join('\n')
        .toLowerCase(),
    };
  }

  filter() {
    const words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const {element, text} of this.rows) {
      element.hidden = !words.every((word) => text.includes(word));
      if (!element.hidden) ++count;
    }
    this.found.textContent = counted(count, 'bug');
  }

  follow() {
    const name = /#bug=([a-z0-9-]+)/.exec(location.hash)?.[1];
    this.show(this.bugs.find((bug) => bug.name === name) ?? this.bugs[0]);
  }

  show(bug) {
    for (const row of this.rows) {
      const isHere = row.bug === bug;
      row.link.classList.toggle('chosen', isHere);
      if (isHere) {
        row.link.setAttribute('aria-current', 'true');
        row.element.scrollIntoView({block: 'nearest'});
      } else {
        row.link.removeAttribute('aria-current');
      }
    }
    this.detail.replaceChildren(
      h('h2', {}, bug.name),
      h('p', {class: 'summary'}, printable(bug.summary)),
      bug.runs.length > 0
        ? h('ul', {class: 'runs'}, bug.runs.map(runLink))
        : h(
            'p',
            {class: 'note'},
            'A control: it looks like a bug and breaks nothing within its bounds.',
          ),
      h('h3', {}, 'The change'),
      diff(bug.diff),
      h('div', {class: 'story'}, storyOf(bug)),
    );
    this.detail.scrollTop = 0;
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target === this.search) return;
    if (event.key === 't') this.theme.turn();
    if (event.key !== '/') return;
    event.preventDefault();
    this.search.focus();
  }
}

// Without its heading, the bug's name.
function storyOf(bug) {
  const story = byId(`story-${bug.name}`)?.content.cloneNode(true);
  story?.querySelector('h1')?.remove();
  return story;
}

function runLink({page, servers, steps, property, message}) {
  return h(
    'li',
    {},
    h(
      'a',
      {href: page},
      h('b', {}, property ? `${printable(property)} is violated` : 'the run'),
      h('span', {}, ` after ${counted(steps, 'step')}, ${counted(servers, 'server')}`),
    ),
    message ? h('p', {}, printable(message)) : null,
  );
}

new GalleryPage(unpack(JSON.parse(byId('document').textContent)));
