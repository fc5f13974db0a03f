// The border between the two halves of a page, which one can move: with the mouse, or with the arrow
// keys once it has the focus.

import {h} from './dom.js';

const LEAST = 25; // per cent of the width, for either half
const STEP = 3;
const USUAL = 54.5;

// `whole` is the grid that has a column of var(--split) wide on the left.
export function splitter(whole, label) {
  const element = h('div', {
    class: 'splitter',
    role: 'separator',
    tabindex: 0,
    'aria-orientation': 'vertical',
    'aria-label': label,
    'aria-valuemin': LEAST,
    'aria-valuemax': 100 - LEAST,
    title: 'Drag, or arrow keys',
  });
  const set = (wanted) => {
    const at = Math.max(LEAST, Math.min(100 - LEAST, wanted));
    whole.style.setProperty('--split', `${at}%`);
    element.setAttribute('aria-valuenow', Math.round(at));
  };
  set(USUAL);
  const now = () => (100 * element.offsetLeft) / whole.clientWidth;
  element.addEventListener('keydown', (event) => {
    const by = {ArrowLeft: -STEP, ArrowRight: STEP}[event.key];
    if (by === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    set(now() + by);
  });
  element.addEventListener('pointerdown', (event) => {
    event.preventDefault();
    element.setPointerCapture(event.pointerId);
  });
  element.addEventListener('pointermove', (event) => {
    if (element.hasPointerCapture(event.pointerId)) set((100 * event.clientX) / whole.clientWidth);
  });
  return element;
}
