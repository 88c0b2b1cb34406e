/**
 * Changes in mid-history. The file belongs to the subset of TypeScript that is also compiled to WebAssembly
 * (sim/kernel/README.md).
 */
import { assert } from '../../../src/assert.ts';
import {
  ELECTRICITY_PAYMENT_MODE,
  ELECTRICITY_SUPPLIER,
  ESME_DORMANT,
  GAS_PAYMENT_MODE,
  GAS_SUPPLIER,
  GSME_DORMANT,
} from '../../../src/exclusion/engine/engineCodes.ts';
import { DAY, type Instant } from '../../../src/londonTime.ts';
import type { f64, i32 } from '../../../src/numbers.ts';
import type { Attributes } from '../../population/attributes.ts';
import { FOREVER } from '../../world/alternating.ts';
import { first, second, type Stream } from '../../world/dice/draws.ts';
import type { ChangeRates } from '../model/lifePlan.ts';
import type { EventQueue } from './eventQueue.ts';

const YEAR: f64 = 365.25 * DAY;
/** Changes of one kind on one meter: a checked scenario expects so few that no installation comes near. */
const CHANGES_MAX: i32 = 30;
const BLOCK: i32 = 16;
/** Where the draws stand for which a block has no room. */
const OVERFLOW: i32 = 1024;

/** Index blocks of the change stream. */
const ELECTRICITY_SUPPLIERS: i32 = 0;
const GAS_SUPPLIERS: i32 = 1;
const ESME_DORMANCY: i32 = 2;
const GSME_DORMANCY: i32 = 3;
const ELECTRICITY_PAYMENT: i32 = 4;
const GAS_PAYMENT: i32 = 5;
const REPLACEMENT: i32 = 6;

function indexOf(block: i32, k: i32): i32 {
  return k < BLOCK ? block * BLOCK + k : OVERFLOW + block * CHANGES_MAX + k;
}

/** Changes of supplier, dormancy and payment mode, as events of the installation at hand; and its replacement. */
export class Changes {
  /** Whether any installation changes at all. */
  readonly any: boolean;
  private readonly rates: ChangeRates;
  private readonly stream: Stream;
  private readonly horizon: Instant;

  constructor(rates: ChangeRates, stream: Stream, horizon: Instant) {
    this.rates = rates;
    this.stream = stream;
    this.horizon = horizon;
    this.any = rates.supplier > 0 || rates.dormantToActive > 0 || rates.activeToDormant > 0 || rates.paymentMode > 0;
  }

  /** Instant of a replacement outside the migration. FOREVER: not before `knownUntil`. */
  replacedAt(entity: i32, start: Instant, knownUntil: Instant): Instant {
    const rate = this.rates.replacement;
    if (rate === 0) return FOREVER;
    const u = this.stream.uniform(entity, REPLACEMENT * BLOCK);
    const mean = YEAR / rate;
    return start + mean * (1 - u) > knownUntil ? FOREVER : start - mean * Math.log(u);
  }

  /** Adds the installation's changes from `start` to the horizon to its queue. */
  draw(entity: i32, start: Instant, attributes: Attributes, queue: EventQueue): void {
    const hasGsme = attributes.hasGsme;
    if (this.rates.supplier > 0) {
      this.suppliers(entity, start, ELECTRICITY_SUPPLIERS, ELECTRICITY_SUPPLIER, attributes, queue);
      if (hasGsme) this.suppliers(entity, start, GAS_SUPPLIERS, GAS_SUPPLIER, attributes, queue);
    }
    const wakes = this.rates.dormantToActive;
    const sleeps = this.rates.activeToDormant;
    const changes = this.rates.paymentMode;
    this.toggles(entity, start, ESME_DORMANCY, ESME_DORMANT, attributes.esmeDormant, sleeps, wakes, queue);
    const credit = attributes.electricityCredit;
    this.toggles(entity, start, ELECTRICITY_PAYMENT, ELECTRICITY_PAYMENT_MODE, credit, changes, changes, queue);
    if (!hasGsme) return;
    this.toggles(entity, start, GSME_DORMANCY, GSME_DORMANT, attributes.gsmeDormant, sleeps, wakes, queue);
    this.toggles(entity, start, GAS_PAYMENT, GAS_PAYMENT_MODE, attributes.gasCredit, changes, changes, queue);
  }

  private suppliers(
    entity: i32,
    start: Instant,
    block: i32,
    event: i32,
    attributes: Attributes,
    queue: EventQueue,
  ): void {
    const mean = YEAR / this.rates.supplier;
    let at = start;
    for (let k: i32 = 0; ; k += 1) {
      assert(k < CHANGES_MAX, 'one meter has at most 30 changes of a kind');
      this.stream.draw(entity, indexOf(block, k));
      const u = first();
      if (at + mean * (1 - u) > this.horizon) return;
      const next = second();
      at -= mean * Math.log(u);
      if (at > this.horizon) return;
      queue.add(Math.floor(at), event, attributes.supplier(next), 0);
    }
  }

  /** A two-state process: `toOn` is the rate from 0 to 1, `toOff` from 1 to 0. */
  private toggles(
    entity: i32,
    start: Instant,
    block: i32,
    event: i32,
    initially: boolean,
    toOn: f64,
    toOff: f64,
    queue: EventQueue,
  ): void {
    let at = start;
    let state = initially;
    for (let k: i32 = 0; ; k += 1) {
      assert(k < CHANGES_MAX, 'one meter has at most 30 changes of a kind');
      const rate = state ? toOff : toOn;
      if (rate === 0) return;
      const mean = YEAR / rate;
      const u = this.stream.uniform(entity, indexOf(block, k));
      if (at + mean * (1 - u) > this.horizon) return;
      at -= mean * Math.log(u);
      if (at > this.horizon) return;
      state = !state;
      queue.add(Math.floor(at), event, state ? 1 : 0, 0);
    }
  }
}
