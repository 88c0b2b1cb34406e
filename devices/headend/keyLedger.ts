/**
 * A head-end's record of one device's keys: every key with its state, the state of each rotation, and the counters used under
 * each GUEK. It survives a crash of the head-end. Key bytes stay in here and in the client that uses them; the ledger has no
 * text form.
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
import { fromHex, toHex } from '../dlms/encoding/bytes.ts';
import { KEY_BYTES, type SuiteKeys } from '../dlms/security/ciphering.ts';
import type { LedgerMemory, OnLedger } from './ledgerMemory.ts';

/** A recorded key without its bytes, as others may see it. */
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
  /** For a GUEK: the next counter to send under it, and the last one seen from the device. */
  nextCounter: number;
  serverCounter: number;
  /** Counters below this one are on record as used. A restart goes on from here. */
  reservedUntil: number;
}

const FIRST_COUNTER = 1;
const COUNTER_MAX = 0xffffffff;
/**
 * One unprotected claim raises a counter by at most this much. Anybody on the way can forge such a claim, and without a
 * bound it would use up all counters of the key. Our choice.
 */
export const RAISE_MAX = 1_000_000;
/** Counters that a confirmed claim leaves unused, so that the key can still be rotated. Our choice. */
const SPARED = 1_000_000;
/** Upper bound of the keys on record. A device is rotated a few times in its life. */
const ROWS_MAX = 10_000;
/** Counters are put on record in blocks. A restart skips the rest of a block, so no counter is used twice. */
const COUNTER_BLOCK = 64;

/** A head-end's book of one device: its keys, new ones that may already be in force, and its invocation counters. */
export class KeyLedger {
  #rows: Row[] = [];
  #masterKey: Uint8Array | undefined;
  private readonly states: Record<RotatedType, RotationState> = { gak: 'settled', guek: 'settled' };
  private pending = new Set<RotatedType>();
  private sentThisRound = new Set<RotatedType>();
  private inFlight = false;
  private title: Uint8Array | undefined;
  /** Called with each change. Set if the ledger outlives the process. */
  onChange: OnLedger | undefined;

  constructor(keys: SuiteKeys, masterKey?: Uint8Array) {
    for (const type of ROTATION_ORDER) {
      assert(keys[type].length === KEY_BYTES, `KeyLedger: ${type} of ${KEY_BYTES} bytes expected`);
      this.add(type, keys[type]).state = 'ACTIVE';
    }
    this.#masterKey = masterKey;
  }

  /** Restores a ledger from its memory, for a head-end that starts again. */
  static restored(memory: LedgerMemory, masterKey?: Uint8Array): KeyLedger {
    const keys = Object.fromEntries(
      ROTATION_ORDER.map((type) => {
        const active = memory.rows.find((row) => row.type === type && row.state === 'ACTIVE');
        assert(active !== undefined, `KeyLedger: an active ${type} expected`);
        return [type, fromHex(active.key)];
      }),
    ) as unknown as SuiteKeys;
    const ledger = new KeyLedger(keys, masterKey);
    ledger.#rows = [];
    for (const { type, state, key, nextCounter, serverCounter } of memory.rows) {
      Object.assign(ledger.add(type, fromHex(key)), { state, nextCounter, serverCounter, reservedUntil: nextCounter });
    }
    Object.assign(ledger.states, memory.rotation);
    ledger.pending = new Set(memory.pending);
    ledger.sentThisRound = new Set(memory.sentThisRound);
    return ledger;
  }

