import { assert } from '../../../src/assert.ts';
import { EVENT } from '../../../src/exclusion/engine/eventNumbers.ts';
import { DAY } from '../../../src/time.ts';
import type { Attributes } from '../../population/attributes.ts';
import type { Scenario } from '../../scenario/schema.ts';
import { FOREVER } from '../../world/alternating.ts';
import { first, second, uniform, type Stream } from '../../world/dice/draws.ts';
import { FirstDraw } from '../../world/dice/firstDraw.ts';
import type { EventQueue } from './eventQueue.ts';

const YEAR = 365.25 * DAY;
/** Changes of one kind on one meter: a checked scenario expects so few that no installation comes near. */
const CHANGES_MAX = 30;
const BLOCK = 16;
/** Where the draws of those that a block has no room for stand. */
const OVERFLOW = 1024;

/** Index blocks of the change stream. */
const BLOCKS = {
  electricitySupplier: 0,
  gasSupplier: 1,
  esmeDormant: 2,
  gsmeDormant: 3,
  electricityPayment: 4,
  gasPayment: 5,
  replacement: 6,
} as const;

function indexOf(block: number, k: number): number {
  return k < BLOCK ? block * BLOCK + k : OVERFLOW + block * CHANGES_MAX + k;
}

export function replacementSecondsMean({ replacementPerYear }: Scenario['changes']): number {
  return YEAR / replacementPerYear;
}

/** Changes of supplier, dormancy and payment mode in mid-history, as events of the installation at hand. */
export class Changes {
  /** Whether any installation changes at all. */
  readonly any: boolean;
  private readonly rates: Scenario['changes'];
  private readonly stream: Stream;
  private readonly horizon: number;
  readonly replacementDraw: FirstDraw;

  constructor(rates: Scenario['changes'], stream: Stream, horizon: number) {
    this.rates = rates;
    this.stream = stream;
    this.replacementDraw = new FirstDraw(stream, BLOCKS.replacement * BLOCK);
    this.horizon = horizon;
    this.any =
      rates.supplierPerYear > 0 ||
      rates.dormantToActivePerYear > 0 ||
      rates.activeToDormantPerYear > 0 ||
      rates.paymentModePerYear > 0;
  }

  get replaces(): boolean {
    return this.rates.replacementPerYear > 0;
  }

  /** Draws the replacement of the installations that come next. */
  ahead(from: number, count: number): void {
    if (this.replaces) this.replacementDraw.ahead(from, count);
  }

  /** Strikes out those of the installations drawn ahead who may have been replaced by `at`. */
  sift(start: number, count: number, at: Float64Array): void {
    const mean = replacementSecondsMean(this.rates);
    const { first: a } = this.replacementDraw;
    for (let i = 0; i < count; i += 1) {
      if (start + mean * (1 - uniform(a[i] as number)) <= (at[i] as number)) at[i] = FOREVER;
    }
  }

  /** Instant of a replacement outside the migration, or FOREVER. */
  replacedAt(entity: number, start: number): number {
    if (!this.replaces) return FOREVER;
    this.replacementDraw.take(entity);
    return start - replacementSecondsMean(this.rates) * Math.log(first());
  }

  /** Adds the installation's changes from `start` to the horizon to its queue. */
  draw(entity: number, start: number, attributes: Attributes, queue: EventQueue): void {
    const { supplierPerYear, dormantToActivePerYear, activeToDormantPerYear, paymentModePerYear } = this.rates;
    if (supplierPerYear > 0) {
      this.suppliers(entity, start, BLOCKS.electricitySupplier, EVENT['electricity-supplier'], attributes, queue);
      if (attributes.hasGsme) {
        this.suppliers(entity, start, BLOCKS.gasSupplier, EVENT['gas-supplier'], attributes, queue);
      }
    }
    const dormancy = [activeToDormantPerYear, dormantToActivePerYear] as const;
    const payment = [paymentModePerYear, paymentModePerYear] as const;
    this.toggles(entity, start, BLOCKS.esmeDormant, EVENT['esme-dormant'], attributes.esmeDormant, dormancy, queue);
    this.toggles(
      entity,
      start,
      BLOCKS.electricityPayment,
      EVENT['electricity-payment-mode'],
      attributes.electricityCredit,
      payment,
      queue,
    );
    if (!attributes.hasGsme) return;
    this.toggles(entity, start, BLOCKS.gsmeDormant, EVENT['gsme-dormant'], attributes.gsmeDormant, dormancy, queue);
    this.toggles(entity, start, BLOCKS.gasPayment, EVENT['gas-payment-mode'], attributes.gasCredit, payment, queue);
  }

  private suppliers(
    entity: number,
    start: number,
    block: number,
    event: number,
    attributes: Attributes,
    queue: EventQueue,
  ): void {
    let at = start;
    for (let k = 0; ; k += 1) {
      assert(k < CHANGES_MAX, 'one meter has at most 30 changes of a kind');
      this.stream.draw(entity, indexOf(block, k));
      at -= (YEAR / this.rates.supplierPerYear) * Math.log(first());
      if (at > this.horizon) return;
      queue.add(Math.floor(at), event, attributes.supplier(second()));
    }
  }

  /** A two-state process: `rates[0]` leads from 0 to 1, `rates[1]` from 1 to 0. */
  private toggles(
    entity: number,
    start: number,
    block: number,
    event: number,
    initially: boolean,
    rates: readonly [number, number],
    queue: EventQueue,
  ): void {
    let at = start;
    let state = initially;
    for (let k = 0; ; k += 1) {
      assert(k < CHANGES_MAX, 'one meter has at most 30 changes of a kind');
      const rate = state ? rates[1] : rates[0];
      if (rate === 0) return;
      at -= (YEAR / rate) * Math.log(this.stream.uniform(entity, indexOf(block, k)));
      if (at > this.horizon) return;
      state = !state;
      queue.add(Math.floor(at), event, state ? 1 : 0);
    }
  }
}
