// Stepping through a sequence of `last` steps after its start: buttons, a slider, keys and the
// place in the page's address (#step=12). Whoever uses it draws the steps.

import {h} from './dom.js';
import {icon} from './signs.js';

const REPEATED = 'input, textarea, select';

export class Transport {
  // `name` is the word in the address; show(number) draws a step.
  constructor({name, last, show}) {
    Object.assign(this, {name, last, show, number: -1});
    this.slider = h('input', {
      type: 'range',
      min: 0,
      max: last,
      value: 0,
      class: 'slider',
      'aria-label': name,
      input: () => this.go(Number(this.slider.value)),
    });
    this.count = h('output', {class: 'count'});
    const button = (name, title, by) =>
      h('button', {class: 'tool', title, 'aria-label': title, click: by}, icon(name));
    this.buttons = {
      first: button('first', 'First (Home)', () => this.go(0)),
      back: button('back', 'Back (left arrow)', () => this.go(this.number - 1)),
      forward: button('forward', 'Forward (right arrow)', () => this.go(this.number + 1)),
      last: button('last', 'Last (End)', () => this.go(this.last)),
    };
    // The address that was gone to: by now write() may have put another one in its place.
    addEventListener('hashchange', ({newURL}) => this.follow(new URL(newURL)));
  }

  // Another sequence: nothing of it is shown until go() is called.
  restart(last) {
    this.last = last;
    this.slider.max = String(last);
    this.number = -1;
  }

  // All of it in a row, with `above` over the slider.
  bar(above) {
    const {first, back, forward, last} = this.buttons;
    return h(
      'footer',
      {class: 'transport'},
      first,
      back,
      forward,
      last,
      h('div', {class: 'line'}, above, this.slider),
      this.count,
    );
  }

  // The step that the address names, if it does.
  follow({hash} = location) {
    const match = new RegExp(`(?:^|[#&])${this.name}=(\\d+)`).exec(hash);
    if (match) this.go(Number(match[1]));
    return match !== null;
  }

  go(number) {
    const wanted = Math.max(0, Math.min(this.last, number));
    if (wanted === this.number) return;
    this.number = wanted;
    this.slider.value = String(wanted);
    this.slider.setAttribute('aria-valuetext', `${this.name} ${wanted} of ${this.last}`);
    this.count.textContent = `${wanted} / ${this.last}`;
    this.buttons.first.disabled = this.buttons.back.disabled = wanted === 0;
    this.buttons.last.disabled = this.buttons.forward.disabled = wanted === this.last;
    this.show(wanted);
    clearTimeout(this.writing);
    this.writing = setTimeout(() => this.write(), 120); // it costs as much as a step does
  }

  write() {
    try {
      history.replaceState(null, '', `#${this.name}=${this.number}`);
    } catch {
      // Some browsers refuse it to pages from files; the page works without.
    }
  }

  // Whether the key was one for stepping.
  take(key) {
    const by = {
      ArrowRight: 1,
      ArrowDown: 1,
      j: 1,
      ArrowLeft: -1,
      ArrowUp: -1,
      k: -1,
      PageDown: 10,
      PageUp: -10,
    }[key];
    if (by !== undefined) this.go(this.number + by);
    if (key === 'Home') this.go(0);
    if (key === 'End') this.go(this.last);
    return by !== undefined || key === 'Home' || key === 'End';
  }
}

// Whether a key pressed there is meant for the page and not for what has the focus.
export function isForPage(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const {target} = event;
  if (target.closest?.('dialog')) return false;
  return !(target.matches?.(REPEATED) && target.type !== 'range');
}
