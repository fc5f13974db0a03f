// The document in the page: JSON in which every value stands once (traces/pack.hpp). A node is a
// number, string, true, false or null as it is; [a, b, ...], an array of the nodes a, b, ...;
// [-k, a, b, ...], an object with the keys of shape k and these nodes as values; {"big": "..."}, a
// number that has more digits than a JavaScript number keeps. Nodes only refer to earlier ones; the
// last one is the document. Equal parts of it are one object here, so `===` often tells equality.

export function unpack({shapes, nodes}) {
  const values = [];
  for (const node of nodes) values.push(valueOf(node, shapes, values));
  return values.at(-1);
}

function valueOf(node, shapes, values) {
  if (node === null || typeof node !== 'object') return node;
  if (!Array.isArray(node)) return BigInt(node.big);
  if (!(node[0] < 0)) return node.map((at) => values[at]);
  const keys = shapes[-node[0] - 1];
  // Without a prototype: a key of a trace is never one of JavaScript's own.
  const object = Object.create(null);
  keys.forEach((key, i) => {
    object[key] = values[node[i + 1]];
  });
  return object;
}

// Whether two values of a document are equal.
export function same(a, b) {
  if (a === b) return true;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false;
  const keys = Object.keys(a);
  return (
    Array.isArray(a) === Array.isArray(b) &&
    keys.length === Object.keys(b).length &&
    keys.every((key) => key in b && same(a[key], b[key]))
  );
}
