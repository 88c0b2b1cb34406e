import { assert } from '../../src/assert.ts';
import { EVENT } from '../../src/exclusion/tally.ts';
import type { Instant } from '../../src/time.ts';
import type { Stream } from '../world/draws.ts';
import type { EventQueue } from './eventQueue.ts';
import type { GroupPlan } from './model.ts';

/** Draws of the stream: whether the supplier instructs at all, and how long it takes. */
const WILLING = 0;
const DELAY = 1;

/** Active GT01: the gas supplier's instruction to exclude the GSME, some time after the first failure. */
export class SupplierInstruction {
  /** Whether an instruction has been set going on this installation. */
  due = false;
  private entity = 0;
  private group: GroupPlan | null = null;
  private initialSupplier = 0;
  private readonly stream: Stream;
  private readonly queue: EventQueue;

  constructor(stream: Stream, queue: EventQueue) {
    this.stream = stream;
    this.queue = queue;
  }

  begin(entity: number, group: GroupPlan, gasSupplier: number): void {
    this.entity = entity;
    this.group = group;
    this.initialSupplier = gasSupplier;
    this.due = false;
  }

  /** A GT01 failure was seen. */
  failed(at: Instant): void {
    const { supplierInstructs } = (this.group as GroupPlan).population;
    if (this.due || supplierInstructs === 0) return;
    this.due = this.stream.uniform(this.entity, WILLING) < supplierInstructs;
    if (this.due) this.schedule(at);
  }

  /** The supplier of the day instructs; after a change of supplier the new one has to. */
  schedule(from: Instant): void {
    const { instructDelay } = this.group as GroupPlan;
    assert(instructDelay !== null, 'a checked scenario says how long an instruction takes');
    const delay = instructDelay.quantile(this.stream.uniform(this.entity, DELAY));
    const at = Math.floor(from + delay);
    const supplier = this.supplierAt(at);
    if (supplier !== 0) this.queue.add(at, EVENT['supplier-gsme-exclusion'], supplier);
  }

  private supplierAt(at: Instant): number {
    const { queue } = this;
    let supplier = this.initialSupplier;
    for (let i = 0; i < queue.count && (queue.at[i] as number) <= at; i += 1) {
      if (queue.event[i] === EVENT['gas-supplier']) supplier = queue.value[i] as number;
    }
    return supplier;
  }
}
