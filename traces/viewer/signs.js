// The signs of actions, drawn once and used by their names: #at-election_timeout and so on.

import {svg} from './dom.js';

const SIGNS = {
  election_timeout: 'M8 3a5 5 0 1 0 .01 0zM8 5.2V8l2 1.4',
  heartbeat_timeout: 'M8 3a5 5 0 1 0 .01 0zM5.2 8h1.4l1-2 1.2 4 .9-2h1.1',
  lease_timeout: 'M8 3a5 5 0 1 0 .01 0zM6 6l4 4',
  propose: 'M8 2.8L13.2 8 8 13.2 2.8 8z',
  deliver: 'M8 3.2a4.8 4.8 0 1 0 .01 0z',
  crash: 'M3.5 3.5l9 9m0-9l-9 9',
  transfer: 'M8 3a5 5 0 1 0 .01 0zM5.5 8h4.6M8.3 6l2 2-2 2',
  read: 'M8 3a5 5 0 1 0 .01 0zM5.4 8q2.6-3.4 5.2 0q-2.6 3.4-5.2 0',
  compact: 'M3.5 3.5h9v9h-9zM3.5 8h9',
  change_membership: 'M8 3a5 5 0 1 0 .01 0zM8 5.6v4.8M5.6 8h4.8',
  disk_write: 'M3.5 3.5h9v9h-9zM6 3.5v3h4v-3',
};

// Pictures on buttons and in texts: drawn, since not every font has the characters, and to look for
// one that has costs more time than the rest of the page.
const ICONS = {
  first: 'M4 3.5v9M12 3.5L6.5 8l5.5 4.5',
  back: 'M10.5 3.5L5 8l5.5 4.5',
  forward: 'M5.5 3.5L11 8l-5.5 4.5',
  last: 'M12 3.5v9M4 3.5L9.5 8 4 12.5',
  flag: 'M4 14V2.5h8L9.5 5.5 12 8.5H4',
  auto: 'M8 2.5a5.5 5.5 0 1 0 .01 0zM8 2.5v11',
  light:
    'M8 5a3 3 0 1 0 .01 0zM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1.1 1.1M11.9 11.9L13 13M13 3l-1.1 1.1M4.1 11.9L3 13',
  dark: 'M12.8 10A5.5 5.5 0 0 1 6 3.2a5.5 5.5 0 1 0 6.8 6.8z',
  help: 'M5.5 5.8a2.5 2.4 0 1 1 3.6 2.2q-1.1.6-1.1 1.8M8 12.3v.5',
};

export function icon(name) {
  return svg(
    'svg',
    {class: 'icon', viewBox: '0 0 16 16', width: 14, height: 14, 'aria-hidden': 'true'},
    svg('path', {d: ICONS[name]}),
  );
}

export function signs() {
  return svg(
    'svg',
    {width: 0, height: 0, class: 'signs', 'aria-hidden': 'true'},
    svg(
      'defs',
      {},
      Object.entries(SIGNS).map(([kind, d]) =>
        svg('symbol', {id: `at-${kind}`, viewBox: '0 0 16 16'}, svg('path', {d})),
      ),
    ),
  );
}
