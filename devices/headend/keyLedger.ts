/**
 * What a head-end has on record of one device's keys: every key with its state, how each rotation stands, and the counters
 * used under each GUEK. It is what survives a crash of the head-end. Key bytes stay in here and in the client that uses them;
 * the ledger has no text form.
 */
import { assert } from '../../src/assert.ts';
import { ledgerAfter, type LedgerState } from '../../src/keys/keyring.ts';
import {
  candidatePairs,
  ROTATION_ORDER,
  rotationAfter,
  type Pair,
  type RotatedType,
  type RotationEvent,
  type RotationState,
} from '../../src/keys/rotation.ts';
import { KEY_BYTES } from '../dlms/ciphering.ts';
import type { SuiteKeys } from '../dlms/logicalDevice.ts';

/** A key on record, as others may see it: everything but the key. */
export interface LedgerRow {
  readonly id: number;
  readonly type: RotatedType;
  readonly state: LedgerState;
}

interface Row {
  readonly id: number;
  readonly type: RotatedType;
  state: LedgerState;
  readonly key: Uint8Array;
  /** Next counter to send under it, and the last seen from the device; of a GUEK. */
  nextCounter: number;
  serverCounter: number;
}

const FIRST_COUNTER = 1;
const COUNTER_MAX = 0xffffffff;
/**
 * How far an exception may raise a counter. It comes in clear, so anybody can send one: without a bound a forged one would
 * use up all counters of the key.
 */
const RAISE_MAX = 1_000_000;
/** A device is rotated a few times in its life; the rows of the past are an audit trail. */
const ROWS_MAX = 10_000;

export class KeyLedger {
  #rows: Row[] = [];
  #masterKey: Uint8Array | undefined;
  private readonly states: Record<RotatedType, RotationState> = { gak: 'settled', guek: 'settled' };
  private pending = new Set<RotatedType>();
  private sentThisRound = new Set<RotatedType>();
  private inFlight = false;
  private title: Uint8Array | undefined;

  constructor(keys: SuiteKeys, masterKey?: Uint8Array) {
    for (const type of ROTATION_ORDER) {
      assert(keys[type].length === KEY_BYTES, `KeyLedger: ${type} of ${KEY_BYTES} bytes expected`);
      this.add(type, keys[type]).state = 'ACTIVE';
    }
    this.#masterKey = masterKey;
  }

  toJSON(): string {
    return '[keys]';
  }

  /** The KEK as the head-end has it: undefined while it is missing. It may be wrong; only the device can tell. */
  get masterKey(): Uint8Array | undefined {
    return this.#masterKey;
  }

  obtainMasterKey(key: Uint8Array | undefined): void {
    this.#masterKey = key;
  }

  get rows(): readonly LedgerRow[] {
    return this.#rows.map(({ id, type, state }) => ({ id, type, state }));
  }

  rotation(type: RotatedType): RotationState {
    return this.states[type];
  }

  /** Types that the present round has yet to replace. */
  get outstanding(): readonly RotatedType[] {
    return ROTATION_ORDER.filter((type) => this.pending.has(type));
  }

  /** A round replaces both keys. One that was interrupted is taken up again, not begun anew. */
  beginRound(options: { readonly anew?: boolean } = {}): void {
    if (this.pending.size > 0 && !options.anew) return;
    this.pending = new Set(ROTATION_ORDER);
    this.sentThisRound = new Set();
  }

  /** One rotation in flight per device: false while another holds it. */
  lock(): boolean {
    if (this.inFlight) return false;
    this.inFlight = true;
    return true;
  }

  unlock(): void {
    this.inFlight = false;
  }

  /** The pairs of keys that may be live, likeliest first. */
  candidates(): readonly Pair[] {
    return candidatePairs(this.states);
  }

  keys(pair: Pair): SuiteKeys {
    return { guek: this.of('guek', pair.guek).key, gak: this.of('gak', pair.gak).key };
  }

  /** The key to send for a type: the one on record that the device never got, or a fresh one, stored before it is sent. */
  keyToSend(type: RotatedType, make: () => Uint8Array): Uint8Array {
    if (this.states[type] === 'settled') {
      const key = make();
      assert(key.length === KEY_BYTES, `a key of ${KEY_BYTES} bytes expected`);
      this.note(type, 'store');
      this.add(type, key);
    }
    return this.of(type, 'new').key;
  }

  /** Something became known, or was done, about the rotation of a type. */
  note(type: RotatedType, event: Exclude<RotationEvent, 'provedNew' | 'provedOld'>): void {
    this.states[type] = rotationAfter(this.states[type], event);
    if (event === 'send') this.sentThisRound.add(type);
    if (event === 'refused') this.move(this.of(type, 'new'), 'refused');
  }

  /** An association under this pair succeeded: doubt ends, and only now may an old key expire. */
  proved(pair: Pair): void {
    for (const type of ROTATION_ORDER) {
      const isNew = pair[type] === 'new';
      const [fresh, active] = [this.find(type, 'NEW'), this.of(type, 'active')];
      this.states[type] = rotationAfter(this.states[type], isNew ? 'provedNew' : 'provedOld');
      if (!isNew) continue;
      assert(fresh !== undefined, 'a new key that is live is on record');
      this.move(active, 'superseded');
      this.move(fresh, 'proved');
      if (this.sentThisRound.has(type)) this.pending.delete(type);
    }
  }

  /** The next counter under a pair's GUEK, written down before it is used; undefined when they are used up. */
  reserveCounter(pair: Pair): number | undefined {
    const row = this.of('guek', pair.guek);
    return row.nextCounter > COUNTER_MAX ? undefined : row.nextCounter++;
  }

  /**
   * The device expects a higher counter than was sent. Ours is never lowered, and raised within bounds only; true where it now
   * stands at what is expected, be it that it had come there by itself.
   */
  raiseCounter(pair: Pair, expected: number): boolean {
    const row = this.of('guek', pair.guek);
    if (expected < row.nextCounter || expected - row.nextCounter > RAISE_MAX) return false;
    row.nextCounter = expected;
    return true;
  }

  /** The device's system title, as the last association that succeeded told it. */
  get deviceTitle(): Uint8Array | undefined {
    return this.title;
  }

  noteDeviceTitle(title: Uint8Array | undefined): void {
    this.title = title?.slice() ?? this.title;
  }

  serverCounter(pair: Pair): number {
    return this.of('guek', pair.guek).serverCounter;
  }

  noteServerCounter(pair: Pair, counter: number): void {
    const row = this.of('guek', pair.guek);
    row.serverCounter = Math.max(row.serverCounter, counter);
  }

  private of(type: RotatedType, which: 'active' | 'new'): Row {
    const row = this.find(type, which === 'new' ? 'NEW' : 'ACTIVE');
    assert(row !== undefined, `the ledger has no ${which} ${type}`);
    return row;
  }

  private find(type: RotatedType, state: LedgerState): Row | undefined {
    return this.#rows.findLast((row) => row.type === type && row.state === state);
  }

  private move(row: Row, event: Parameters<typeof ledgerAfter>[1]): void {
    row.state = ledgerAfter(row.state, event);
  }

  private add(type: RotatedType, key: Uint8Array): Row {
    assert(this.#rows.length < ROWS_MAX, `a ledger holds at most ${ROWS_MAX} keys`);
    const row: Row = {
      id: this.#rows.length,
      type,
      state: 'NEW',
      key: new Uint8Array(key),
      nextCounter: FIRST_COUNTER,
      serverCounter: -1,
    };
    this.#rows.push(row);
    return row;
  }
}
