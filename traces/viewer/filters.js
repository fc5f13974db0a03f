// The controls of search and filter, above the list of steps.

import {h, popup} from './dom.js';
import {noFilter} from './filter.js';
import {counted} from './text.js';

export class Filters {
  // `changed()` is called when the filter is another one; go(number) steps to what was found.
  constructor(run, choices, changed, go) {
    Object.assign(this, {changed, go, filter: noFilter(), isOthersHidden: false, list: null});
    this.text = h('input', {
      type: 'search',
      placeholder: 'Search',
      'aria-label': 'Search the steps',
      autocomplete: 'off',
      spellcheck: 'false',
      input: () => {
        this.filter.text = this.text.value.trim();
        this.changed();
      },
    });
    this.result = h('output', {class: 'found'});
    this.chips = run.servers.map((server) => this.chip(server));
    this.menus = [
      this.menu('Actions', choices.actions, 'actions'),
      this.menu('Messages', choices.kinds, 'kinds'),
    ];
    this.hide = h(
      'button',
      {type: 'button', class: 'quiet', 'aria-pressed': 'false', click: () => this.toggleOthers()},
      'hide the rest',
    );
    this.element = h(
      'form',
      {
        class: 'filters',
        role: 'search',
        submit: (event) => {
          event.preventDefault();
          this.step(1);
        },
      },
      this.text,
      h('span', {class: 'chips', role: 'group', 'aria-label': 'Servers'}, this.chips),
      this.menus,
      this.result,
      this.hide,
    );
    this.found(null);
  }

  chip(server) {
    const chip = h(
      'button',
      {
        type: 'button',
        class: 'chip',
        'aria-pressed': 'false',
        'aria-label': `S${server}, only its steps`,
        click: () => {
          this.toggle(this.filter.servers, server);
          chip.setAttribute('aria-pressed', String(this.filter.servers.has(server)));
        },
      },
      `S${server}`,
    );
    return chip;
  }

  menu(name, choices, key) {
    if (choices.length === 0) return null;
    const box = ({value, text, count}) =>
      h(
        'label',
        {},
        h('input', {type: 'checkbox', change: () => this.toggle(this.filter[key], value)}),
        ` ${text} `,
        h('span', {class: 'note'}, count),
      );
    return popup({class: 'menu'}, name, h('div', {}, choices.map(box)));
  }

  toggle(set, value) {
    if (!set.delete(value)) set.add(value);
    this.changed();
  }

  toggleOthers() {
    this.isOthersHidden = !this.isOthersHidden;
    this.hide.setAttribute('aria-pressed', String(this.isOthersHidden));
    this.changed();
  }

  // What matches: the numbers of steps; null where nothing is asked for.
  found(list) {
    this.list = list;
    this.result.textContent =
      list === null ? '' : list.length === 0 ? 'no step' : counted(list.length, 'step');
    this.hide.hidden = list === null;
    for (const menu of this.element?.querySelectorAll('details') ?? []) {
      menu.classList.toggle('used', menu.querySelector(':checked') !== null);
    }
  }

  next(number) {
    return this.list?.find((one) => one > number) ?? this.list?.[0];
  }

  previous(number) {
    return this.list?.findLast((one) => one < number) ?? this.list?.at(-1);
  }

  step() {
    const number = this.next(Number(/step=(\d+)/.exec(location.hash)?.[1] ?? 0));
    if (number !== undefined) this.go(number);
  }

  focus() {
    this.text.focus();
    this.text.select();
  }

  clear() {
    this.filter = noFilter();
    this.text.value = '';
    for (const chip of this.chips) chip.setAttribute('aria-pressed', 'false');
    for (const box of this.element.querySelectorAll(':checked')) box.checked = false;
    if (this.isOthersHidden) this.toggleOthers();
    this.changed();
  }
}
