/** The little of ASN.1 BER that ACSE needs: definite lengths, one-byte tags, a bounded list of elements. */
import { bad, type Decoded, good, Reader, Writer } from './bytes.ts';

export interface BerElement {
  readonly tag: number;
  readonly value: Uint8Array;
}

const ELEMENTS_MAX = 64;

/** The elements, one after the other, that fill `bytes` exactly. */
export function readElements(bytes: Uint8Array): Decoded<readonly BerElement[]> {
  const reader = new Reader(bytes);
  const elements: BerElement[] = [];
  while (reader.left > 0) {
    if (elements.length === ELEMENTS_MAX) return bad(`more than ${ELEMENTS_MAX} BER elements`);
    const tag = reader.u8();
    const value = reader.octets();
    if (reader.error !== undefined) return bad(reader.error);
    elements.push({ tag, value });
  }
  return good(elements);
}

/** The single element inside, if it has the tag (an OCTET STRING in an explicit tag, say). */
export function unwrapElement(bytes: Uint8Array, tag: number): Uint8Array | undefined {
  const inner = readElements(bytes);
  const element = inner.ok ? inner.value[0] : undefined;
  return element?.tag === tag ? element.value : undefined;
}

/** One element. */
export function element(tag: number, value: Uint8Array): Uint8Array {
  return new Writer().u8(tag).octets(value).bytes();
}
