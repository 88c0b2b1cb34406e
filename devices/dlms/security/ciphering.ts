/**
 * DLMS security suite 0 (AES-GCM-128). Source: Green Book 9.2.3.3 and 9.2.7. The IV is the system title (8 bytes) and the
 * invocation counter (4 bytes). The additional data is the security control byte and the authentication key, followed by
 * the plaintext where nothing is encrypted. The tag has 12 bytes. The suite is a standards-based stand-in for the cohorts'
 * own schemes; no source says that SMETS1 devices use it.
 */
import { createCipheriv, createDecipheriv, timingSafeEqual } from 'node:crypto';
import { concat, type Decoded, bad, good, NO_BYTES, Reader, Writer } from '../encoding/bytes.ts';

/** Length of a tag, in bytes. It is always checked, because Node accepts a tag of 4 bytes otherwise. */
export const TAG_BYTES = 12;
export const KEY_BYTES = 16;
export const SYSTEM_TITLE_BYTES = 8;
/** Security control bits. The low nibble is the suite. */
export const AUTHENTICATED = 0x10;
export const ENCRYPTED = 0x20;
const BROADCAST = 0x40;
const COMPRESSED = 0x80;

/** The keys of security suite 0 that protect APDUs. */
export interface SuiteKeys {
  /** Global unicast encryption key. */
  readonly guek: Uint8Array;
  /** Global authentication key. */
  readonly gak: Uint8Array;
}

/** The inputs that protect one APDU. `encryptionKey` is the GUEK or the dedicated key. */
export interface Protection {
  readonly control: number;
  readonly encryptionKey: Uint8Array;
  readonly authenticationKey: Uint8Array;
  readonly systemTitle: Uint8Array;
  readonly counter: number;
}

function nonce(systemTitle: Uint8Array, counter: number): Uint8Array {
  return concat(systemTitle, new Writer().u32(counter).bytes());
}

/** Protects a plaintext: ciphertext and tag, plaintext and tag, or ciphertext alone, as the control byte says. No header. */
export function seal(protection: Protection, plain: Uint8Array): Uint8Array {
  const { control, authenticationKey } = protection;
  const iv = nonce(protection.systemTitle, protection.counter);
  const cipher = createCipheriv('aes-128-gcm', protection.encryptionKey, iv, { authTagLength: TAG_BYTES });
  const encrypts = (control & ENCRYPTED) !== 0;
  const authenticates = (control & AUTHENTICATED) !== 0;
  if (authenticates) {
    const head = new Uint8Array([control]);
    cipher.setAAD(encrypts ? concat(head, authenticationKey) : concat(head, authenticationKey, plain));
  }
  const body = encrypts ? cipher.update(plain) : NO_BYTES;
  cipher.final();
  const tag = authenticates ? cipher.getAuthTag() : NO_BYTES;
  return concat(encrypts ? body : plain, tag);
}

/** Opens a body. The plaintext is returned only if the tag verifies; an APDU that is only encrypted has no tag. */
export function open(protection: Protection, body: Uint8Array): Decoded<Uint8Array> {
  const { control, authenticationKey } = protection;
  const encrypts = (control & ENCRYPTED) !== 0;
  const authenticates = (control & AUTHENTICATED) !== 0;
  if (!encrypts && !authenticates) return good(body);
  if (authenticates && body.length < TAG_BYTES) return bad('deciphering: shorter than its tag');
  const text = authenticates ? body.subarray(0, body.length - TAG_BYTES) : body;
  const iv = nonce(protection.systemTitle, protection.counter);
  const options = { authTagLength: TAG_BYTES };
  if (!authenticates) {
    // Node's decipher needs a tag. GCM without one is counter mode, so ciphering once more gives the plaintext.
    return good(new Uint8Array(createCipheriv('aes-128-gcm', protection.encryptionKey, iv, options).update(text)));
  }
  const decipher = createDecipheriv('aes-128-gcm', protection.encryptionKey, iv, options);
  decipher.setAuthTag(body.subarray(body.length - TAG_BYTES));
  const head = new Uint8Array([control]);
  decipher.setAAD(encrypts ? concat(head, authenticationKey) : concat(head, authenticationKey, text));
  try {
    const plain = encrypts ? new Uint8Array(decipher.update(text)) : text.slice();
    decipher.final();
    return good(plain);
  } catch {
    return bad('deciphering: the tag does not verify');
  }
}

/** HLS-GMAC (mechanism 5): `10 | counter | tag` over the peer's challenge. Green Book 9.2.7.4. */
export function gmac(protection: Omit<Protection, 'control'>, challenge: Uint8Array): Uint8Array {
  const tag = seal({ ...protection, control: AUTHENTICATED }, challenge).slice(-TAG_BYTES);
  return new Writer().u8(AUTHENTICATED).u32(protection.counter).raw(tag).bytes();
}

