import { DAY, londonChanges, londonOffset } from '../../src/time.ts';
import { FOREVER, type LinkClasses } from '../world/alternating.ts';
import { chanceSteps } from '../world/faults/persistent.ts';
import type { FirstDraw } from '../world/firstDraw.ts';
import * as simd from '../world/simd.ts';
import { COLUMN_MAX } from '../world/threefryColumns.ts';
import { replacementSecondsMean } from './changes.ts';
import type { Life } from './life.ts';
import { ATTEMPT_FROM_SECONDS, ATTEMPT_SPAN_SECONDS, type GroupPlan, type Model } from './model.ts';

/** Columns of a block of first attempts: day and instant (FOREVER: to live in full), contacts that are certain. */
export interface AttemptColumns {
  readonly day: Float64Array;
  readonly at: Float64Array;
  readonly wanContact: Float64Array;
  readonly hanContact: Float64Array;
}

/**
 * What `FirstAttempts` asks of a block before anything has to be looked up, for one group, in one pass over its columns: entry,
 * key, replacement, faults and the own regime of both links. The numbers of the group are compiled into the loop. The
 * arithmetic is that of the scalar functions, operation by operation, so that the answers are theirs to the last bit.
 */
export interface Sieve extends AttemptColumns {
  /** Sifts the installations that the life has drawn ahead. */
  run(life: Life, count: number): void;
}

const { op, f64, get, set, load64 } = simd;
type Code = simd.Code;

const WORD_BYTES = COLUMN_MAX * 4;
const NUMBER_BYTES = COLUMN_MAX * 8;
const NUMBERS = ['day', 'at', 'wanContact', 'hanContact'] as const;

/** The loop counts bytes of 64-bit columns at local 1; those of 32-bit words, which are half as many, at local 2. */
const L = { bytes: 0, at: 1, half: 2, vectors: 3 } as const;
const STEP_BYTES = 16;

/** One column of words that the loop reads, and where the life has drawn it. */
interface Source {
  readonly draw: (life: Life) => FirstDraw;
}

class Program {
  readonly sources: Source[] = [];
  private readonly code: number[] = [];
  vectors = 0;

  /** Keeps a value in a local, to be used more than once. */
  keep(value: Code): Code {
    const local = L.vectors + this.vectors;
    this.vectors += 1;
    this.code.push(...set(local, value));
    return get(local);
  }

  /** Both words of a draw, as uniforms. */
  uniforms(draw: Source['draw']): { first: Code; second: Code } {
    const at = this.sources.length * 2 * WORD_BYTES;
    this.sources.push({ draw });
    return { first: this.keep(uniform(at)), second: this.keep(uniform(at + WORD_BYTES)) };
  }

  body(): Code {
    return this.code;
  }
}

/** (word + 0.5) / 2^32 of two words at a byte offset. */
function uniform(offset: number): Code {
  const word = op('f64x2.convert_low_i32x4_u', load64(get(L.half), offset));
  return op('f64x2.mul', op('f64x2.add', word, f64(0.5)), f64(2 ** -32));
}

const select = (ifTrue: Code, ifFalse: Code, mask: Code): Code => op('v128.bitselect', ifTrue, ifFalse, mask);
const both = (...masks: readonly [Code, ...Code[]]): Code => masks.reduce((all, mask) => op('v128.and', all, mask));

/** A step function: the value of the last step that `u` has reached. */
function steps(u: Code, rows: readonly { from: number; value: number }[]): Code {
  const [first, ...rest] = rows;
  return rest.reduce<Code>(
    (before, { from, value }) => select(f64(value), before, op('f64x2.ge', u, f64(from))),
    f64(first?.value ?? 0),
  );
}

/** The sieve of a group; null where its questions take more than columns, or there is no WebAssembly. */
export function sieveOf(group: GroupPlan, model: Model): Sieve | null {
  const { shares } = group.firstAttempt;
  const isSimple = !group.isMixed && group.gasShare >= 1 && group.prepaymentShare === 0;
  if (!isSimple || shares.some((share, i) => i > 0 && share <= (shares[i - 1] as number))) return null;
  const program = new Program();
  const { first: u, second: key } = program.uniforms((life) => life.attributes.entryDraw);
  const day = program.keep(dayOf(program, u, group));
  const at = program.keep(instantOf(program, day, model));
  const alive: Code[] = [
    op('f64x2.lt', u, f64(group.attemptedShare)),
    op('f64x2.ge', key, f64(group.keyHeldFrom)),
    op('f64x2.le', at, f64(model.horizon)),
    ...replacementOf(program, at, group, model),
    ...faultsOf(program, at, group, model),
  ];
  const known = program.keep(select(at, f64(FOREVER), both(...(alive as [Code, ...Code[]]))));
  const contacts = {
    wanContact: contactOf(program, known, group.wan.classes, model, (life) => life.wan.own.firstDraw),
    hanContact: contactOf(program, known, group.han.classes, model, (life) => life.han.own.firstDraw),
  };
  return assembled(program, { day, at: known, ...contacts });
}

/** The entry curve at a uniform, as `EntryCurve.quantile` has it. */
function dayOf(program: Program, u: Code, { firstAttempt, attemptedShare }: GroupPlan): Code {
  const { days, shares, last } = firstAttempt;
  const share = program.keep(op('f64x2.div', u, f64(attemptedShare)));
  const segment = (of: (i: number) => number): Code =>
    Array.from(shares.subarray(1, -1)).reduce<Code>(
      (before, end, i) => select(f64(of(i + 2)), before, op('f64x2.gt', share, f64(end))),
      f64(of(1)),
    );
  const low = (values: Float64Array) => (i: number) => values[i - 1] as number;
  const width = (values: Float64Array) => (i: number) => (values[i] as number) - (values[i - 1] as number);
  const part = op('f64x2.div', op('f64x2.sub', share, segment(low(shares))), segment(width(shares)));
  return op('f64x2.min', op('f64x2.add', segment(low(days)), op('f64x2.mul', part, segment(width(days)))), f64(last));
}

