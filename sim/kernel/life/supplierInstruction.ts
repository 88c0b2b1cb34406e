/**
 * The gas supplier's instruction to exclude the GSME (Active GT01). The file belongs to the subset of TypeScript that is also
 * compiled to WebAssembly (sim/kernel/README.md).
 */
import { SUPPLIER_GSME_EXCLUSION } from '../../../src/exclusion/engine/engineCodes.ts';
import type { Instant } from '../../../src/londonTime.ts';
import type { i32 } from '../../../src/numbers.ts';
import type { Stream } from '../../world/dice/draws.ts';
import { GroupNumbers } from '../model/groupNumbers.ts';
import type { EventQueue } from './eventQueue.ts';

/** Draws of the stream: whether suppliers instruct at all, then how long each registration takes to. */
const WILLING: i32 = 0;
const DELAYS: i32 = 1;

/** The instruction of the installation at hand. It comes some time after the first failure of a check on the gas meter. */
export class SupplierInstruction {
  /** Whether an instruction is on its way. */
  private due: boolean = false;
  private entity: i32 = 0;
  private group: GroupNumbers = new GroupNumbers();
  private supplier: i32 = 0;
  private registrations: i32 = 0;
  private readonly stream: Stream;
  private readonly queue: EventQueue;

  constructor(stream: Stream, queue: EventQueue) {
    this.stream = stream;
    this.queue = queue;
  }

  begin(entity: i32, group: GroupNumbers, gasSupplier: i32): void {
    this.entity = entity;
    this.group = group;
    this.supplier = gasSupplier;
    this.registrations = 0;
    this.due = false;
  }

  /** A check on the gas meter has failed. */
  failed(at: Instant): void {
    const share = this.group.supplierInstructs;
    if (this.due || share === 0) return;
    this.due = this.stream.uniform(this.entity, WILLING) < share;
    if (this.due) this.schedule(at);
  }

  /** An event names the gas supplier: what the old one had in hand lapses, and the new one has to decide for itself. */
  supplierNamed(at: Instant, supplier: i32): void {
    if (supplier === this.supplier) return;
    this.supplier = supplier;
    this.registrations += 1;
    if (!this.due) return;
    this.queue.drop(SUPPLIER_GSME_EXCLUSION);
    this.schedule(at);
  }

  private schedule(from: Instant): void {
    if (this.supplier === 0) return; // nobody is known to DCC, so nobody instructs
    const delay = this.group.instructDelay.quantile(this.stream.uniform(this.entity, DELAYS + this.registrations));
    this.queue.add(Math.floor(from + delay), SUPPLIER_GSME_EXCLUSION, this.supplier, 0);
  }
}
