import { assert } from '../../../src/assert.ts';
import { EVENT } from '../../../src/exclusion/engine/eventNumbers.ts';
import type { Instant } from '../../../src/time.ts';
import type { Stream } from '../../world/dice/draws.ts';
import type { EventQueue } from './eventQueue.ts';
import type { GroupPlan } from '../model/model.ts';

/** Draws of the stream: whether suppliers instruct at all, then how long each registration takes to. */
const WILLING = 0;
const DELAYS = 1;

/** Active GT01: the gas supplier's instruction to exclude the GSME, some time after the first failure. */
export class SupplierInstruction {
  /** Whether an instruction has been set going on this installation. */
  private due = false;
  private entity = 0;
  private group: GroupPlan | null = null;
  private supplier = 0;
  private registrations = 0;
  private readonly stream: Stream;
  private readonly queue: EventQueue;

  constructor(stream: Stream, queue: EventQueue) {
    this.stream = stream;
    this.queue = queue;
  }

  begin(entity: number, group: GroupPlan, gasSupplier: number): void {
    this.entity = entity;
    this.group = group;
    this.supplier = gasSupplier;
    this.registrations = 0;
    this.due = false;
  }

  /** A GT01 failure was seen. */
  failed(at: Instant): void {
    const { supplierInstructs } = this.group as GroupPlan;
    if (this.due || supplierInstructs === 0) return;
    this.due = this.stream.uniform(this.entity, WILLING) < supplierInstructs;
    if (this.due) this.schedule(at);
  }

  /** An event names the gas supplier: what the old one had in hand lapses, and the new one has to decide for itself. */
  supplierNamed(at: Instant, supplier: number): void {
    if (supplier === this.supplier) return;
    this.supplier = supplier;
    this.registrations += 1;
    if (!this.due) return;
    this.queue.drop(EVENT['supplier-gsme-exclusion']);
    this.schedule(at);
  }

  private schedule(from: Instant): void {
    if (this.supplier === 0) return; // nobody known to DCC, nobody to instruct
    const { instructDelay } = this.group as GroupPlan;
    assert(instructDelay !== null, 'a checked scenario says how long an instruction takes');
    const delay = instructDelay.quantile(this.stream.uniform(this.entity, DELAYS + this.registrations));
    this.queue.add(Math.floor(from + delay), EVENT['supplier-gsme-exclusion'], this.supplier);
  }
}
