// A change as a review shows it.

import {h} from './dom.js';

const KINDS = {'+': 'added', '-': 'taken', '@': 'place'};

export function diff(text) {
  const lines = text.replace(/\n$/, '').split('\n');
  return h(
    'pre',
    {class: 'diff', tabindex: 0, role: 'region', 'aria-label': 'Diff'},
    lines.map((line) =>
      h(
        'span',
        {class: /^(?:\+\+\+|---) /.test(line) ? 'place' : (KINDS[line[0]] ?? '')},
        line || ' ',
      ),
    ),
  );
}