/** True if `answer` is the peer's HLS-GMAC over `challenge`. The counter inside belongs to the peer. */
export function gmacVerifies(
  keys: Omit<Protection, 'control' | 'counter'>,
  exchange: { readonly challenge: Uint8Array; readonly answer: Uint8Array },
): boolean {
  const { answer, challenge } = exchange;
  if (answer.length !== 5 + TAG_BYTES || answer[0] !== AUTHENTICATED) return false;
  const counter = new Reader(answer, 1).u32();
  return timingSafeEqual(gmac({ ...keys, counter }, challenge), answer);
}

/** How a protected APDU is wrapped. A server replies in the family of the request. */
export type Family = 'glo' | 'ded' | 'generalGlo' | 'generalDed';

/** A protected APDU whose header was read. Nothing is verified yet. */
export interface CipheredApdu {
  readonly family: Family;
  /** The outer tag. */
  readonly tag: number;
  /** The sender's title from a general-* header; empty in the other families. */
  readonly systemTitle: Uint8Array;
  readonly control: number;
  readonly counter: number;
  readonly body: Uint8Array;
}

/** Outer tags by plain tag: [global, dedicated]. Source: Green Book 9.5, COSEMpdu ASN.1. */
const SPECIFIC: Readonly<Record<number, readonly [number, number]>> = {
  0x01: [0x21, 0x41],
  0x05: [0x25, 0x45],
  0x06: [0x26, 0x46],
  0x08: [0x28, 0x48],
  0x0c: [0x2c, 0x4c],
  0x0d: [0x2d, 0x4d],
  0x0e: [0x2e, 0x4e],
  0x16: [0x36, 0x56],
  0x18: [0x38, 0x58],
  0xc0: [0xc8, 0xd0],
  0xc1: [0xc9, 0xd1],
  0xc2: [0xca, 0xd2],
  0xc3: [0xcb, 0xd3],
  0xc4: [0xcc, 0xd4],
  0xc5: [0xcd, 0xd5],
  0xc7: [0xcf, 0xd7],
};
const GENERAL: Readonly<Record<'generalGlo' | 'generalDed', number>> = { generalGlo: 0xdb, generalDed: 0xdc };
const GLO_TAGS = new Map(Object.entries(SPECIFIC).map(([plain, [glo]]) => [glo, Number(plain)]));
const DED_TAGS = new Map(Object.entries(SPECIFIC).map(([plain, [, ded]]) => [ded, Number(plain)]));

/** True if an APDU with this first byte is protected by glo-*, ded-* or one of the two general forms. */
export function isCiphered(tag: number): boolean {
  return GLO_TAGS.has(tag) || DED_TAGS.has(tag) || tag === GENERAL.generalGlo || tag === GENERAL.generalDed;
}

/** Reads the header of a protected APDU. */
export function readCiphered(apdu: Uint8Array): Decoded<CipheredApdu> {
  const reader = new Reader(apdu);
  const tag = reader.u8();
  const isGeneral = tag === GENERAL.generalGlo || tag === GENERAL.generalDed;
  if (!isCiphered(tag)) return bad(`tag ${tag} is not of a ciphered APDU`);
  const systemTitle = isGeneral ? reader.octets().slice() : NO_BYTES;
  const inner = new Reader(reader.octets());
  const control = inner.u8();
  const counter = inner.u32();
  const body = inner.rest();
  const error = reader.error ?? inner.error;
  if (error !== undefined) return bad(error);
  if (reader.left > 0) return bad(`${reader.left} byte(s) after the ciphered APDU`);
  if ((control & 0x0f) !== 0) return bad('only security suite 0 is supported');
  if ((control & (BROADCAST | COMPRESSED)) !== 0) return bad('broadcast keys and compression are not supported');
  if (isGeneral && systemTitle.length !== 0 && systemTitle.length !== SYSTEM_TITLE_BYTES) {
    return bad(`system title of ${SYSTEM_TITLE_BYTES} bytes expected`);
  }
  const family: Family = isGeneral
    ? tag === GENERAL.generalGlo
      ? 'generalGlo'
      : 'generalDed'
    : GLO_TAGS.has(tag)
      ? 'glo'
      : 'ded';
  return good({ family, tag, systemTitle, control, counter, body });
}

/** Protects a plain APDU and wraps it in `family`. `protection.systemTitle` is the sender's. */
export function writeCiphered(family: Family, protection: Protection, plain: Uint8Array): Uint8Array {
  const body = new Writer().u8(protection.control).u32(protection.counter).raw(seal(protection, plain)).bytes();
  const writer = new Writer();
  if (family === 'generalGlo' || family === 'generalDed') {
    writer.u8(GENERAL[family]).octets(protection.systemTitle);
  } else {
    const tags = SPECIFIC[plain[0] ?? -1];
    if (!tags) throw new Error(`writeCiphered: an APDU with tag ${plain[0]} has no ciphered form`);
    writer.u8(tags[family === 'glo' ? 0 : 1]);
  }
  return writer.octets(body).bytes();
}

/** The plain tag that a service-specific outer tag announces; undefined for a general-* tag. */
export function announcedTag(outer: number): number | undefined {
  return GLO_TAGS.get(outer) ?? DED_TAGS.get(outer);
}
