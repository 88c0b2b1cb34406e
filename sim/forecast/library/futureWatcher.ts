import { INSTRUCTION, OUTCOME_NO_WAN, OUTCOME_OK, OUTCOME_OK_ESME } from '../../../src/exclusion/engine/engineCodes.ts';
import type { Instant } from '../../../src/londonTime.ts';
import type { GroupNumbers } from '../../kernel/model/groupNumbers.ts';
import type { Model } from '../../kernel/model/model.ts';
import { OUTCOMES } from '../../kernel/model/outcomes.ts';
import { Watcher } from '../../kernel/run/watcher.ts';
import type { Attributes } from '../../population/attributes.ts';
import { failureKind, type FailureKind } from '../state/failureKind.ts';
import { withVerdict, type StateCode } from '../state/stateFacts.ts';
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

/**
 * Sees where each life stood at the as-of, and what it is counted as at every month end after it. All days of the
 * request must be as-ofs of the model: the tally says then what it reports, and no rule is restated here.
 */
export class FutureWatcher extends Watcher {
  private readonly state = new StateObserver();
  private readonly days: Float64Array;
  private readonly weightOf: Readonly<Record<string, number>>;
  private readonly table: TableBuilder;
  private readonly classes: Uint8Array;
  private readonly dayOf: ReadonlyMap<Instant, number>;
  private readonly groups: Model['groups'];
  private weight = 1;
  private code: StateCode = -1;
  private migratedAt = Infinity;

  constructor(model: Model, { days, weights }: FutureRequest) {
    super();
    this.days = Float64Array.from(days);
    this.weightOf = weights;
    this.table = new TableBuilder(days.length);
    this.classes = new Uint8Array(days.length);
    this.dayOf = new Map(days.map((at, day) => [at, day]));
    this.groups = model.groups;
  }

  override begin(_entity: number, attributes: Attributes, group: GroupNumbers): void {
    this.code = -1;
    this.migratedAt = Infinity;
    this.classes.fill(CLASS_NONE);
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
    if (!this.isPast(at)) return;
    if (kind === INSTRUCTION)
      this.state.instruction(at, outcome === OUTCOME_OK ? 'ok' : outcome === OUTCOME_NO_WAN ? 'noWan' : 'other');
    else if (migrated) this.state.migrated(at, outcome === OUTCOME_OK_ESME);
    else if (system) this.state.failed(at, 'system');
    else this.state.failed(at, (KIND_OF_OUTCOME[outcome] as readonly FailureKind[])[table510 ? 1 : 0] as FailureKind);
  }

  override asOf(at: Instant, category: number, isEffective: boolean): void {
    const day = this.dayOf.get(at);
    if (day !== undefined) this.classes[day] = (isEffective ? CLASS_EFFECTIVE : CLASS_MET) + category;
  }

  override finish(): void {
    if (this.code < 0) this.code = this.state.at(this.days[0] as number);
    const { classes, days } = this;
    const state = withVerdict(this.code, classes[0] as number);
    for (let day = 0; day < days.length; day += 1) {
      if (classes[day] === CLASS_NONE && this.migratedAt <= (days[day] as number)) classes[day] = CLASS_MIGRATED;
    }
    this.table.add(state, this.weight, classes);
  }

  override take(): MemberTable {
    return this.table.build();
  }
}
