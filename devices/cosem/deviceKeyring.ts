/**
 * The persisted keys and counters of a device, and the journalled install of new keys, which installs all keys or none
 * whenever the power fails. Green Book 9.2.3.3.7.3: when a key is established its counters start anew. The key is
 * written before its counter is reset, because the other order would use an old key with old counters again.
 */
import { createHash } from 'node:crypto';
import { type Decoded, bad, fromHex, good, toHex } from '../dlms/encoding/bytes.ts';
import { KEY_BYTES } from '../dlms/security/ciphering.ts';
import { unwrapKey } from '../dlms/security/keyWrap.ts';
import type { KeyringMemory } from './keyringMemory.ts';

/** key_id of class 64's global_key_transfer, in numerical order. */
export const KEY_NAMES = ['guek', 'gbek', 'gak', 'kek'] as const;
export type KeyName = (typeof KEY_NAMES)[number];

/** The keys of security suite 0, 16 bytes each. */
export type KeySet = Readonly<Record<KeyName, Uint8Array>>;

/** A key as it arrived, still wrapped. */
export interface WrappedKey {
  readonly keyId: number;
  readonly wrapped: Uint8Array;
}

/** A key unwrapped and named, not yet installed. */
export interface NewKey {
  readonly name: KeyName;
  readonly key: Uint8Array;
}

/** Called after each numbered step. True cuts the power there. The world decides, and the store obeys. */
export type PowerCut = (point: number, step: string) => boolean;

/** The counters that belong to one GUEK. */
interface Counters {
  readonly send: number;
  readonly accepted: ReadonlyMap<string, number> | undefined;
}

interface Journal {
  readonly items: readonly NewKey[];
  readonly committed: boolean;
  /** The fingerprints of the old and the new GUEK, and the counters of the old one. */
  readonly change: { readonly from: string; readonly to: string; readonly counters: Counters } | undefined;
}

/** Counters start at 1: clients refuse a first counter that is not above their stored 0. */
const FIRST_COUNTER = 1;
const COUNTER_MAX = 0xffffffff;
/**
 * Most system titles that are remembered. A device meets two or three in its life; laboratory clients may have a new
 * one in each run.
 */
const TITLES_MAX = 4096;
/** Number of retired GUEKs whose counters are remembered. */
const RETIRED_MAX = 16;

function fingerprint(key: Uint8Array): string {
  return createHash('sha256').update(key).digest('base64');
}

/** Names the numbered points of an install, in order, counted from 1. */
export function installSteps(items: readonly NewKey[]): readonly string[] {
  const writes = items.map((item) => `write ${item.name}`);
  return ['journal prepared', 'journal committed', ...writes, 'counters reset', 'journal cleared'];
}

/** The state that survives a power cut. It has no text form, because it holds secrets. */
export class Keyring {
  #keys: KeySet;
  #journal: Journal | undefined;
  private sendCounter = FIRST_COUNTER;
  private accepted: Map<string, number> | undefined;
  private retired: Map<string, Counters> | undefined;

  constructor(keys: KeySet) {
    for (const name of KEY_NAMES) {
      if (keys[name].length !== KEY_BYTES) throw new Error(`Keyring: ${name} of ${KEY_BYTES} bytes expected`);
    }
    this.#keys = keys;
  }

  get keys(): KeySet {
    return this.#keys;
  }

  toJSON(): string {
    return '[keys]';
  }

  /** Returns the next sending counter above `above`; undefined if all are used. */
  reserveCounter(above = -1): number | undefined {
    const counter = Math.max(this.sendCounter, above + 1);
    if (counter > COUNTER_MAX) return undefined;
    this.sendCounter = counter + 1;
    return counter;
  }

  /** The counter that {@link reserveCounter} would give. */
  get nextCounter(): number {
    return this.sendCounter;
  }

  /** Moves the sending counter forward, never back: for replaying recorded sessions and for provisioning. */
  skipCounterTo(counter: number): void {
    if (counter < this.sendCounter) throw new Error('Keyring: a sending counter never goes back');
    this.sendCounter = counter;
  }

  /** The last counter accepted from a system title (hex), -1 for none. */
  acceptedCounter(title: string): number {
    return this.accepted?.get(title) ?? -1;
  }

  /** The highest counter accepted from anybody under the present key: what a head-end reads to resynchronise. */
  get highestAccepted(): number {
    let highest = -1;
    for (const counter of this.accepted?.values() ?? []) highest = Math.max(highest, counter);
    return highest;
  }

  acceptCounter(title: string, counter: number): boolean {
    this.accepted ??= new Map();
    if (!this.accepted.has(title) && this.accepted.size >= TITLES_MAX) return false;
    this.accepted.set(title, counter);
    return true;
  }

