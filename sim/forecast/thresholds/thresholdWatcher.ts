import { CATEGORIES } from '../../../src/clauses/clause.ts';
import { compileRules, type CompiledRules } from '../../../src/exclusion/engine/compile.ts';
import { INSTRUCTION, MIGRATION, OUTCOME_OK_ESME } from '../../../src/exclusion/engine/engineCodes.ts';
import { Tally } from '../../../src/exclusion/engine/tally.ts';
import { DAY, type Instant } from '../../../src/time.ts';
import type { Attributes } from '../../population/attributes.ts';
import type { GroupNumbers } from '../../kernel/model/groupNumbers.ts';
import type { Model } from '../../kernel/model/model.ts';
import { Watcher } from '../../kernel/run/watcher.ts';
import {
  CLOCKS,
  emptyThresholdCounts,
  FAILURE_OF_OUTCOME,
  FAILURES,
  FIELD,
  FOLLOWED_WEEKS,
  placeOf,
} from './thresholdCounts.ts';
import type { ThresholdVariant } from './thresholdPlan.ts';

/** What an event or an attempt of a life was; `kind` is -1 for an event. */
interface Row {
  readonly at: Instant;
  readonly kind: number;
  /** The outcome of an attempt, or the number of an event. */
  readonly what: number;
  /** The value of an event; whether the cause of an attempt is the system. */
  readonly value: number;
  readonly table510: boolean;
}

/** What an installation was at its start. */
interface Start {
  readonly population: number;
  readonly cohort: number;
  readonly esmeDormant: boolean;
  readonly hasGsme: boolean;
  readonly gsmeDormant: boolean;
  readonly electricityCredit: boolean;
  readonly gasCredit: boolean;
  readonly electricitySupplier: number;
  readonly gasSupplier: number;
}

/** An exclusion: since when, and the failure that most of the counted ones were. */
interface Excluded {
  readonly at: Instant;
  readonly failure: number;
}

/** Judges the lives of a twin under every variant, and counts what became of those whom it would have excluded. */
export class ThresholdWatcher extends Watcher {
  private readonly variants: readonly VariantJudge[];
  private readonly populations: number;
  private readonly horizon: Instant;
  private readonly counts: Float64Array;
  private start: Start | null = null;
  private rows: Row[] = [];
  private hasFailed = false;
  private migratedAt: Instant = Infinity;

  constructor(model: Model, variants: readonly ThresholdVariant[]) {
    super();
    this.variants = variants.map((variant) => new VariantJudge(model, variant));
    this.populations = model.groups.length;
    this.horizon = model.horizon;
    this.counts = emptyThresholdCounts(variants.length, this.populations);
  }

  override begin(_entity: number, attributes: Attributes, group: GroupNumbers): void {
    const { esmeDormant, hasGsme, gsmeDormant, electricityCredit, electricitySupplier, gasSupplier } = attributes;
    this.start = {
      population: group.index,
      cohort: group.cohort,
      esmeDormant,
      hasGsme,
      gsmeDormant,
      electricityCredit,
      gasCredit: hasGsme && attributes.gasCredit,
      electricitySupplier,
      gasSupplier,
    };
    this.rows = [];
    this.hasFailed = false;
    this.migratedAt = Infinity;
  }

  override event(at: Instant, event: number, value: number): void {
    this.rows.push({ at, kind: -1, what: event, value, table510: false });
  }

  override attempt(at: Instant, kind: number, outcome: number, system: boolean, table510: boolean): void {
    this.rows.push({ at, kind, what: outcome, value: Number(system), table510 });
    if (outcome > OUTCOME_OK_ESME) this.hasFailed = true;
    else if (kind === MIGRATION) this.migratedAt = at;
  }

  override finish(): void {
    // A counting clause takes a failure. Most lives have none.
    if (!this.hasFailed || this.start === null) return;
    for (const [v, variant] of this.variants.entries()) {
      if (!variant.concerns(this.start)) continue;
      const found = variant.judge(this.start, this.rows, this.horizon);
      for (const [clock, excluded] of found.entries()) if (excluded !== null) this.count(v, clock, excluded);
    }
  }

