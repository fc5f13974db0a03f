// Elements from plain values. Text only ever becomes text: nothing in this page parses markup, so
// whatever a trace calls its commands stays a string.

const SVG = 'http://www.w3.org/2000/svg';

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (typeof value === 'function') {
      element.addEventListener(name, value);
    } else {
      element.setAttribute(name, value === true ? '' : String(value));
    }
  }
  element.append(
    ...children.flat(Infinity).filter((child) => child !== null && child !== undefined),
  );
  return element;
}

// h('p', {class: 'note', click: () => ...}, 'text', child, [children], null): functions are listeners.
export function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

// The same in SVG.
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

export function byId(id) {
  return document.getElementById(id);
}

// What a summary opens, until one clicks elsewhere or presses Escape.
export function popup(attributes, summary, content) {
  const element = h('details', attributes, h('summary', {}, summary), content);
  const close = ({target}) => {
    if (!element.contains(target)) element.open = false;
  };
  element.addEventListener('toggle', () => {
    if (element.open) addEventListener('click', close);
    else removeEventListener('click', close);
  });
  element.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !element.open) return;
    event.stopPropagation();
    element.open = false;
    element.querySelector('summary').focus();
  });
  return element;
}

// Does what takes longer once the browser has painted what the page has already; in a window that
// nobody sees, at once.
export function afterPaint(work) {
  if (document.hidden) work();
  else requestAnimationFrame(() => setTimeout(work));
}

// Said by a screen reader, seen by nobody.
export function unseen(text) {
  return h('span', {class: 'unseen'}, text);
}
