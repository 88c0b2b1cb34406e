import type { FirstDraw } from '../../world/dice/firstDraw.ts';
import * as simd from '../../world/dice/simd.ts';
import { COLUMN_MAX } from '../../world/dice/threefryColumns.ts';
import type { Life } from '../life/life.ts';

const { op, f64, get, set, load64, i32 } = simd;
type Code = simd.Code;

const WORD_BYTES = COLUMN_MAX * 4;
const NUMBER_BYTES = COLUMN_MAX * 8;
const NUMBERS = ['day', 'at', 'wanContact', 'hanContact'] as const;
type NumberColumn = (typeof NUMBERS)[number];

/**
 * The loop counts bytes of 64-bit columns at local 1; those of 32-bit words, which are half as many, at local 2. `left`: bytes
 * of the list of those who are not certain.
 */
const L = { bytes: 0, at: 1, half: 2, left: 3, bits: 4, vectors: 5 } as const;
const STEP_BYTES = 16;

/** Where the life has drawn one column of words that the loop reads. */
export type Source = (life: Life) => FirstDraw;

/** A loop over the columns of a block, two installations at a time, as it is put together. */
export class SieveProgram {
  private readonly sources: Source[] = [];
  private readonly before: number[] = [];
  private readonly code: number[] = [];
  private vectors = 0;

  /** Keeps a value in a local, to be used more than once. */
  keep(value: Code): Code {
    const local = this.local();
    this.code.push(...set(local, value));
    return get(local);
  }

  /** Keeps a value that every pass of the loop has in common. */
  keepOnce(value: Code): Code {
    const local = this.local();
    this.before.push(...set(local, value));
    return get(local);
  }

  /** Counts the installations of a mask. The answer is to be read after the loop. */
  tally(mask: Code): Code {
    const local = this.local();
    // A lane that is true is -1.
    this.code.push(...set(local, op('i64x2.sub', get(local), mask)));
    return get(local);
  }

  private local(): number {
    this.vectors += 1;
    return L.vectors + this.vectors - 1;
  }

  /** Both words of a draw, as uniforms. */
  uniforms(source: Source): { first: Code; second: Code } {
    const at = this.sources.length * 2 * WORD_BYTES;
    this.sources.push(source);
    return { first: this.keep(uniform(at)), second: this.keep(uniform(at + WORD_BYTES)) };
  }

  /** Lanes of the block itself: an odd number of installations leaves one over. */
  isOfBlock(): Code {
    const limit = this.keepOnce(op('f64x2.convert_low_i32x4_u', op('i32x4.splat', get(L.bytes))));
    const here = op('f64x2.convert_low_i32x4_u', op('i32x4.splat', get(L.at)));
    return op('f64x2.lt', op('f64x2.add', here, f64(0, 8)), limit);
  }

