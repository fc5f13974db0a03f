// What the keys do and what the signs mean.

import {h, svg} from './dom.js';
import {KINDS} from './words.js';

const KEYS = [
  ['\u2192 \u2193 j', 'one step forward'],
  ['\u2190 \u2191 k', 'one step back'],
  ['Home End', 'first and last step'],
  ['Page up, down', 'ten steps'],
  ['v', 'the step that breaks the property'],
  ['[ ]', 'previous and next step of the same server'],
  ['s', 'where the received message was sent'],
  ['d', 'where a sent message arrives'],
  ['/', 'search; Esc clears it'],
  ['n N', 'next and previous step that was found'],
  ['t', 'light, dark, as the system'],
  ['?', 'this text'],
];

const LINES = [
  ['lane follower t1', 'follower; the colour is the term'],
  ['lane candidate t1', 'candidate or pre-candidate'],
  ['lane leader t1', 'leader'],
];

const MARKS = [
  ['c', 'committed through here'],
  ['a', 'applied through here'],
  ['d', 'on disk through here'],
  ['m1', 'match index that leader 1 has for this server'],
  ['n1', 'next index of leader 1'],
];

export function openHelp(run) {
  const kinds = Object.keys(KINDS).filter(
    (kind) =>
      run.steps.some(({action}) => action.kind === kind) &&
      !['start', 'cut', 'heal'].includes(kind),
  );
  const dialog = h(
    'dialog',
    {class: 'help', 'aria-label': 'Keys and signs', close: () => dialog.remove()},
    h('h2', {}, 'Keys'),
    list(KEYS.map(([keys, meaning]) => [h('kbd', {}, keys), meaning])),
    h('h2', {}, 'Signs'),
    list([
      ...LINES.map(([look, meaning]) => [
        picture(svg('line', {class: look, x1: 4, x2: 36, y1: 10, y2: 10})),
        meaning,
      ]),
      ...kinds.map((kind) => [
        picture(
          svg(
            'g',
            {class: `event ${kind} t1`},
            svg('use', {href: `#at-${kind}`, x: 12, y: 2, width: 16, height: 16}),
          ),
        ),
        KINDS[kind],
      ]),
      [
        picture(
          svg(
            'g',
            {class: 'message lost t1'},
            svg('path', {class: 'way', d: 'M4 4L22 12'}),
            svg('path', {class: 'cross', d: 'M18 8l8 8m0 -8l-8 8'}),
          ),
        ),
        'a message that is lost',
      ],
      [
        picture(svg('g', {class: 'message sent t1'}, svg('path', {class: 'way', d: 'M4 4L26 14'}))),
        'a message that never arrives',
      ],
      ...MARKS.map(([mark, meaning]) => [
        h('abbr', {class: 'mark', title: meaning}, mark),
        meaning,
      ]),
    ]),
    h('form', {method: 'dialog'}, h('button', {class: 'quiet'}, 'close')),
  );
  document.body.append(dialog);
  dialog.showModal();
}

const picture = (content) => svg('svg', {width: 40, height: 20, 'aria-hidden': 'true'}, content);

function list(pairs) {
  return h(
    'dl',
    {},
    pairs.map(([sign, meaning]) => h('div', {}, h('dt', {}, sign), h('dd', {}, meaning))),
  );
}
