import { CATEGORIES } from '../../../src/clauses/clause.ts';
import { INSTRUCTION, OUTCOME_NO_WAN, OUTCOME_OK, OUTCOME_OK_ESME } from '../../../src/exclusion/engine/engineCodes.ts';
import type { Tally } from '../../../src/exclusion/engine/tally.ts';
import { isoWeek, type Instant } from '../../../src/londonTime.ts';
import type { GroupNumbers } from '../../kernel/model/groupNumbers.ts';
import type { Model } from '../../kernel/model/model.ts';
import { OUTCOMES } from '../../kernel/model/outcomes.ts';
import { Watcher } from '../../kernel/run/watcher.ts';
import type { Attributes } from '../../population/attributes.ts';
import { failureKind, type FailureKind } from '../state/failureKind.ts';
import type { StateCode } from '../state/stateFacts.ts';
import { eventName, StateObserver } from '../state/stateObserver.ts';
import {
  CLASS_EFFECTIVE,
  CLASS_MET,
  CLASS_MIGRATED,
  CLASS_NONE,
  TableBuilder,
  type MemberTable,
} from './memberTable.ts';

/** What the watcher is told: the as-of and the month ends after it, and what a life of each population stands for. */
export interface FutureRequest {
  readonly days: readonly Instant[];
  readonly weights: Readonly<Record<string, number>>;
}

const KIND_OF_OUTCOME: readonly (readonly [FailureKind, FailureKind])[] = OUTCOMES.map((outcome) => [
  failureKind(outcome, false),
  failureKind(outcome, true),
]);

/** Sees where each life stood at the as-of, and what it is counted as at every month end after it. */
export class FutureWatcher extends Watcher {
  private readonly state = new StateObserver();
  private readonly days: Float64Array;
  private readonly weightOf: Readonly<Record<string, number>>;
  private readonly table: TableBuilder;
  private readonly classes: Uint8Array;
  private readonly inForce: Float64Array;
  private readonly expiry: number;
  private readonly precedence: Int32Array;
  private readonly groups: Model['groups'];
  private weight = 1;
  private code: StateCode = -1;
  private migratedAt = Infinity;
  /** Rules: a category that may give way to another one, unless enough weeks have a failure that the other does not list. */
  private readonly yields: { readonly from: number; readonly to: number; readonly atLeast: number } | null;
  /** First instants of the separate weeks with such a failure. */
  private readonly unlistedAt: number[] = [];

  constructor(model: Model, { days, weights }: FutureRequest) {
    super();
    this.days = Float64Array.from(days);
    this.weightOf = weights;
    this.table = new TableBuilder(days.length);
    this.classes = new Uint8Array(days.length);
    this.inForce = model.rules.inForce;
    this.expiry = model.rules.expiry;
    this.precedence = model.rules.precedence;
    this.groups = model.groups;
    const { mayYield, yielding, yieldsTo, unlistedAtLeast } = model.rules;
    this.yields = mayYield ? { from: yielding, to: yieldsTo, atLeast: unlistedAtLeast } : null;
  }

  override begin(_entity: number, attributes: Attributes, group: GroupNumbers): void {
    this.code = -1;
    this.migratedAt = Infinity;
    this.unlistedAt.length = 0;
    this.weight = this.weightOf[this.groups[group.index]?.name ?? ''] ?? 1;
    this.state.begin({
      cohort: group.cohort,
      esmeDormant: attributes.esmeDormant,
      hasGas: attributes.hasGsme,
      gasDormant: attributes.gsmeDormant,
      electricityCredit: attributes.electricityCredit,
      gasCredit: attributes.gasCredit,
    });
  }

  /** True while rows belong to the past of the as-of. */
  private isPast(at: Instant): boolean {
    if (this.code >= 0) return false;
    const asOf = this.days[0] as number;
    if (at <= asOf) return true;
    this.code = this.state.at(asOf);
    return false;
  }

  override event(at: Instant, event: number, value: number): void {
    if (this.isPast(at)) this.state.event(eventName(event), value);
  }

  override attempt(at: Instant, kind: number, outcome: number, system: boolean, table510: boolean): void {
    const migrated = kind !== INSTRUCTION && outcome <= OUTCOME_OK_ESME;
    if (migrated) this.migratedAt = at;
    else if (kind !== INSTRUCTION && !system) this.noteUnlisted(at, outcome, table510);
    if (!this.isPast(at)) return;
    if (kind === INSTRUCTION)
      this.state.instruction(at, outcome === OUTCOME_OK ? 'ok' : outcome === OUTCOME_NO_WAN ? 'noWan' : 'other');
    else if (migrated) this.state.migrated(at, outcome === OUTCOME_OK_ESME);
    else if (system) this.state.failed(at, 'system');
    else this.state.failed(at, (KIND_OF_OUTCOME[outcome] as readonly FailureKind[])[table510 ? 1 : 0] as FailureKind);
  }

  private noteUnlisted(at: Instant, outcome: number, table510: boolean): void {
    const kind = (KIND_OF_OUTCOME[outcome] as readonly FailureKind[])[table510 ? 1 : 0];
    if (kind === 'han' || kind === 'table510') return;
    const last = this.unlistedAt.at(-1);
    if (last === undefined || isoWeek(last) !== isoWeek(at)) this.unlistedAt.push(at);
  }

  /** True if a category gives way at an instant to the other one, which holds as well. */
  private givesWay(category: number, at: Instant, tally: Tally): boolean {
    const { yields } = this;
    if (yields === null || yields.from !== category || metSince(tally, yields.to, at) < 0) return false;
    return this.unlistedAt.filter((from) => from <= at).length < yields.atLeast;
  }

  override finish(_end: number, _endAt: Instant, tally: Tally): void {
    if (this.code < 0) this.code = this.state.at(this.days[0] as number);
    const { classes, days } = this;
    const plain = tally.mask === 0 && tally.spanCategory.count === 0;
    for (let day = 0; day < days.length; day += 1) {
      const at = days[day] as number;
      const reported = plain ? CLASS_NONE : this.reportedAt(at, tally);
      classes[day] = reported !== CLASS_NONE ? reported : this.migratedAt <= at ? CLASS_MIGRATED : CLASS_NONE;
    }
    this.table.add(this.code, this.weight, classes);
  }

  /** The class of the category that is reported at an instant, from the stretches in which each held. */
  private reportedAt(at: Instant, tally: Tally): number {
    const last = at >= (this.days[this.days.length - 1] as number) ? tally.reported() : -1;
    for (let i = 0; i < CATEGORIES.length; i += 1) {
      const c = this.precedence[i] as number;
      if (last >= 0 && c !== last) continue;
      const met = metSince(tally, c, at);
      if (met < 0 || (last < 0 && this.givesWay(c, at, tally))) continue;
      const from = Math.max(met, this.inForce[c] as number);
      return (from <= at && from < this.expiry ? CLASS_EFFECTIVE : CLASS_MET) + c;
    }
    return CLASS_NONE;
  }

  override take(): MemberTable {
    return this.table.build();
  }
}

/** Since when a category holds at an instant; -1 where it does not. */
function metSince(tally: Tally, category: number, at: Instant): number {
  if ((tally.mask >> category) & 1 && (tally.metAt[category] as number) <= at) return tally.metAt[category] as number;
  for (let i = 0; i < tally.spanCategory.count; i += 1) {
    const from = tally.spanFrom.values[i] as number;
    if (tally.spanCategory.values[i] === category && from <= at && (tally.spanTo.values[i] as number) > at) return from;
  }
  return -1;
}
