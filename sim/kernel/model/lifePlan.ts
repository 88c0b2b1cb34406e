/**
 * A scenario and a rule set as numbers: all that a life asks, and all that the WebAssembly form of the kernel is given. The file
 * belongs to the subset of TypeScript that is also compiled to WebAssembly (sim/kernel/README.md).
 */
import { RuleNumbers } from '../../../src/exclusion/engine/ruleNumbers.ts';
import type { Instant } from '../../../src/londonTime.ts';
import type { f64, i32 } from '../../../src/numbers.ts';
import type { NumberStream } from '../../../src/numberStream.ts';
import { SharedShares } from '../../population/attributes.ts';
import { DataErrorFault } from '../../world/faults/dataError.ts';
import { PersistentFault } from '../../world/faults/persistent.ts';
import { GroupNumbers } from './groupNumbers.ts';
import { Limits } from './kernelLimits.ts';

/** Rates of the changes in mid-history, a year. */
export class ChangeRates {
  supplier: f64 = 0;
  dormantToActive: f64 = 0;
  activeToDormant: f64 = 0;
  paymentMode: f64 = 0;
  replacement: f64 = 0;

  exchange(numbers: NumberStream): void {
    this.supplier = numbers.real(this.supplier);
    this.dormantToActive = numbers.real(this.dormantToActive);
    this.activeToDormant = numbers.real(this.activeToDormant);
    this.paymentMode = numbers.real(this.paymentMode);
    this.replacement = numbers.real(this.replacement);
  }
}

export class LifePlan {
  rules: RuleNumbers = new RuleNumbers();
  limits: Limits = new Limits();
  groups: GroupNumbers[] = [];
  shares: SharedShares = new SharedShares();
  changes: ChangeRates = new ChangeRates();
  persistent: PersistentFault[] = [];
  dataErrors: DataErrorFault[] = [];
  start: Instant = 0;
  /** Last second of the horizon. */
  horizon: Instant = 0;
  /** Instants at which volumes are counted, rising; the horizon is the last. */
  asOfs: Float64Array = new Float64Array(0);
  /** The month of the start, as `monthOf` numbers it, and the number of months to the horizon. */
  firstMonth: i32 = 0;
  months: i32 = 0;
  /** Per outcome: the counters that it feeds, and whether it stands in Table 5.10. */
  masks: Int32Array = new Int32Array(0);
  table510: Int32Array = new Int32Array(0);
  /** Per event: its place among the rows of one instant. */
  eventRank: Int32Array = new Int32Array(0);
  /** Outcomes of instructions that fail with the WAN up: the first, and how many there are. */
  preparationFirst: i32 = 0;
  preparationCount: i32 = 0;
  /** Whether anything asks for the suppliers of an installation. */
  suppliersMatter: boolean = false;

  /** The same plan under another rule set with the same windows: everything else is shared. */
  under(rules: RuleNumbers, masks: Int32Array): LifePlan {
    const plan = new LifePlan();
    plan.rules = rules;
    plan.masks = masks;
    plan.limits = this.limits;
    plan.groups = this.groups;
    plan.shares = this.shares;
    plan.changes = this.changes;
    plan.persistent = this.persistent;
    plan.dataErrors = this.dataErrors;
    plan.start = this.start;
    plan.horizon = this.horizon;
    plan.asOfs = this.asOfs;
    plan.firstMonth = this.firstMonth;
    plan.months = this.months;
    plan.table510 = this.table510;
    plan.eventRank = this.eventRank;
    plan.preparationFirst = this.preparationFirst;
    plan.preparationCount = this.preparationCount;
    plan.suppliersMatter = this.suppliersMatter;
    return plan;
  }

  exchange(numbers: NumberStream): void {
    this.rules.exchange(numbers);
    this.limits.exchange(numbers);
    const groups = numbers.integer(this.groups.length);
    for (let i: i32 = 0; i < groups; i += 1) {
      if (numbers.isReading) this.groups.push(new GroupNumbers());
      (this.groups[i] as GroupNumbers).exchange(numbers);
    }
    this.shares.exchange(numbers);
    this.changes.exchange(numbers);
    const persistent = numbers.integer(this.persistent.length);
    for (let i: i32 = 0; i < persistent; i += 1) {
      if (numbers.isReading) this.persistent.push(new PersistentFault());
      (this.persistent[i] as PersistentFault).exchange(numbers);
    }
    const dataErrors = numbers.integer(this.dataErrors.length);
    for (let i: i32 = 0; i < dataErrors; i += 1) {
      if (numbers.isReading) this.dataErrors.push(new DataErrorFault());
      (this.dataErrors[i] as DataErrorFault).exchange(numbers);
    }
    this.start = numbers.real(this.start);
    this.horizon = numbers.real(this.horizon);
    this.asOfs = numbers.reals(this.asOfs);
    this.firstMonth = numbers.integer(this.firstMonth);
    this.months = numbers.integer(this.months);
    this.masks = numbers.integers(this.masks);
    this.table510 = numbers.integers(this.table510);
    this.eventRank = numbers.integers(this.eventRank);
    this.preparationFirst = numbers.integer(this.preparationFirst);
    this.preparationCount = numbers.integer(this.preparationCount);
    this.suppliersMatter = numbers.flag(this.suppliersMatter);
  }
}
