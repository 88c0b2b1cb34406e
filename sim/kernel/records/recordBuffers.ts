import { CATEGORIES } from '../../../src/clauses/clause.ts';
import { EVENT } from '../../../src/exclusion/engine/eventNumbers.ts';
import { evidenceOf } from '../../../src/exclusion/engine/engine.ts';
import type { Tally } from '../../../src/exclusion/engine/tally.ts';
import { AREA_MIN, syntheticMpan, syntheticMprn } from '../../../src/installation/identifiers.ts';
import { formatInstant, type Instant } from '../../../src/time.ts';
import { GrowingInts } from './growingInts.ts';
import type { Attributes } from '../../population/attributes.ts';
import { Observer } from '../life/observer.ts';
import type { GroupNumbers } from '../model/groupNumbers.ts';

/**
 * The records of one shard as columns of integers, to be turned into files by the thread that writes. -1 is null.
 * Codes: positions in COHORTS, CATEGORIES, EVENTS, OUTCOMES, the model's suppliers and DMC names.
 */
export interface ShardRecords {
  readonly installations: Readonly<Record<InstallationColumn, Int32Array>> & { mpan: Float64Array; mprn: Float64Array };
  readonly attempts: Readonly<Record<AttemptColumn, Int32Array>>;
  readonly events: Readonly<Record<EventColumn, Int32Array>>;
  readonly spans: Readonly<Record<SpanColumn, Int32Array>>;
  readonly verdicts: Readonly<Record<VerdictColumn, Int32Array>> & { evidence: readonly string[] };
}

const INSTALLATION_COLUMNS = [
  'id', 'cohort', 'group', 'esmeDormant', 'gsmeDormant', 'electricityCredit', 'gasCredit', 'dmc',
  'electricitySupplier', 'gasSupplier', 'operator', 'hubModel',
] as const; // prettier-ignore
type InstallationColumn = (typeof INSTALLATION_COLUMNS)[number];
const ATTEMPT_COLUMNS = ['id', 'at', 'kind', 'outcome', 'system', 'table510'] as const;
type AttemptColumn = (typeof ATTEMPT_COLUMNS)[number];
const EVENT_COLUMNS = ['id', 'at', 'event', 'value'] as const;
type EventColumn = (typeof EVENT_COLUMNS)[number];
const SPAN_COLUMNS = ['id', 'category', 'from', 'to'] as const;
type SpanColumn = (typeof SPAN_COLUMNS)[number];
const VERDICT_COLUMNS = ['id', 'category', 'metAt', 'effectiveFrom', 'counted', 'reported'] as const;
type VerdictColumn = (typeof VERDICT_COLUMNS)[number];

type Table<C extends string> = Readonly<Record<C, GrowingInts>>;

function table<C extends string>(columns: readonly C[]): Table<C> {
  return Object.fromEntries(columns.map((column) => [column, new GrowingInts()])) as unknown as Table<C>;
}

function takeAll<C extends string>(of: Table<C>): Record<C, Int32Array> {
  return Object.fromEntries(
    Object.entries(of).map(([column, values]) => [column, (values as GrowingInts).take()]),
  ) as Record<C, Int32Array>;
}

/** Events of the value kinds that the records write as words: 1 and 0 as `yes`/`no` and `credit`/`prepayment`. */
const YES_NO_EVENTS = new Set([EVENT['esme-dormant'], EVENT['gsme-dormant']]);
const PAYMENT_EVENTS = new Set([EVENT['electricity-payment-mode'], EVENT['gas-payment-mode']]);
const SUPPLIER_EVENTS = new Set([
  EVENT['electricity-supplier'],
  EVENT['gas-supplier'],
  EVENT['supplier-gsme-exclusion'],
]);

/** Values of the `events` record by code; suppliers follow from EVENT_VALUES.length, by number. */
export const EVENT_VALUES = ['', 'no', 'yes', 'prepayment', 'credit'] as const;

/** The code of an event's value among EVENT_VALUES and the suppliers. */
export function eventValue(event: number, value: number): number {
  if (YES_NO_EVENTS.has(event)) return 1 + value;
  if (PAYMENT_EVENTS.has(event)) return 3 + value;
  if (SUPPLIER_EVENTS.has(event)) return value === 0 ? 0 : EVENT_VALUES.length + value - 1;
  return 0;
}