  /**
   * Assembles the loop: it leaves the columns, the tallies, and in `left` the installations of the block that are not
   * `certain`. Null where there is no WebAssembly.
   */
  assemble(columns: Readonly<Record<NumberColumn, Code>>, certain: Code, tallies: readonly Code[]): SieveLoop | null {
    const { sources } = this;
    const numbersAt = sources.length * 2 * WORD_BYTES;
    const leftAt = numbersAt + NUMBERS.length * NUMBER_BYTES;
    // A list may be written one past its end.
    const talliesAt = leftAt + WORD_BYTES + STEP_BYTES;
    const lengthAt = talliesAt + tallies.length * STEP_BYTES;
    const body = [
      ...set(L.half, [...get(L.at), ...i32(1), ...simd.I32_SHR]),
      ...this.code,
      ...NUMBERS.flatMap((name, i) => simd.store(get(L.at), numbersAt + i * NUMBER_BYTES, columns[name])),
      ...set(L.bits, op('i64x2.bitmask', certain)),
      ...[0, 1].flatMap((lane) => listed(lane, leftAt)),
    ];
    const module = simd.assemble({
      parameters: 1,
      integers: L.vectors - 1,
      vectors: this.vectors,
      memoryBytes: lengthAt + 4,
      code: [
        ...this.before,
        ...simd.loop(body, { at: L.at, step: STEP_BYTES, limit: get(L.bytes) }),
        ...tallies.flatMap((value, i) => simd.store(i32(0), talliesAt + i * STEP_BYTES, value)),
        ...simd.storeWord(i32(0), lengthAt, get(L.left)),
      ],
    });
    if (module === null) return null;
    const { buffer } = module.memory;
    const wordsAt = (offset: number): Int32Array => new Int32Array(buffer, offset, COLUMN_MAX);
    const words = sources.map((source, i) => ({
      source,
      first: wordsAt(i * 2 * WORD_BYTES),
      second: wordsAt(i * 2 * WORD_BYTES + WORD_BYTES),
    }));
    const numbers = (name: NumberColumn): Float64Array =>
      new Float64Array(buffer, numbersAt + NUMBERS.indexOf(name) * NUMBER_BYTES, COLUMN_MAX);
    const lengths = new Int32Array(buffer, lengthAt, 1);
    // The low words of two 64-bit lanes each.
    const lanes = new Int32Array(buffer, talliesAt, tallies.length * 4);
    return {
      day: numbers('day'),
      at: numbers('at'),
      wanContact: numbers('wanContact'),
      hanContact: numbers('hanContact'),
      left: wordsAt(leftAt),
      tally: (i) => (lanes[i * 4] as number) + (lanes[i * 4 + 2] as number),
      run(life, count) {
        for (const { source, first, second } of words) {
          const drawn = source(life);
          first.set(drawn.first);
          second.set(drawn.second);
        }
        module.run(count * 8);
        // The lane that an odd number leaves over stands last in the list.
        return (lengths[0] as number) / 4 - (count % 2);
      },
    };
  }
}

export interface SieveLoop extends Readonly<Record<NumberColumn, Float64Array>> {
  /** Positions in the block of those who are not certain, rising. */
  readonly left: Int32Array;
  /** Runs the loop over the block that the life has drawn ahead; answers how many are left. */
  run(life: Life, count: number): number;
  /** What came of the nth tally. */
  tally(n: number): number;
}

/** (word + 0.5) / 2^32 of two words at a byte offset. */
function uniform(offset: number): Code {
  const word = op('f64x2.convert_low_i32x4_u', load64(get(L.half), offset));
  return op('f64x2.mul', op('f64x2.add', word, f64(0.5)), f64(2 ** -32));
}

/** Writes the position of a lane at the end of the list, which ends behind it only where the lane is not certain. */
function listed(lane: number, listAt: number): Code {
  const position = [...get(L.at), ...i32(3), ...simd.I32_SHR, ...i32(lane), ...simd.I32_ADD];
  const isCertain = [...get(L.bits), ...i32(lane), ...simd.I32_SHR, ...i32(1), ...simd.I32_AND];
  return [
    ...simd.storeWord(get(L.left), listAt, position),
    ...set(L.left, [
      ...get(L.left),
      ...i32(4),
      ...simd.I32_ADD,
      ...isCertain,
      ...i32(2),
      ...simd.I32_SHL,
      ...simd.I32_SUB,
    ]),
  ];
}

export const select = (ifTrue: Code, ifFalse: Code, mask: Code): Code => op('v128.bitselect', ifTrue, ifFalse, mask);
export const both = (...masks: readonly [Code, ...Code[]]): Code =>
  masks.reduce((all, mask) => op('v128.and', all, mask));

/** A step function: the value of the last step that `u` has reached. */
export function steps(u: Code, rows: readonly { from: number; value: number }[]): Code {
  const [first, ...rest] = rows;
  return rest.reduce<Code>(
    (before, { from, value }) => select(f64(value), before, op('f64x2.ge', u, f64(from))),
    f64(first?.value ?? 0),
  );
}
