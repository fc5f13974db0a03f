// Light or dark: as the system has it, until somebody chooses.

import {h} from './dom.js';
import {icon} from './signs.js';

const KEY = 'raftcheck-theme';
const NAMES = {auto: 'Theme: as the system', light: 'Theme: light', dark: 'Theme: dark'};
const NEXT = {auto: 'light', light: 'dark', dark: 'auto'};

// What is remembered may be unreadable where a page is opened from a file.
function remembered() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function remember(theme) {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // It lasts as long as the page does.
  }
}

export class Theme {
  constructor() {
    this.button = h('button', {class: 'tool', click: () => this.turn()});
    this.set(remembered() ?? 'auto');
  }

  turn() {
    this.set(NEXT[this.name]);
    remember(this.name);
  }

  set(name) {
    this.name = name in NAMES ? name : 'auto';
    document.documentElement.style.colorScheme = this.name === 'auto' ? '' : this.name;
    document.documentElement.dataset.theme = this.name;
    this.button.replaceChildren(icon(this.name));
    this.button.title = `${NAMES[this.name]} (t)`;
    this.button.setAttribute('aria-label', NAMES[this.name]);
  }
}