/** Keeps the records of the lives of a shard. */
export class Recorder extends Observer {
  private readonly installations = table(INSTALLATION_COLUMNS);
  private readonly attempts = table(ATTEMPT_COLUMNS);
  private readonly events = table(EVENT_COLUMNS);
  private readonly spans = table(SPAN_COLUMNS);
  private readonly verdicts = table(VERDICT_COLUMNS);
  private mpan: number[] = [];
  private mprn: number[] = [];
  private evidence: string[] = [];
  private entity = 0;
  private readonly horizon: Instant;

  constructor(horizon: Instant) {
    super();
    this.horizon = horizon;
  }

  override begin(entity: number, attributes: Attributes, group: GroupNumbers): void {
    this.entity = entity;
    const rows = this.installations;
    const gas = attributes.hasGsme;
    rows.id.push(entity);
    rows.cohort.push(group.cohort);
    rows.group.push(group.index);
    rows.esmeDormant.push(attributes.esmeDormant ? 1 : 0);
    rows.gsmeDormant.push(gas ? (attributes.gsmeDormant ? 1 : 0) : -1);
    rows.electricityCredit.push(attributes.electricityCredit ? 1 : 0);
    rows.gasCredit.push(gas ? (attributes.gasCredit ? 1 : 0) : -1);
    rows.dmc.push(group.dmcFrom + attributes.model);
    rows.electricitySupplier.push(attributes.electricitySupplier);
    rows.gasSupplier.push(gas ? attributes.gasSupplier : 0);
    rows.operator.push(attributes.operator);
    rows.hubModel.push(attributes.hubModel);
    this.mpan.push(syntheticMpan(AREA_MIN + attributes.area, entity));
    this.mprn.push(gas ? syntheticMprn(entity) : NaN);
  }

  override event(at: Instant, event: number, value: number, ofModel: boolean): void {
    if (ofModel) return; // stands once in the records, under the DMC
    const rows = this.events;
    rows.id.push(this.entity);
    rows.at.push(at);
    rows.event.push(event);
    rows.value.push(eventValue(event, value));
  }

  override attempt(at: Instant, kind: number, outcome: number, system: boolean, table510: boolean): void {
    const rows = this.attempts;
    rows.id.push(this.entity);
    rows.at.push(at);
    rows.kind.push(kind);
    rows.outcome.push(outcome);
    rows.system.push(system ? 1 : 0);
    rows.table510.push(table510 ? 1 : 0);
  }

  override finish(_end: number, _endAt: Instant, tally: Tally): void {
    for (let i = 0; i < tally.spanCategory.count; i += 1) {
      this.span(
        tally.spanCategory.values[i] as number,
        tally.spanFrom.values[i] as number,
        tally.spanTo.values[i] as number,
      );
    }
    const { mask } = tally;
    if (mask === 0) return;
    const reported = tally.reported();
    const rows = this.verdicts;
    for (let c = 0; c < CATEGORIES.length; c += 1) {
      if (((mask >> c) & 1) === 0) continue;
      const metAt = tally.metAt[c] as number;
      this.span(c, metAt, -1);
      rows.id.push(this.entity);
      rows.category.push(c);
      rows.metAt.push(metAt);
      rows.effectiveFrom.push(tally.effectiveFrom(c, this.horizon) || -1);
      rows.counted.push(tally.counted(c));
      rows.reported.push(c === reported ? 1 : 0);
      this.evidence.push(evidenceOf(tally, c).map(formatInstant).join(';'));
    }
  }

  private span(category: number, from: number, to: number): void {
    const rows = this.spans;
    rows.id.push(this.entity);
    rows.category.push(category);
    rows.from.push(from);
    rows.to.push(to);
  }

  /** What was recorded since the last call. */
  take(): ShardRecords {
    const records: ShardRecords = {
      installations: {
        ...takeAll(this.installations),
        mpan: Float64Array.from(this.mpan),
        mprn: Float64Array.from(this.mprn),
      },
      attempts: takeAll(this.attempts),
      events: takeAll(this.events),
      spans: takeAll(this.spans),
      verdicts: { ...takeAll(this.verdicts), evidence: this.evidence },
    };
    this.mpan = [];
    this.mprn = [];
    this.evidence = [];
    return records;
  }
}

/** The buffers that can be moved to another thread without a copy. */
export function buffersOf(records: ShardRecords): ArrayBuffer[] {
  return Object.values(records).flatMap((columns) =>
    Object.values(columns as Record<string, unknown>).flatMap((column) =>
      column instanceof Int32Array || column instanceof Float64Array ? [column.buffer as ArrayBuffer] : [],
    ),
  );
}
