/**
 * Reads recorded wrapper frames with every key that ever existed. It lists each use of a nonce (key, system title,
 * counter), including the GMACs inside HLS. It is independent of the counters of the head-end and the device.
 */
import { decodeAare, decodeAarq, decodeRelease } from '../../../devices/dlms/apdu/acse.ts';
import { toHex } from '../../../devices/dlms/encoding/bytes.ts';
import { isCiphered, open, readCiphered, type SuiteKeys } from '../../../devices/dlms/security/ciphering.ts';
import { decodeInitiateRequest } from '../../../devices/dlms/apdu/initiate.ts';
import type { Direction } from '../../../devices/transport/framePolicy.ts';

export interface Frame {
  readonly direction: Direction;
  readonly bytes: Uint8Array;
}

export interface NonceUse {
  readonly nonce: string;
  readonly what: string;
}

export interface Opened {
  readonly frame: number;
  readonly direction: Frame['direction'];
  /** The keys of the use. A dedicated key is attributed to the GUEK under which it was agreed. */
  readonly keys: SuiteKeys;
  readonly plain: Uint8Array;
}

/** All frames that can be opened, with the keys that opened them. */
export function openAll(
  frames: readonly Frame[],
  known: readonly SuiteKeys[],
): { readonly opened: readonly Opened[]; readonly uses: readonly NonceUse[]; readonly unopened: number } {
  const opened: Opened[] = [];
  const uses: NonceUse[] = [];
  let unopened = 0;
  const titles: { c2s?: Uint8Array; s2c?: Uint8Array } = {};
  const dedicated: SuiteKeys[] = [];
  for (const [frame, { direction, bytes }] of frames.entries()) {
    const apdu = bytes.subarray(8);
    const ciphered = cipheredPart(apdu, titles);
    if (!ciphered) continue;
    const header = readCiphered(ciphered);
    const title = header.ok && header.value.systemTitle.length === 8 ? header.value.systemTitle : titles[direction];
    if (!header.ok || !title) continue;
    const { family, control, counter, body } = header.value;
    const isDedicated = family === 'ded' || family === 'generalDed';
    const hit = openedWith(isDedicated ? dedicated : known, (keys) =>
      open({ control, encryptionKey: keys.guek, authenticationKey: keys.gak, systemTitle: title, counter }, body),
    );
    if (!hit) {
      unopened += 1;
      continue;
    }
    opened.push({ frame, direction, ...hit });
    const agreed = direction === 'c2s' ? dedicatedIn(hit.plain) : undefined;
    // The GAK may change within an association.
    if (agreed) dedicated.push(...known.map(({ gak }) => ({ guek: agreed, gak })));
    const nonceOf = (count: number): string => `${toHex(hit.keys.guek)} ${toHex(title)} ${count}`;
    uses.push({ nonce: nonceOf(counter), what: toHex(ciphered) });
    const proof = gmacIn(hit.plain);
    if (proof)
      uses.push({ nonce: nonceOf(new DataView(proof.buffer, proof.byteOffset).getUint32(1)), what: toHex(proof) });
  }
  return { opened, uses, unopened };
}

/** The first keys that open a message, and what it says. */
function openedWith(
  candidates: readonly SuiteKeys[],
  opens: (keys: SuiteKeys) => ReturnType<typeof open>,
): Pick<Opened, 'keys' | 'plain'> | undefined {
  for (const keys of candidates) {
    const plain = opens(keys);
    if (plain.ok) return { keys, plain: plain.value };
  }
  return undefined;
}

function cipheredPart(apdu: Uint8Array, titles: { c2s?: Uint8Array; s2c?: Uint8Array }): Uint8Array | undefined {
  if (apdu[0] === 0x60) {
    const aarq = decodeAarq(apdu);
    if (!aarq.ok) return undefined;
    if (aarq.value.callingTitle) titles.c2s = aarq.value.callingTitle;
    return aarq.value.userInformation;
  }
  if (apdu[0] === 0x61) {
    const aare = decodeAare(apdu);
    if (aare.ok && aare.value.respondingTitle) titles.s2c = aare.value.respondingTitle;
    return aare.ok ? aare.value.userInformation : undefined;
  }
  if (apdu[0] === 0x62 || apdu[0] === 0x63) {
    const release = decodeRelease(apdu);
    return release.ok ? release.value.userInformation : undefined;
  }
  return isCiphered(apdu[0] ?? 0) ? apdu : undefined;
}

/** The key that an AARQ proposes for its association alone. */
function dedicatedIn(plain: Uint8Array): Uint8Array | undefined {
  const initiate = decodeInitiateRequest(plain);
  return initiate.ok ? initiate.value.dedicatedKey : undefined;
}

/** Finds `09 11 10 counter tag`. It is the only octet string of 17 bytes with that head that HLS carries. */
function gmacIn(plain: Uint8Array): Uint8Array | undefined {
  const isAction = plain[0] === 0xc3 || plain[0] === 0xc7;
  const at = plain.length - 19;
  if (!isAction || at < 0 || plain[at] !== 0x09 || plain[at + 1] !== 0x11 || plain[at + 2] !== 0x10) return undefined;
  return plain.slice(at + 2);
}

/** The nonces that protected two different messages. A frame that a link duplicates is the same message twice. */
export function reused(uses: readonly NonceUse[]): readonly string[] {
  const first = new Map<string, string>();
  return uses
    .filter(({ nonce, what }) => {
      const before = first.get(nonce);
      if (before === undefined) first.set(nonce, what);
      return before !== undefined && before !== what;
    })
    .map(({ nonce }) => nonce);
}

/** Every pair of keys that a device may have used. */
export function pairings(gueks: readonly Uint8Array[], gaks: readonly Uint8Array[]): readonly SuiteKeys[] {
  return gueks.flatMap((guek) => gaks.map((gak) => ({ guek, gak })));
}

/** Every pair of one GUEK and one GAK out of these pairs: a device may change its two keys one at a time. */
export function everyPair(keys: readonly SuiteKeys[]): readonly SuiteKeys[] {
  return pairings(
    keys.map(({ guek }) => guek),
    keys.map(({ gak }) => gak),
  );
}

/** True if accepted counters strictly increase, for each key and title. */
export function rises(accepted: readonly { key: string; title: string; counter: number }[]): boolean {
  const last = new Map<string, number>();
  return accepted.every(({ key, title, counter }) => {
    const before = last.get(`${key} ${title}`) ?? -1;
    last.set(`${key} ${title}`, counter);
    return counter > before;
  });
}
