import { isoWeek, WEEK } from '../../time.ts';
import { COUNTERS, type CompiledRules } from './compile.ts';

const NO_WEEK = -1e9;

/** What each counting clause has counted so far of one history, and on which attempts it rests. */
export class Counters {
  readonly count = new Int32Array(COUNTERS);
  /** Week (or instant, under sevenDays) last counted; under `lastOfWeek` the week now open. */
  private readonly last = new Float64Array(COUNTERS);
  /** Under `lastOfWeek`: the earliest attempt of the open week that counts (0: none), and whether its last one does. */
  private readonly openFirst = new Float64Array(COUNTERS);
  private readonly openCounts = new Uint8Array(COUNTERS);
  /** Lists that only grow, and how much of each stands: emptying an array costs more than an attempt. */
  private readonly evidence: number[][] = Array.from({ length: COUNTERS }, () => []);
  private readonly evidenceCount = new Int32Array(COUNTERS);
  /** The counters that are not as `restart` leaves them, as a mask. */
  private touched = 0;
  private readonly rules: CompiledRules;

  constructor(rules: CompiledRules) {
    this.rules = rules;
    this.last.fill(NO_WEEK);
  }

  restartAll(): void {
    for (let mask = this.touched; mask !== 0; mask &= mask - 1) this.restart(31 - Math.clz32(mask & -mask));
    this.touched = 0;
  }

  restart(c: number): void {
    this.count[c] = 0;
    this.last[c] = NO_WEEK;
    this.openFirst[c] = 0;
    this.openCounts[c] = 0;
    this.evidenceCount[c] = 0;
  }

  /** The earliest counted attempt of each counted week, or every counted attempt: a copy. */
  evidenceOf(c: number): number[] {
    return (this.evidence[c] as number[]).slice(0, this.evidenceCount[c]);
  }

  /** An attempt that is eligible for counter `c`, and whether it is one that counts. */
  take(c: number, at: number, counts: boolean): void {
    this.touched |= 1 << c;
    const weekly = ((this.rules.weekly >> c) & 1) === 1;
    if (weekly && this.rules.lastOfWeek) this.takeLast(c, at, counts);
    else if (counts) this.takeAny(c, at, weekly);
  }

  private takeAny(c: number, at: number, weekly: boolean): void {
    if (weekly) {
      if (this.rules.sevenDays) {
        if (at - (this.last[c] as number) < WEEK) return;
        this.last[c] = at;
      } else {
        const week = isoWeek(at);
        if (week === this.last[c]) return;
        this.last[c] = week;
      }
    }
    this.count[c] = (this.count[c] as number) + 1;
    this.rest(c, at);
  }

  private rest(c: number, at: number): void {
    const n = this.evidenceCount[c] as number;
    (this.evidence[c] as number[])[n] = at;
    this.evidenceCount[c] = n + 1;
  }

  /** The week counts while its last attempt does, so that the open week can still be taken back. */
  private takeLast(c: number, at: number, counts: boolean): void {
    const week = isoWeek(at);
    if (week !== this.last[c]) {
      this.last[c] = week;
      this.openFirst[c] = 0;
      this.openCounts[c] = 0;
    }
    if (counts && this.openFirst[c] === 0) this.openFirst[c] = at;
    if (counts && this.openCounts[c] === 0) {
      this.count[c] = (this.count[c] as number) + 1;
      this.rest(c, this.openFirst[c] as number);
      this.openCounts[c] = 1;
    } else if (!counts && this.openCounts[c] === 1) {
      this.count[c] = (this.count[c] as number) - 1;
      this.evidenceCount[c] = (this.evidenceCount[c] as number) - 1;
      this.openCounts[c] = 0;
    }
  }
}
