// The trace out of the page again, as a file that `raftcheck replay` takes.

import {h} from './dom.js';

// JSON text; a BigInt is written as the number that it is.
export function jsonOf(value) {
  if (typeof value === 'bigint') return String(value);
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(jsonOf).join(',')}]`;
  return `{${Object.keys(value)
    .map((key) => `${JSON.stringify(key)}:${jsonOf(value[key])}`)
    .join(',')}}`;
}

export function saveButton(trace) {
  return h(
    'button',
    {
      class: 'quiet',
      click: () => {
        const url = URL.createObjectURL(
          new Blob([jsonOf(trace) + '\n'], {type: 'application/json'}),
        );
        h('a', {href: url, download: `${trace.bug ?? 'raftcheck'}-trace.json`}).click();
        setTimeout(() => URL.revokeObjectURL(url), 1000);
      },
    },
    'save the trace as JSON',
  );
}
