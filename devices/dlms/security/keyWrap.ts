import type { Data } from '../encoding/axdr.ts';
/** AES key wrap (RFC 3394), as global_key_transfer uses it: a 16-byte key becomes 24 bytes under the KEK. */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { bad, type Decoded, good } from '../encoding/bytes.ts';

const IV = new Uint8Array(8).fill(0xa6);
const CIPHERS: Readonly<Record<number, string | undefined>> = {
  16: 'id-aes128-wrap',
  24: 'id-aes192-wrap',
  32: 'id-aes256-wrap',
};

function cipherFor(kek: Uint8Array): string {
  const name = CIPHERS[kek.length];
  if (name === undefined) throw new Error(`keyWrap: a KEK of 16, 24 or 32 bytes expected, got ${kek.length}`);
  return name;
}

/** The key wrapped under the KEK, 8 bytes longer. The key must be a multiple of 8 bytes, 16 at least. */
export function wrapKey(kek: Uint8Array, key: Uint8Array): Uint8Array {
  if (key.length < 16 || key.length % 8 !== 0) throw new Error(`wrapKey: key of 16, 24, … bytes, got ${key.length}`);
  const cipher = createCipheriv(cipherFor(kek), kek, IV);
  return new Uint8Array(Buffer.concat([cipher.update(key), cipher.final()]));
}

/** The key inside, or `unwrap-failed`: one answer for every cause, so that nothing is learnt from the difference. */
export function unwrapKey(kek: Uint8Array, wrapped: Uint8Array): Decoded<Uint8Array> {
  if (wrapped.length < 24 || wrapped.length % 8 !== 0) return bad('unwrap-failed');
  try {
    // OpenSSL reports a failed integrity check from update(), not from final().
    const decipher = createDecipheriv(cipherFor(kek), kek, IV);
    return good(new Uint8Array(Buffer.concat([decipher.update(wrapped), decipher.final()])));
  } catch {
    return bad('unwrap-failed');
  }
}

/** The parameter of global_key_transfer (class 64, method 2): keys already wrapped under the KEK. */
export function keyTransferParameter(items: readonly { readonly keyId: number; readonly wrapped: Uint8Array }[]): Data {
  return {
    type: 'array',
    value: items.map(({ keyId, wrapped }) => ({
      type: 'structure',
      value: [
        { type: 'enum', value: keyId },
        { type: 'octetString', value: wrapped },
      ],
    })),
  };
}
