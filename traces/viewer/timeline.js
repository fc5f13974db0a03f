// Where the operations of a history stand on the time axis. Numbers only. What happens at one tick
// is simultaneous, so a tick is a column and not a line: invocations stand at its left, returns at
// its right, and an operation that begins and ends at one tick has the width of one.

export const BAR = 26; // height of a client's row, in CSS pixels
const COLUMN_MIN = 30; // of a tick
const COLUMN_MAX = 110;

// `operations` of one key, as in the report; `order`: places in them, in the order in which they take
// effect; `room`: the width that there is. {column, columns, width, ticks, rows: [client], bars,
// points}.
export function makeTimeline(operations, order, room) {
  const ticks = [
    ...new Set(
      operations.flatMap(({invoked, returned}) =>
        returned === null ? [invoked] : [invoked, returned],
      ),
    ),
  ].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const columnOf = new Map(ticks.map((tick, i) => [tick, i]));
  const rows = [...new Set(operations.map(({client}) => client))].sort((a, b) =>
    a < b ? -1 : a > b ? 1 : 0,
  );
  const rowOf = new Map(rows.map((client, i) => [client, i]));
  const columns = ticks.length + 1; // the last one for what never returns
  const column = Math.max(COLUMN_MIN, Math.min(COLUMN_MAX, room / columns));
  const bars = operations.map((operation, index) => {
    const isOpen = operation.outcome === 'unknown' || operation.returned === null;
    const first = columnOf.get(operation.invoked);
    const last = isOpen ? columns - 1 : columnOf.get(operation.returned);
    return {
      operation,
      index,
      row: rowOf.get(operation.client),
      isOpen,
      first,
      last,
      x1: first * column + 3,
      x2: (last + 1) * column - 3,
    };
  });
  return {
    column,
    columns,
    width: columns * column,
    ticks,
    rows,
    bars,
    points: pointsOf(bars, order, column),
  };
}

// When each operation of the order takes effect: as early as it can, after the one before it. Those
// that do so in one tick share its width. [{index, x, row}].
function pointsOf(bars, order, column) {
  const groups = []; // of places in the order with the same column
  let at = 0;
  for (const index of order) {
    at = Math.max(at, bars[index].first);
    if (groups.at(-1)?.at !== at) groups.push({at, members: []});
    groups.at(-1).members.push(index);
  }
  return groups.flatMap(({at: place, members}) =>
    members.map((index, i) => ({
      index,
      row: bars[index].row,
      x: place * column + 3 + ((column - 6) * (i + 1)) / (members.length + 1),
    })),
  );
}

// The value of an object after each operation of an order, as checker/linearizability/object.cpp has
// it: values[0] before the first.
export function valuesAlong(operations, order, model) {
  const values = [model === 'kv' ? '' : null];
  for (const index of order) values.push(valueAfter(values.at(-1), operations[index]));
  return values;
}

function valueAfter(value, {operation, argument, expected}) {
  switch (operation) {
    case 'write':
      return argument;
    case 'put':
      return argument ?? '';
    case 'append':
      return (value ?? '') + (argument ?? '');
    case 'cas':
      return value === expected ? argument : value;
    default:
      return value;
  }
}
