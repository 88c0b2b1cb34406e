import { COHORTS } from '../../../src/installation/cohort.ts';
import type { CheckLimits } from '../../../src/migration/facts.ts';
import { PARAMETERS } from '../../../src/regulation/parameters.ts';
import type { Dated } from '../../../src/regulation/dated.ts';
import type { RuleSet } from '../../../src/rules/ruleset.ts';
import { startOfLondonDate, type Instant } from '../../../src/time.ts';

/** The cohort whose EPCL match is checked from a date on. */
export const SECURE = COHORTS.indexOf('MOC_Secure');

/** A dated number as parallel arrays, latest first. */
interface Steps {
  readonly from: Float64Array;
  readonly value: Float64Array;
}

function stepsOf(value: Dated<number | boolean>): Steps {
  const rows = value.rows.toReversed();
  return {
    from: Float64Array.from(rows, (row) => startOfLondonDate(row.from)),
    value: Float64Array.from(rows, (row) => Number(row.value)),
  };
}

function valueOf(steps: Steps, at: Instant): number {
  let i = 0;
  while (at < (steps.from[i] as number)) i += 1;
  return steps.value[i] as number;
}

/**
 * The windows that checks compare with, in force at the instant of each attempt. One object, refilled only when the
 * instant has left the stretch in which nothing changes.
 */
export class Limits implements CheckLimits {
  wanWindowSeconds = 0;
  gt01WindowSeconds = 0;
  epclChecked = 1;
  readonly windowEdgeSeconds: number;
  private from = Infinity;
  private to = -Infinity;
  private secure = false;
  private readonly wan: Steps;
  private readonly gt01: Steps;
  private readonly secureEpcl = stepsOf(PARAMETERS.secureEpclCheck);
  private readonly changes: Float64Array;

  constructor(rules: RuleSet) {
    this.wan = stepsOf(rules.windows.wanWindowSeconds);
    this.gt01 = stepsOf(rules.windows.gt01WindowSeconds);
    this.windowEdgeSeconds = rules.readings.windowEdge === 'inclusive' ? 1 : 0;
    this.changes = Float64Array.from([...this.wan.from, ...this.gt01.from, ...this.secureEpcl.from]).sort();
  }

  /** The first instant of each stretch between two instants in which nothing changes. */
  stretches(from: Instant, to: Instant): Instant[] {
    return [from, ...this.changes.filter((change) => change > from && change <= to)];
  }

  at(at: Instant, secure: boolean): this {
    if (at >= this.from && at < this.to && secure === this.secure) return this;
    this.secure = secure;
    this.from = this.changes.findLast((change) => change <= at) ?? -Infinity;
    this.to = this.changes.find((change) => change > at) ?? Infinity;
    this.wanWindowSeconds = valueOf(this.wan, at);
    this.gt01WindowSeconds = valueOf(this.gt01, at);
    this.epclChecked = secure ? valueOf(this.secureEpcl, at) : 1;
    return this;
  }
}
