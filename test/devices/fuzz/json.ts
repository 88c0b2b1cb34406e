// JSON with something changed: its text, or its tree, so that a schema meets the wrong type in every place.
import { mutated, type Corpus } from './mutate.ts';
import type { Dice } from './dice.ts';

/** Values of every type, edges of each, and names that mean something to JavaScript. */
const VALUES: readonly unknown[] = [
  ...[null, true, false, 0, -1, 1, 1.5, 31, 99, 255, 2 ** 31 - 1, 2 ** 31, 2 ** 53, 1e308, -1e-308],
  ...[
    '',
    'online',
    'x'.repeat(65),
    '2022-06-11T20:54:53Z',
    '2037-12-31T23:59:59Z',
    '1999-01-01T00:00:00Z',
    '\u0000',
    '½',
  ],
  ...[
    [],
    {},
    [[]],
    [1, 'a', null],
    { toString: 1 },
    { length: 4_294_967_295 },
    { length: { toString: 1 } },
    { then: 1 },
  ],
];
const NAMES = [
  '__proto__',
  'constructor',
  'toString',
  'length',
  '',
  'event',
  'id',
  'ok',
  'hello',
  'boot',
  'seq',
  'han',
];

/** A copy of the tree with one place in it changed. */
function changed(dice: Dice, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || dice.oneIn(5)) {
    return dice.oneIn(40) ? nested(dice.pick([20, 3000])) : dice.pick(VALUES);
  }
  if (Array.isArray(value)) {
    const at = dice.below(value.length + 1);
    return dice.oneIn(3) ? value.toSpliced(at, 1) : value.toSpliced(at, 1, changed(dice, value[at]));
  }
  const entries: [string, unknown][] = Object.entries(value);
  const at = dice.below(entries.length + 1);
  const [name, old] = entries[at] ?? [dice.pick(NAMES), null];
  if (dice.oneIn(6)) entries.splice(at, 1);
  else entries.splice(at, 1, [dice.oneIn(8) ? dice.pick(NAMES) : name, changed(dice, old)]);
  // As JSON.parse makes them: `__proto__` too is a name like any other.
  return Object.fromEntries(entries);
}

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i += 1) value = i % 2 === 0 ? [value] : { a: value };
  return value;
}

export function mutatedJson(dice: Dice, text: string, others: Corpus): Uint8Array {
  const bytes = Buffer.from(text);
  if (dice.oneIn(3)) return mutated(dice, bytes, others);
  let tree: unknown = JSON.parse(text);
  for (let edits = 1 + dice.below(3); edits > 0; edits -= 1) tree = changed(dice, tree);
  return Buffer.from(JSON.stringify(tree));
}