  /** Unwraps all items or none: any failure refuses the whole call. Changes nothing. */
  unwrapAll(items: readonly WrappedKey[]): Decoded<readonly NewKey[]> {
    const fresh: NewKey[] = [];
    if (items.length === 0) return bad('no key');
    for (const { keyId, wrapped } of items) {
      const name = KEY_NAMES[keyId];
      if (name === undefined) return bad('unknown key_id');
      if (fresh.some((other) => other.name === name)) return bad('key_id twice');
      if (wrapped.length !== KEY_BYTES + 8) return bad('unwrap-failed');
      const key = unwrapKey(this.#keys.kek, wrapped);
      if (!key.ok) return key;
      fresh.push({ name, key: key.value });
    }
    return good(fresh);
  }

  /** Installs all items through the journal. Returns `cut` if the power failed at a numbered point. */
  install(items: readonly NewKey[], powerCut: PowerCut | undefined): 'installed' | 'cut' {
    const steps = installSteps(items);
    let point = 0;
    const isCut = (): boolean => {
      point++;
      return powerCut?.(point, steps[point - 1]!) ?? false;
    };
    const change = this.changeOfGuek(items);
    this.#journal = { items, committed: false, change };
    if (isCut()) return 'cut';
    const journal = { items, committed: true, change };
    this.#journal = journal;
    if (isCut()) return 'cut';
    return this.apply(journal, isCut);
  }

  /** Only encryption keys have counters. A different key restarts them; the same key keeps them. */
  private changeOfGuek(items: readonly NewKey[]): Journal['change'] {
    const guek = items.find((item) => item.name === 'guek')?.key;
    const [from, to] = [fingerprint(this.#keys.guek), guek && fingerprint(guek)];
    if (to === undefined || to === from) return undefined;
    return { from, to, counters: { send: this.sendCounter, accepted: this.accepted && new Map(this.accepted) } };
  }

  /** Writing is repeatable: after a cut the committed journal is applied again from its start. */
  private apply({ items, change }: Journal, isCut: () => boolean): 'installed' | 'cut' {
    for (const { name, key } of items) {
      this.#keys = { ...this.#keys, [name]: key };
      if (isCut()) return 'cut';
    }
    if (change) this.startCounters(change);
    if (isCut()) return 'cut';
    this.#journal = undefined;
    return isCut() ? 'cut' : 'installed';
  }

  /** A key that returns keeps its former counters; otherwise its old messages could be replayed. */
  private startCounters({ from, to, counters }: NonNullable<Journal['change']>): void {
    this.retired ??= new Map();
    this.retired.set(from, counters);
    const before = this.retired.get(to);
    this.sendCounter = before?.send ?? FIRST_COUNTER;
    this.accepted = before?.accepted && new Map(before.accepted);
    for (const oldest of this.retired.keys()) {
      if (this.retired.size <= RETIRED_MAX) break;
      this.retired.delete(oldest);
    }
  }

  /** Returns the state that survives a restart of the process. As after a power cut, no install is half done. */
  memory(): KeyringMemory {
    if (this.#journal) {
      const recovered = this.copy();
      recovered.recover();
      return recovered.memory();
    }
    const hexOf = (name: KeyName): string => toHex(this.#keys[name]);
    return {
      keys: { guek: hexOf('guek'), gbek: hexOf('gbek'), gak: hexOf('gak'), kek: hexOf('kek') },
      send: this.sendCounter,
      accepted: [...(this.accepted ?? [])],
      retired: [...(this.retired ?? [])].map(([key, { send, accepted }]) => ({
        key,
        send,
        accepted: [...(accepted ?? [])],
      })),
    };
  }

  /** Takes over keys and counters of an earlier process. */
  restore({ keys, send, accepted, retired }: KeyringMemory): void {
    const { guek, gbek, gak, kek } = keys;
    this.#keys = { guek: fromHex(guek), gbek: fromHex(gbek), gak: fromHex(gak), kek: fromHex(kek) };
    this.sendCounter = send;
    this.accepted = new Map(accepted);
    this.retired = new Map(retired.map((one) => [one.key, { send: one.send, accepted: new Map(one.accepted) }]));
  }

  private copy(): Keyring {
    const copy = new Keyring(this.#keys);
    copy.#journal = this.#journal;
    copy.sendCounter = this.sendCounter;
    copy.accepted = this.accepted && new Map(this.accepted);
    copy.retired = this.retired && new Map(this.retired);
    return copy;
  }

  /** Power is back: an uncommitted journal is dropped (all old), a committed one is finished (all new). */
  recover(): void {
    const journal = this.#journal;
    if (journal?.committed) this.apply(journal, () => false);
    this.#journal = undefined;
  }
}
