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
  ...[[], {}, [[]], [1, 'a', null], { toString: 1 }, { length: 4_294_967_295 }],
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

type Tree = Record<string, unknown>;

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null;
}

/** A copy of the tree with one place in it changed. */
function changed(dice: Dice, value: unknown): unknown {
  if (!isTree(value) || dice.oneIn(5)) return dice.oneIn(40) ? nested(dice.pick([20, 3000])) : dice.pick(VALUES);
  const copy: Tree = Array.isArray(value) ? (value.slice() as unknown as Tree) : { ...value };
  const names = Object.keys(copy);
  switch (names.length === 0 ? 0 : dice.below(6)) {
    case 0:
      Object.defineProperty(copy, dice.pick(NAMES), { value: dice.pick(VALUES), enumerable: true, writable: true });
      return copy;
    case 1:
      delete copy[dice.pick(names)];
      return copy;
    default: {
      const name = dice.pick(names);
      copy[name] = changed(dice, copy[name]);
      return copy;
    }
  }
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
