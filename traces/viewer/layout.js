// Where things stand in the diagram: time runs down, one row a step; servers are columns, the lanes.
// Numbers only, so that it can be tested without a browser. Unit: CSS pixels.

import {isDownAfter} from './model.js';

export const ROW = 30;
export const CHUNK = 16; // rows that are drawn together
const NEAR = 3; // rows that a message crosses in a straight line
const WAIT = 11; // from a lane, where a message waits beside it
const SLOT = 5; // between two messages that wait
const SLOTS = 4;

// `room` is the width of the window: in a narrow one the words need it more than the lanes.
export function laneWidth(servers, room) {
  const usual = servers <= 3 ? 72 : servers <= 5 ? 58 : 38;
  return Math.min(usual, Math.max(24, Math.floor((0.3 * room) / servers)));
}

export function laneX(server, width) {
  return (server - 0.5) * width;
}

// The steps that are shown, from above, and where they stand. A step that is hidden has the place
// between its neighbours.
export function makeRows(run, isShown) {
  const numbers = run.steps.map(({number}) => number).filter((n) => n === 0 || isShown(n));
  const places = []; // of each step: the row, or the row before it and a half
  let row = -1;
  for (let number = 0; number <= run.last; ++number) {
    const isHere = numbers[row + 1] === number;
    if (isHere) ++row;
    places.push(isHere ? row : row + 0.5);
  }
  return {numbers, places, yOf: (number) => (places[number] + 0.5) * ROW};
}

// One for each way of a message that is drawn: {message, delivery or null, x1, y1, x2, y2, wait: x
// of the place where it waits or null, isAgain}. Sorted by where they begin.
export function makeArrows(run, rows, width) {
  const arrows = [];
  for (const message of run.messages) {
    const from = {message, x1: laneX(message.from, width), y1: rows.yOf(message.sentAt)};
    message.deliveries.forEach((delivery, i) => {
      arrows.push({
        ...from,
        delivery,
        isAgain: i > 0,
        wait: null,
        x2: laneX(message.to, width),
        y2: rows.yOf(delivery.step),
      });
    });
    if (message.deliveries.length === 0) {
      arrows.push({
        ...from,
        delivery: null,
        isAgain: false,
        wait: null,
        ...stubEnd(message, from, width),
      });
    }
  }
  assignWaits(arrows);
  return arrows;
}

// What never arrives is drawn as a short line towards its receiver.
function stubEnd(message, {x1, y1}, width) {
  const dx = laneX(message.to, width) - x1;
  const length = Math.hypot(dx, ROW);
  const reach = Math.min(0.42 * width, 26) / length;
  return {x2: x1 + dx * reach, y2: y1 + ROW * reach};
}

// Messages that wait at one side of a lane at the same time wait in different slots, if there are
// enough.
function assignWaits(arrows) {
  const busy = new Map(); // lane and side -> for each slot, until when
  for (const arrow of arrows) {
    if (arrow.delivery === null || arrow.y2 - arrow.y1 <= NEAR * ROW) continue;
    const side = Math.sign(arrow.x1 - arrow.x2) || 1;
    const key = arrow.x2 * side;
    if (!busy.has(key)) busy.set(key, new Array(SLOTS).fill(-1));
    const slots = busy.get(key);
    const free = slots.findIndex((until) => until <= arrow.y1);
    const slot = free >= 0 ? free : slots.indexOf(Math.min(...slots));
    slots[slot] = Math.max(slots[slot], arrow.y2);
    arrow.wait = arrow.x2 + side * (WAIT + SLOT * slot);
  }
}

// The path of an arrow as SVG's `d`: its way, and where it waits for long. They are drawn apart.
export function pathsOf({x1, y1, x2, y2, wait, delivery}) {
  if (delivery === null || wait === null)
    return {way: `M${x1} ${y1}L${x2} ${y2}`, waiting: null, end: null};
  const reached = y1 + ROW;
  const leaves = y2 - ROW * 0.55;
  return {
    way: `M${x1} ${y1}L${wait} ${reached}`,
    waiting: `M${wait} ${reached}V${leaves}`,
    end: `M${wait} ${leaves}L${x2} ${y2}`,
  };
}

// The stretches of a lane in rows first..last: {y1, y2, view, isDown}, where one look holds.
export function laneStretches(run, rows, server, first, last) {
  const stretches = [];
  for (let row = first; row <= last; ++row) {
    const number = rows.numbers[row];
    const view = run.steps[number].views[server - 1];
    const top = (row + 0.5) * ROW;
    const bottom = (row === rows.numbers.length - 1 ? row + 1 : row + 1.5) * ROW;
    const current = stretches.at(-1);
    const isDown = isDownAfter(run, server, number);
    const isSame =
      current &&
      current.isDown === isDown &&
      current.view.role === view.role &&
      current.view.current_term === view.current_term;
    if (isSame) {
      current.y2 = bottom;
    } else {
      stretches.push({y1: top, y2: bottom, view, isDown});
    }
  }
  return stretches;
}
