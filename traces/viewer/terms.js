// Terms have colours, the same in lanes, messages and logs: eight, over and over.
export const termClass = (term) =>
  term === null || Number(term) === 0 ? 't0' : `t${((Number(term) - 1) % 8) + 1}`;