  private memory(): LedgerMemory {
    return {
      rows: this.#rows.map(({ type, state, key, reservedUntil, serverCounter }) => ({
        type,
        state,
        key: toHex(key),
        nextCounter: reservedUntil,
        serverCounter,
      })),
      rotation: { ...this.states },
      pending: [...this.pending],
      sentThisRound: [...this.sentThisRound],
    };
  }

  private changed(): void {
    this.onChange?.(() => this.memory());
  }

  toJSON(): string {
    return '[keys]';
  }

  /** The head-end's KEK; undefined while it is missing. It may be wrong, and only the device can tell. */
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

  /** Types that the present round still has to replace. */
  get outstanding(): readonly RotatedType[] {
    return ROTATION_ORDER.filter((type) => this.pending.has(type));
  }

  /** Begins a round, which replaces both keys. An interrupted round goes on instead, unless `anew` is set. */
  beginRound(options: { readonly anew?: boolean } = {}): void {
    if (this.pending.size > 0 && !options.anew) return;
    this.pending = new Set(ROTATION_ORDER);
    this.sentThisRound = new Set();
    this.changed();
  }

  /** Takes the device for one rotation. False while another rotation has it. */
  lock(): boolean {
    if (this.inFlight) return false;
    this.inFlight = true;
    return true;
  }

  unlock(): void {
    this.inFlight = false;
  }

  /** The pairs of keys that may be live, the likeliest first. */
  candidates(): readonly Pair[] {
    return candidatePairs(this.states);
  }

  keys(pair: Pair): SuiteKeys {
    return { guek: this.of('guek', pair.guek).key, gak: this.of('gak', pair.gak).key };
  }

  /** The key to send: the one on record that the device never got, or a fresh one, stored before it is sent. */
  keyToSend(type: RotatedType, make: () => Uint8Array): Uint8Array {
    if (this.states[type] === 'settled') {
      const key = make();
      assert(key.length === KEY_BYTES, `a key of ${KEY_BYTES} bytes expected`);
      this.add(type, key);
      this.note(type, 'store');
    }
    return this.of(type, 'new').key;
  }

  /** Records an event in the rotation of a type. */
  note(type: RotatedType, event: Exclude<RotationEvent, 'provedNew' | 'provedOld'>): void {
    this.states[type] = rotationAfter(this.states[type], event);
    if (event === 'send') this.sentThisRound.add(type);
    if (event === 'refused') this.move(this.of(type, 'new'), 'refused');
    this.changed();
  }

  /** Records that an association under this pair succeeded. This ends the doubt; an old key may expire only now. */
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
    this.changed();
  }

  /** Returns the next counter under a pair's GUEK after recording it; undefined if none is left. */
  reserveCounter(pair: Pair): number | undefined {
    const row = this.of('guek', pair.guek);
    if (row.nextCounter > COUNTER_MAX) return undefined;
    const counter = row.nextCounter++;
    if (counter < row.reservedUntil) return counter;
    row.reservedUntil = counter + COUNTER_BLOCK;
    this.changed();
    return counter;
  }

  /** The counter that the next message under a pair's GUEK takes. */
  nextCounter(pair: Pair): number {
    return this.of('guek', pair.guek).nextCounter;
  }

  /**
   * Raises the counter to what the device expects, and puts it on record. Never lowers it. Returns true if the counter now
   * equals `expected`, also if it did before. One claim in clear raises it by at most {@link RAISE_MAX}; a claim that is
   * confirmed by another way may raise it further, and always leaves counters for a rotation.
   */
  raiseCounter(pair: Pair, expected: number, claim: { readonly isConfirmed?: boolean } = {}): boolean {
    const row = this.of('guek', pair.guek);
    const most = claim.isConfirmed ? COUNTER_MAX - SPARED : row.nextCounter + RAISE_MAX;
    if (expected < row.nextCounter || expected > most) return false;
    this.moveCounter(row, expected);
    return true;
  }

  /**
   * Starts the counter of the current key at `start`, which the owner gives. Does nothing if the counter is already
   * there.
   */
  startCounter(start: number): void {
    const row = this.of('guek', 'active');
    if (start > row.nextCounter) this.moveCounter(row, start);
  }

  private moveCounter(row: Row, to: number): void {
    row.nextCounter = to;
    row.reservedUntil = Math.max(row.reservedUntil, to);
    this.changed();
  }

  /** The device's system title, from the last association that succeeded. */
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
    if (counter <= row.serverCounter) return;
    row.serverCounter = counter;
    this.changed();
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
      reservedUntil: FIRST_COUNTER,
    };
    this.#rows.push(row);
    return row;
  }
}
