import type { Direction } from './framePolicy.ts';

/** Hides what must not be recorded. May keep state from frame to frame. Returns the bytes to record, and why. */
export type Mask = (bytes: Uint8Array, direction: Direction) => Masked;

export interface Masked {
  readonly bytes: Uint8Array;
  readonly note?: string;
}

/** Class 64 (security setup), instance 0.0.43.0, then any instance number and 255, method 2: global_key_transfer. */
const KEY_TRANSFER = [0x00, 0x40, 0x00, 0x00, 0x2b, 0x00, undefined, 0xff, 0x02] as const;
/** `C0 01` and the invoke-id stand before the object of a get-request-normal. */
const GET_HEAD_BYTES = 3;
/** Four keys of 30 octets each with their tags, the array's own tag, and room for HDLC framing between segments. */
const KEY_TRANSFER_BYTES = 192;

/**
 * Hides what follows the head of a key transfer that crosses a link in the clear, over chunk borders: wrapped keys are as
 * good as keys to whoever has the master key. A ciphered one shows only its ciphertext. It errs on the side of hiding:
 * up to 192 octets of what the same side says next are lost to the log.
 */
export function keyTransferMask(): Mask {
  const tails: Record<Direction, number[]> = { c2s: [], s2c: [] };
  const hiding: Record<Direction, number> = { c2s: 0, s2c: 0 };
  return (bytes, direction) => {
    const tail = tails[direction];
    let out: Uint8Array | undefined;
    for (const [index, octet] of bytes.entries()) {
      if (hiding[direction] > 0) {
        hiding[direction] -= 1;
        out ??= new Uint8Array(bytes);
        out[index] = 0;
      }
      tail.push(octet);
      if (tail.length > GET_HEAD_BYTES + KEY_TRANSFER.length) tail.shift();
      if (octet === 0x02 && isKeyTransfer(tail)) hiding[direction] = KEY_TRANSFER_BYTES;
    }
    return out === undefined ? { bytes } : { bytes: out, note: 'wrapped keys masked' };
  };
}

function isKeyTransfer(tail: readonly number[]): boolean {
  const from = tail.length - KEY_TRANSFER.length;
  if (from < 0 || !KEY_TRANSFER.every((octet, i) => octet === undefined || octet === tail[from + i])) return false;
  // The security policy is attribute 2 of the same object. A request to read it carries no key.
  return !(from === GET_HEAD_BYTES && tail[0] === 0xc0 && tail[1] === 0x01);
}

/** Hides every occurrence, within one chunk, of the given octet strings (8 octets or longer): known keys and wraps. */
export function secretsMask(secrets: () => Iterable<Uint8Array>): Mask {
  return (bytes) => {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    let out: Buffer | undefined;
    for (const secret of secrets()) {
      if (secret.length < 8) continue;
      for (let at = buffer.indexOf(secret); at >= 0; at = buffer.indexOf(secret, at + 1)) {
        out ??= Buffer.from(buffer);
        out.fill(0, at, at + secret.length);
      }
    }
    return out === undefined ? { bytes } : { bytes: out, note: 'key octets masked' };
  };
}

/** Each mask sees what the one before left over. */
export function masks(...list: readonly Mask[]): Mask {
  return (bytes, direction) => {
    let masked: Masked = { bytes };
    const notes: string[] = [];
    for (const mask of list) {
      masked = mask(masked.bytes, direction);
      if (masked.note !== undefined) notes.push(masked.note);
    }
    return notes.length === 0 ? { bytes: masked.bytes } : { bytes: masked.bytes, note: notes.join('; ') };
  };
}