  private count(variant: number, clock: number, { at, failure }: Excluded): void {
    const { counts, horizon, migratedAt } = this;
    const population = (this.start as Start).population;
    const place = placeOf({ variant, clock, failure, population }, this.populations);
    const add = (field: keyof typeof FIELD, by: number): void => {
      counts[place + FIELD[field]] = (counts[place + FIELD[field]] as number) + by;
    };
    add('excluded', 1);
    for (const weeks of FOLLOWED_WEEKS) {
      const until = at + weeks * 7 * DAY;
      // Beyond the horizon nothing is known.
      if (until > horizon) continue;
      add(`seen${weeks}`, 1);
      if (migratedAt <= until) add(`migrated${weeks}`, 1);
    }
    add('attemptsSaved', this.rowsAfter(at, MIGRATION));
    add('instructionsSaved', this.rowsAfter(at, INSTRUCTION));
  }

  private rowsAfter(at: Instant, kind: number): number {
    let count = 0;
    for (let i = this.rows.length - 1; i >= 0 && (this.rows[i] as Row).at > at; i -= 1) {
      if ((this.rows[i] as Row).kind === kind) count += 1;
    }
    return count;
  }

  override take(): Float64Array {
    const taken = this.counts.slice();
    this.counts.fill(0);
    return taken;
  }
}

/** One variant's tally, and the two instants that are looked for in a history: by position in CLOCKS. */
class VariantJudge {
  private readonly category: number;
  private readonly tally: Tally;
  private readonly masks: Int32Array;
  private readonly compiled: CompiledRules;
  private readonly outcomeAt = new Map<Instant, number>();

  constructor(model: Model, { category, rules }: ThresholdVariant) {
    const compiled = compileRules(rules);
    this.category = CATEGORIES.indexOf(category);
    this.tally = new Tally(compiled);
    // The number of failures that a clause asks for is no matter of which failures it counts.
    this.masks = model.masks;
    this.compiled = compiled;
  }

  /** Whether the clause can hold in the cohort. */
  concerns({ cohort, hasGsme }: Start): boolean {
    const { cohortMask, needsGsme } = this.compiled;
    if (!hasGsme && ((needsGsme >> this.category) & 1) === 1) return false;
    return (((cohortMask[cohort] as number) >> this.category) & 1) === 1;
  }

  judge(start: Start, rows: readonly Row[], horizon: Instant): readonly (Excluded | null)[] {
    const { tally, category } = this;
    const found: (Excluded | null)[] = CLOCKS.map(() => null);
    this.begin(start);
    /** Since when the category is the reported one; 0: it is not. */
    let since: Instant = 0;
    const look = (until: Instant): boolean => {
      if (since === 0) return false;
      found[0] ??= { at: since, failure: this.failure() };
      const from = tally.effectiveFrom(category, until);
      if (from === 0) return false;
      found[1] = { at: Math.max(from, since), failure: this.failure() };
      return true;
    };
    for (let i = 0; i < rows.length;) {
      const { at } = rows[i] as Row;
      if (look(at)) return found;
      for (; i < rows.length && (rows[i] as Row).at === at; i += 1) this.feed(rows[i] as Row);
      tally.settle(at);
      if (tally.reported() !== category) since = 0;
      else if (since === 0) since = at;
    }
    look(horizon);
    return found;
  }

  private begin(start: Start): void {
    this.outcomeAt.clear();
    this.tally.begin(
      start.cohort,
      start.esmeDormant,
      start.hasGsme,
      start.gsmeDormant,
      start.electricityCredit,
      start.gasCredit,
      start.electricitySupplier,
      start.gasSupplier,
    );
  }

  private feed({ at, kind, what, value, table510 }: Row): void {
    if (kind < 0) {
      this.tally.event(at, what, value);
      return;
    }
    this.outcomeAt.set(at, what);
    this.tally.attempt(at, kind, what, this.masks[what] as number, value === 1, table510);
  }

  /** The kind that most of the counted failures are; of equals the one that came last. */
  private failure(): number {
    const { tally } = this;
    tally.takeEvidence(this.category);
    const { values, count } = tally.evidence;
    const counts = new Array<number>(FAILURES.length).fill(0);
    let most = FAILURES.length - 1;
    for (let i = 0; i < count; i += 1) {
      const outcome = this.outcomeAt.get(values[i] as Instant);
      // An instruction of a supplier is evidence too, and no failure.
      if (outcome === undefined) continue;
      const failure = FAILURE_OF_OUTCOME[outcome] as number;
      const now = (counts[failure] as number) + 1;
      counts[failure] = now;
      if (now >= (counts[most] as number)) most = failure;
    }
    return most;
  }
}
