// What a step received and sent, what became of it, and what is still on its way.

import {fateOf, onTheirWay} from './model.js';
import {h} from './dom.js';
import {counted, printable} from './text.js';
import {messageWords} from './words.js';

const SHOWN = 12; // of those on their way

export function messageLists(run, step) {
  const waiting = onTheirWay(run, step.number).filter((message) => !step.sent.includes(message));
  return [
    step.received ? part('Received', [item(step.received, origin(step))]) : null,
    step.answered.length
      ? part(
          'Answered',
          step.answered.map((read) => h('li', {}, `read ${read}`)),
        )
      : null,
    step.sent.length
      ? part(
          'Sent',
          step.sent.map((message) => item(message, fate(message, step))),
        )
      : null,
    waiting.length
      ? part(`Still on their way: ${waiting.length}`, [
          ...waiting
            .slice(0, SHOWN)
            .map((message) =>
              item(message, ['sent at ', link(message.sentAt), ', ', fate(message, step)]),
            ),
          waiting.length > SHOWN
            ? h('li', {class: 'more'}, `and ${waiting.length - SHOWN} more`)
            : null,
        ])
      : null,
  ];
}

function part(title, items) {
  return h('section', {class: 'messages'}, h('h3', {}, title), h('ul', {}, items));
}

function item(message, ending) {
  return h(
    'li',
    {},
    h('span', {class: 'kind'}, printable(message.kind)),
    h('span', {class: 'route'}, ` S${message.from} \u2192 S${message.to} `),
    h('span', {class: 'detail'}, messageWords(message.fields).join(', ')),
    h('span', {class: 'fate'}, ending),
  );
}

// The page follows it (stepOf).
export function link(number, words = `step ${number}`) {
  return h('a', {href: `#step=${number}`}, words);
}

// The step that a click leads to; null where it was on no link to one.
export function stepOf({target}) {
  const address = target.closest('a')?.getAttribute('href') ?? '';
  const match = /^#step=(\d+)$/.exec(address);
  return match && Number(match[1]);
}

function origin(step) {
  const {received: message} = step;
  const others = message.deliveries.filter((delivery) => delivery.step !== step.number);
  const parts = ['sent at ', link(message.sentAt)];
  const between = step.number - message.sentAt - 1;
  if (between > 0) parts.push(`, ${counted(between, 'step')} on its way`);
  if (step.isRepeated) parts.push('; a duplicate');
  if (others.length > 0)
    parts.push('; it arrives at ', separated(others.map((one) => link(one.step))), ' too');
  return parts;
}

function fate(message, step) {
  const later = message.deliveries.filter((delivery) => delivery.step > step.number);
  switch (fateOf(message)) {
    case 'lost':
      return 'lost at once';
    case 'sent':
      return 'never arrives';
    default:
      return later.length === 0
        ? 'has arrived'
        : ['arrives at ', separated(later.map((delivery) => link(delivery.step)))];
  }
}

function separated(links) {
  return links.flatMap((one, i) =>
    i === 0 ? [one] : [i === links.length - 1 ? ' and ' : ', ', one],
  );
}
