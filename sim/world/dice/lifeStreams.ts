/**
 * The streams that a life draws from, all turned to the population at hand. The file belongs to the subset of TypeScript that
 * is also compiled to WebAssembly (sim/kernel/README.md).
 */
import type { i32 } from '../../../src/numbers.ts';
import { Stream, type SeedWords } from './draws.ts';
import {
  STREAM_ATTRIBUTES,
  STREAM_CHANGES,
  STREAM_FAULTS,
  STREAM_HAN,
  STREAM_HAN_DEATH,
  STREAM_HAN_DRIFT,
  STREAM_HAN_MARGIN,
  STREAM_MASTER_KEY,
  STREAM_SUPPLIER_INSTRUCTION,
  STREAM_WAKE_UP,
  STREAM_WAN,
  STREAM_WAN_DEATH,
} from './streamCodes.ts';

export class LifeStreams {
  readonly attributes: Stream;
  readonly wan: Stream;
  readonly wanDeath: Stream;
  readonly wakeUp: Stream;
  readonly han: Stream;
  readonly hanMargin: Stream;
  readonly hanDrift: Stream;
  readonly hanDeath: Stream;
  readonly faults: Stream;
  readonly masterKey: Stream;
  readonly changes: Stream;
  readonly supplierInstruction: Stream;

  /** Streams of a replication for one life: `turnTo` changes them for everybody who holds them. */
  constructor(seed: SeedWords, replication: i32) {
    this.attributes = new Stream(seed, replication, STREAM_ATTRIBUTES);
    this.wan = new Stream(seed, replication, STREAM_WAN);
    this.wanDeath = new Stream(seed, replication, STREAM_WAN_DEATH);
    this.wakeUp = new Stream(seed, replication, STREAM_WAKE_UP);
    this.han = new Stream(seed, replication, STREAM_HAN);
    this.hanMargin = new Stream(seed, replication, STREAM_HAN_MARGIN);
    this.hanDrift = new Stream(seed, replication, STREAM_HAN_DRIFT);
    this.hanDeath = new Stream(seed, replication, STREAM_HAN_DEATH);
    this.faults = new Stream(seed, replication, STREAM_FAULTS);
    this.masterKey = new Stream(seed, replication, STREAM_MASTER_KEY);
    this.changes = new Stream(seed, replication, STREAM_CHANGES);
    this.supplierInstruction = new Stream(seed, replication, STREAM_SUPPLIER_INSTRUCTION);
  }

  /** From now on all draws are those of one population (see `Stream.turnTo`). */
  turnTo(address: SeedWords, first: i32): void {
    this.attributes.turnTo(address, first);
    this.wan.turnTo(address, first);
    this.wanDeath.turnTo(address, first);
    this.wakeUp.turnTo(address, first);
    this.han.turnTo(address, first);
    this.hanMargin.turnTo(address, first);
    this.hanDrift.turnTo(address, first);
    this.hanDeath.turnTo(address, first);
    this.faults.turnTo(address, first);
    this.masterKey.turnTo(address, first);
    this.changes.turnTo(address, first);
    this.supplierInstruction.turnTo(address, first);
  }
}
