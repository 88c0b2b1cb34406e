import { DAY, lastDayOfMonth, londonChanges, londonOffset, monthOf } from '../../../src/time.ts';
import { FOREVER, type LinkClasses } from '../../world/alternating.ts';
import { chanceSteps } from '../../world/faults/persistent.ts';
import { f64, op, type Code } from '../../world/dice/simd.ts';
import { passesInContact } from './passesForCertain.ts';
import { replacementSecondsMean } from '../life/changes.ts';
import type { Life } from '../life/life.ts';
import { ATTEMPT_FROM_SECONDS, ATTEMPT_SPAN_SECONDS, type GroupPlan, type Model } from '../model/model.ts';
import { both, select, SieveProgram, steps, type Source } from './sieveProgram.ts';

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
  /** Positions in the block of those of whom more has to be asked, rising. The others pass for certain. */
  readonly left: Int32Array;
  /** Months (as of `monthOf`) in which some may migrate for certain, rising. */
  readonly months: readonly number[];
  /** Sifts the installations that the life has drawn ahead; answers how many are left. */
  run(life: Life, count: number): number;
  /** How many of the block migrate for certain in a month or a later one; by position in `months`. */
  migratedSince(position: number): number;
}

/** The sieve of a group; null where its questions take more than columns, or there is no WebAssembly. */
export function sieveOf(group: GroupPlan, model: Model): Sieve | null {
  const { shares } = group.firstAttempt;
  const isSimple = !group.isMixed && group.gasShare >= 1 && group.prepaymentShare === 0;
  if (!isSimple || shares.some((share, i) => i > 0 && share <= (shares[i - 1] as number))) return null;
  const program = new SieveProgram();
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
  const isAsked = program.keep(both(...(alive as [Code, ...Code[]])));
  const known = program.keep(select(at, f64(FOREVER), isAsked));
  const wanLasts = lastsOf(program, known, group.wan.classes, model, (life) => life.wan.own.firstDraw);
  const hanLasts = lastsOf(program, known, group.han.classes, model, (life) => life.han.own.firstDraw);
  const isCertain = passesInContact(group, model);
  // A link may be up for longer than FOREVER: that its up time lasts does not say that anybody was asked.
  const certain = isCertain ? program.keep(both(isAsked, wanLasts, hanLasts, program.isOfBlock())) : f64(0);
  const months = isCertain ? monthsOf(group) : [];
  const since = months.map((month) =>
    program.tally(both(certain, op('f64x2.ge', day, f64(lastDayOfMonth(month - 1) + 1)))),
  );
  const contact = (lasts: Code): Code => op('v128.and', known, lasts);
  const loop = program.assemble(
    { day, at: known, wanContact: contact(wanLasts), hanContact: contact(hanLasts) },
    certain,
    since,
  );
  return loop && { ...loop, months, migratedSince: (position) => loop.tally(position) };
}

/** The months that the entry curve reaches. */
function monthsOf({ firstAttempt: { days, last } }: GroupPlan): number[] {
  const from = monthOf(Math.floor(days[0] as number));
  return Array.from({ length: monthOf(Math.floor(last)) - from + 1 }, (_, i) => from + i);
}

/** The entry curve at a uniform, as `EntryCurve.quantile` has it. */
function dayOf(program: SieveProgram, u: Code, { firstAttempt, attemptedShare }: GroupPlan): Code {
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
function instantOf(program: SieveProgram, day: Code, { start, horizon }: Model): Code {
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

function replacementOf(program: SieveProgram, at: Code, group: GroupPlan, { scenario, start }: Model): Code[] {
  if (group.isSteady || scenario.changes.replacementPerYear === 0) return [];
  const { first: u } = program.uniforms((life) => life.account.changes.replacementDraw);
  const mean = f64(replacementSecondsMean(scenario.changes));
  const bound = op('f64x2.add', f64(start), op('f64x2.mul', mean, op('f64x2.sub', f64(1), u)));
  return [program.keep(op('f64x2.gt', bound, at))];
}

function faultsOf(program: SieveProgram, at: Code, group: GroupPlan, model: Model): Code[] {
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

/** As `AlternatingLink.sift`: whether the link is up from the start through the instant for certain. */
function lastsOf(program: SieveProgram, at: Code, classes: LinkClasses, { start }: Model, source: Source): Code {
  const { first: u, second } = program.uniforms(source);
  const { below, upBelow, upSecondsMean } = classes;
  const ofClass = (values: Float64Array): Code =>
    steps(u, Array.from(values, (value, i) => ({ from: i === 0 ? 0 : (below[i - 1] as number), value }))); // prettier-ignore
  const up = op('f64x2.mul', ofClass(upSecondsMean), op('f64x2.sub', f64(1), second));
  const lasts = op('f64x2.gt', op('f64x2.add', f64(start), up), at);
  return program.keep(both(lasts, op('f64x2.lt', u, ofClass(upBelow))));
}
