// Small words: text from a trace made safe to look at, numbers, plurals.

// Control characters and the invisible marks that reverse or reorder a line are spelled out.
export function printable(text) {
  return String(text).replace(
    /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g,
    (c) => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0'),
  );
}

// Its beginning, where it is longer than `most` characters.
export function shortened(text, most = 24) {
  const all = Array.from(printable(text));
  if (all.length <= most) return all.join('');
  return all.slice(0, most - 1).join('') + '\u2026';
}

// Its beginning and its end, where it is longer than `most` characters.
export function middled(text, most) {
  const all = Array.from(printable(text));
  if (all.length <= most) return all.join('');
  const head = Math.floor((most - 1) / 2);
  return all.slice(0, head).join('') + '\u2026' + all.slice(head + 1 - most).join('');
}

// "1,234 steps".
export function counted(count, one, many = one + 's') {
  return `${String(count).replace(/\B(?=(\d{3})+$)/g, ',')} ${count === 1 ? one : many}`;
}

// "1", "1 and 2", "1, 2 and 3".
export function listed(parts) {
  if (parts.length < 2) return parts.join('');
  return parts.slice(0, -1).join(', ') + ' and ' + parts.at(-1);
}

// "last_log_index" as words.
export function spaced(name) {
  return printable(name).replaceAll('_', ' ');
}
