import { isoWeek, WEEK } from '../time.ts';
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
  private readonly evidence: number[][] = Array.from({ length: COUNTERS }, () => []);
  private readonly rules: CompiledRules;

  constructor(rules: CompiledRules) {
    this.rules = rules;
    this.restartAll();
  }

  restartAll(): void {
    for (let c = 0; c < COUNTERS; c += 1) this.restart(c);
  }

  restart(c: number): void {
    this.count[c] = 0;
    this.last[c] = NO_WEEK;
    this.openFirst[c] = 0;
    this.openCounts[c] = 0;
    const evidence = this.evidence[c] as number[];
    if (evidence.length > 0) evidence.length = 0;
  }

  /** The earliest counted attempt of each counted week, or every counted attempt: a copy. */
  evidenceOf(c: number): number[] {
    return (this.evidence[c] as number[]).slice();
  }

  /** An attempt that is eligible for counter `c`, and whether it is one that counts. */
  take(c: number, at: number, counts: boolean): void {
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
    (this.evidence[c] as number[]).push(at);
  }

  /** The week counts while its last attempt does, so that the open week can still be taken back. */
  private takeLast(c: number, at: number, counts: boolean): void {
    const week = isoWeek(at);
    const evidence = this.evidence[c] as number[];
    if (week !== this.last[c]) {
      this.last[c] = week;
      this.openFirst[c] = 0;
      this.openCounts[c] = 0;
    }
    if (counts && this.openFirst[c] === 0) this.openFirst[c] = at;
    if (counts && this.openCounts[c] === 0) {
      this.count[c] = (this.count[c] as number) + 1;
      evidence.push(this.openFirst[c] as number);
      this.openCounts[c] = 1;
    } else if (!counts && this.openCounts[c] === 1) {
      this.count[c] = (this.count[c] as number) - 1;
      evidence.pop();
      this.openCounts[c] = 0;
    }
  }
}