/** `workingInstant`: within the hours of attempts nothing changes, so that the offset of an hour is that of its day. */
function instantOf(program: Program, day: Code, { start, horizon }: Model): Code {
  const whole = program.keep(op('f64x2.floor', day));
  const seconds = op('f64x2.floor', op('f64x2.mul', op('f64x2.sub', day, whole), f64(ATTEMPT_SPAN_SECONDS)));
  const ofDay = op('f64x2.add', f64(ATTEMPT_FROM_SECONDS), seconds);
  const utc = program.keep(op('f64x2.add', op('f64x2.mul', whole, f64(DAY)), ofDay));
  const changes = londonChanges(start, horizon + DAY).map(({ at, offsetSeconds }) => ({
    from: at,
    value: offsetSeconds,
  }));
  return op('f64x2.sub', utc, steps(utc, [{ from: 0, value: londonOffset(start) }, ...changes]));
}

function replacementOf(program: Program, at: Code, group: GroupPlan, { scenario, start }: Model): Code[] {
  if (group.isSteady || scenario.changes.replacementPerYear === 0) return [];
  const { first: u } = program.uniforms((life) => life.account.changes.replacementDraw);
  const mean = f64(replacementSecondsMean(scenario.changes));
  const bound = op('f64x2.add', f64(start), op('f64x2.mul', mean, op('f64x2.sub', f64(1), u)));
  return [program.keep(op('f64x2.gt', bound, at))];
}

function faultsOf(program: Program, at: Code, group: GroupPlan, model: Model): Code[] {
  const outside = ({ from, to }: { from: number; to: number }): Code =>
    op('v128.or', op('f64x2.lt', at, f64(from)), op('f64x2.ge', at, f64(to)));
  const persistent = Array.from(group.persistent, (f) => {
    const fault = model.persistent[f] as Model['persistent'][number];
    const { first, second } = program.uniforms((life) => life.strikes.persistent.wordsOf(f));
    const chance = steps(first, chanceSteps(fault).map(({ from, chance: value }) => ({ from, value }))); // prettier-ignore
    return program.keep(op('v128.or', op('f64x2.lt', second, chance), outside(fault)));
  });
  const data = Array.from(group.dataErrors, (f) => {
    const fault = model.dataErrors[f] as Model['dataErrors'][number];
    const { first } = program.uniforms((life) => life.strikes.dataErrors.wordsOf(f));
    return program.keep(op('v128.or', op('f64x2.ge', first, f64(fault.share)), outside(fault)));
  });
  return [...persistent, ...data];
}

/** As `AlternatingLink.sift`: the instant where the link is up through it for certain, else UNCERTAIN, which is 0. */
function contactOf(program: Program, at: Code, classes: LinkClasses, { start }: Model, draw: Source['draw']): Code {
  const { first: u, second } = program.uniforms(draw);
  const { below, upBelow, upSecondsMean } = classes;
  const ofClass = (values: Float64Array): Code =>
    steps(u, Array.from(values, (value, i) => ({ from: i === 0 ? 0 : (below[i - 1] as number), value }))); // prettier-ignore
  const up = op('f64x2.mul', ofClass(upSecondsMean), op('f64x2.sub', f64(1), second));
  const lasts = op('f64x2.gt', op('f64x2.add', f64(start), up), at);
  return op('v128.and', at, both(lasts, op('f64x2.lt', u, ofClass(upBelow))));
}

function assembled(program: Program, columns: Readonly<Record<(typeof NUMBERS)[number], Code>>): Sieve | null {
  const { sources } = program;
  const numbersFrom = sources.length * 2 * WORD_BYTES;
  const body = [
    ...set(L.half, [...get(L.at), ...simd.i32(1), 0x76]), // at >> 1
    ...program.body(),
    ...NUMBERS.flatMap((name, i) => simd.store(get(L.at), numbersFrom + i * NUMBER_BYTES, columns[name])),
  ];
  const module = simd.assemble({
    parameters: 1,
    integers: 2,
    vectors: program.vectors,
    memoryBytes: numbersFrom + NUMBERS.length * NUMBER_BYTES,
    code: simd.loop(body, { at: L.at, step: STEP_BYTES, limit: get(L.bytes) }),
  });
  if (module === null) return null;
  const { buffer } = module.memory;
  const words = sources.map((_, i) => ({
    first: new Int32Array(buffer, i * 2 * WORD_BYTES, COLUMN_MAX),
    second: new Int32Array(buffer, i * 2 * WORD_BYTES + WORD_BYTES, COLUMN_MAX),
  }));
  const [days, ats, wans, hans] = NUMBERS.map(
    (_, i) => new Float64Array(buffer, numbersFrom + i * NUMBER_BYTES, COLUMN_MAX),
  ) as [Float64Array, Float64Array, Float64Array, Float64Array];
  return {
    day: days,
    at: ats,
    wanContact: wans,
    hanContact: hans,
    run(life, count) {
      for (const [i, { draw }] of sources.entries()) {
        const drawn = draw(life);
        words[i]?.first.set(drawn.first);
        words[i]?.second.set(drawn.second);
      }
      module.run(count * 8);
    },
  };
}
