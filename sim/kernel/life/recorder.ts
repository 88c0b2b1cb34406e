/**
 * Records lives as columns of integers. The file belongs to the subset of TypeScript that is also compiled to WebAssembly
 * (sim/kernel/README.md).
 */
import { CATEGORY_COUNT } from '../../../src/exclusion/engine/engineCodes.ts';
import type { InstantList } from '../../../src/exclusion/engine/instantList.ts';
import type { Tally } from '../../../src/exclusion/engine/tally.ts';
import type { Instant } from '../../../src/londonTime.ts';
import { int, type f64, type i32 } from '../../../src/numbers.ts';
import type { Attributes } from '../../population/attributes.ts';
import type { GroupNumbers } from '../model/groupNumbers.ts';
import { ColumnTable } from './columnTable.ts';
import { Observer } from './observer.ts';

/** An empty cell. */
const NONE: i32 = -1;

/**
 * Keeps the records of lives until `clear` is called. The names of the tables and of their columns stand in
 * records/recordBuffers.ts, in the order in which the values are written here.
 */
export class Recorder extends Observer {
  readonly installations: ColumnTable = new ColumnTable(13);
  readonly attempts: ColumnTable = new ColumnTable(6);
  readonly events: ColumnTable = new ColumnTable(4);
  readonly spans: ColumnTable = new ColumnTable(4);
  readonly verdicts: ColumnTable = new ColumnTable(7);
  /** The instants of evidence of all verdicts, in the order of the verdicts. */
  readonly evidence: ColumnTable = new ColumnTable(1);
  private entity: i32 = 0;
  private readonly horizon: Instant;

  constructor(horizon: Instant) {
    super();
    this.horizon = horizon;
  }

  clear(): void {
    this.installations.rows = 0;
    this.attempts.rows = 0;
    this.events.rows = 0;
    this.spans.rows = 0;
    this.verdicts.rows = 0;
    this.evidence.rows = 0;
  }

  override begin(entity: i32, attributes: Attributes, group: GroupNumbers): void {
    const table = this.installations;
    const gas = attributes.hasGsme;
    this.entity = entity;
    table.add();
    table.put(entity);
    table.put(group.cohort);
    table.put(group.index);
    table.put(attributes.esmeDormant ? 1 : 0);
    table.put(!gas ? NONE : attributes.gsmeDormant ? 1 : 0);
    table.put(attributes.electricityCredit ? 1 : 0);
    table.put(!gas ? NONE : attributes.gasCredit ? 1 : 0);
    table.put(group.dmcFrom + attributes.model);
    table.put(attributes.electricitySupplier);
    table.put(gas ? attributes.gasSupplier : 0);
    table.put(attributes.operator);
    table.put(attributes.hubModel);
    table.put(attributes.area);
  }

  override event(at: Instant, event: i32, value: i32, ofModel: boolean): void {
    // An event of a DMC stands once in the records, under the DMC.
    if (ofModel) return;
    const table = this.events;
    table.add();
    table.put(this.entity);
    table.put(int(at));
    table.put(event);
    table.put(value);
  }

  override attempt(at: Instant, kind: i32, outcome: i32, system: boolean, table510: boolean): void {
    const table = this.attempts;
    table.add();
    table.put(this.entity);
    table.put(int(at));
    table.put(kind);
    table.put(outcome);
    table.put(system ? 1 : 0);
    table.put(table510 ? 1 : 0);
  }

  override finish(_end: i32, _endAt: Instant, tally: Tally): void {
    const { category, from, to } = tally.spans;
    for (let i: i32 = 0; i < category.count; i += 1) {
      this.span(int(category.values[i] as f64), from.values[i] as f64, to.values[i] as f64);
    }
    const mask = tally.mask;
    if (mask === 0) return;
    const reported = tally.reported();
    for (let c: i32 = 0; c < CATEGORY_COUNT; c += 1) {
      if (((mask >> c) & 1) === 0) continue;
      this.span(c, tally.metAt[c] as f64, NONE);
      this.verdict(c, c === reported, tally);
    }
  }

  private span(category: i32, from: f64, to: f64): void {
    const table = this.spans;
    table.add();
    table.put(this.entity);
    table.put(category);
    table.put(int(from));
    table.put(int(to));
  }

  private verdict(category: i32, isReported: boolean, tally: Tally): void {
    const table = this.verdicts;
    const from = int(tally.effectiveFrom(category, this.horizon));
    tally.takeEvidence(category);
    const instants = tally.evidence;
    table.add();
    table.put(this.entity);
    table.put(category);
    table.put(int(tally.metAt[category] as f64));
    table.put(from === 0 ? NONE : from);
    table.put(tally.counted(category));
    table.put(isReported ? 1 : 0);
    table.put(instants.count);
    this.takeEvidence(instants);
  }

  private takeEvidence(instants: InstantList): void {
    const table = this.evidence;
    for (let i: i32 = 0; i < instants.count; i += 1) {
      table.add();
      table.put(int(instants.values[i] as f64));
    }
  }
}
