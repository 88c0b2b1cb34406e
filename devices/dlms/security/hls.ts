/**
 * High-level security other than GMAC: the proofs over the challenges by which client and server show a shared secret or a
 * signing key. Source: Green Book 9.2.7.4. Mechanism 2 is the manufacturer's own there; AES-128 of the challenge under the
 * secret is what meters and clients commonly mean by it, and our choice. MD5 and SHA-1 stand here because meters use them.
 */
import { createCipheriv, createHash, type KeyObject, sign, timingSafeEqual, verify } from 'node:crypto';
import { concat, NO_BYTES } from '../encoding/bytes.ts';
import { KEY_BYTES } from './ciphering.ts';

/** How a client authenticates, by the number of the mechanism in the AARQ. */
export const MECHANISMS = { none: 0, lls: 1, high: 2, md5: 3, sha1: 4, gmac: 5, sha256: 6, ecdsa: 7 } as const;
export type Authentication = keyof typeof MECHANISMS;
export type Mechanism = (typeof MECHANISMS)[Authentication];

/** Mechanisms whose proof is made of the shared secret alone, and of titles. */
export const SECRET_MECHANISMS = ['high', 'md5', 'sha1', 'sha256'] as const;
export type SecretMechanism = (typeof SECRET_MECHANISMS)[number];

/** Keys of ECDSA, on P-256 or P-384. */
export interface SigningKeys {
  /** The private key of this side. */
  readonly own: KeyObject;
  /** The public key of the other side. */
  readonly peer: KeyObject;
}

/** What a proof is made of. */
export interface ProofInput {
  readonly secret?: Uint8Array | undefined;
  readonly signing?: SigningKeys | undefined;
  /** The title of who proves. */
  readonly prover: Uint8Array;
  /** The title of who asked for the proof. */
  readonly verifier: Uint8Array;
  /** The challenge of who asked. */
  readonly asked: Uint8Array;
  /** The challenge of who proves. */
  readonly own: Uint8Array;
}

/** True for mechanisms in which both sides prove themselves over challenges. */
export function isHls(mechanism: number): boolean {
  return mechanism >= MECHANISMS.high;
}

/** True if the proof is made over both system titles, so that both have to be known. */
export function needsTitles(mechanism: number): boolean {
  return mechanism >= MECHANISMS.gmac;
}

function digest(algorithm: 'md5' | 'sha1' | 'sha256', ...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(createHash(algorithm).update(concat(...parts)).digest()); // prettier-ignore
}

/** Filled with zeros to whole blocks of AES. */
function blocks(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(Math.max(1, Math.ceil(bytes.length / KEY_BYTES)) * KEY_BYTES);
  out.set(bytes);
  return out;
}

/** The key of mechanism 2: the secret, filled with zeros or cut to 16 octets. */
function aes(secret: Uint8Array, challenge: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-128-ecb', blocks(secret).subarray(0, KEY_BYTES), null);
  cipher.setAutoPadding(false);
  return new Uint8Array(cipher.update(blocks(challenge)));
}

/** The text that ECDSA signs. */
function signedText({ prover, verifier, asked, own }: ProofInput): Uint8Array {
  return concat(prover, verifier, asked, own);
}

/** SHA-256 belongs to P-256 and SHA-384 to P-384. */
function hashOf(key: KeyObject): string {
  return key.asymmetricKeyDetails?.namedCurve === 'secp384r1' ? 'sha384' : 'sha256';
}

/** The proof of a mechanism other than GMAC; undefined if what it needs is not there. */
export function hlsProof(mechanism: number, input: ProofInput): Uint8Array | undefined {
  const { secret = NO_BYTES, signing, prover, verifier, asked, own } = input;
  if (mechanism === MECHANISMS.ecdsa) {
    if (!signing) return undefined;
    return new Uint8Array(sign(hashOf(signing.own), signedText(input), { key: signing.own, dsaEncoding: 'ieee-p1363' })); // prettier-ignore
  }
  if (secret.length === 0) return undefined;
  switch (mechanism) {
    case MECHANISMS.high:
      return aes(secret, asked);
    case MECHANISMS.md5:
      return digest('md5', asked, secret);
    case MECHANISMS.sha1:
      return digest('sha1', asked, secret);
    case MECHANISMS.sha256:
      return digest('sha256', secret, prover, verifier, asked, own);
    default:
      return undefined;
  }
}

/** True if `answer` is the proof of the other side. `input.prover` is the other side's title, `input.asked` our challenge. */
export function hlsVerifies(mechanism: number, input: ProofInput, answer: Uint8Array): boolean {
  if (mechanism === MECHANISMS.ecdsa) {
    const { signing } = input;
    if (!signing) return false;
    return verify(hashOf(signing.peer), signedText(input), { key: signing.peer, dsaEncoding: 'ieee-p1363' }, answer);
  }
  const expected = hlsProof(mechanism, input);
  return expected?.length === answer.length && timingSafeEqual(expected, answer);
}
