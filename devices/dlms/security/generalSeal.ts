/**
 * Opens and makes the content of general-ciphering: `control | counter | ciphertext | tag`, under the title of the
 * originator. Security suite 0. The header is authenticated with the content, and implementations differ in how: as it
 * stands on the wire, without the length octets, or not at all. All three are tried; a tag of 12 bytes tells which is right.
 */
import type { GeneralCiphering } from '../apdu/apduGeneral.ts';
import { bad, concat, type Decoded, NO_BYTES, Reader, Writer } from '../encoding/bytes.ts';
import { open, seal, type SuiteKeys } from './ciphering.ts';

/** How the header goes into the tag. */
export const HEADER_FORMS = ['onTheWire', 'withoutLengths', 'leftOut'] as const;
type HeaderForm = (typeof HEADER_FORMS)[number];
type Header = Omit<GeneralCiphering, 'content' | 'keyInfo' | 'kind'>;

function headerBytes(form: HeaderForm, { transaction, originator, recipient, time, other }: Header): Uint8Array {
  const fields = [transaction, originator, recipient, time, other];
  if (form === 'leftOut') return NO_BYTES;
  if (form === 'withoutLengths') return concat(...fields);
  return fields.reduce((writer, field) => writer.octets(field), new Writer()).bytes();
}

/** A content whose control octet and counter were read. */
export interface GeneralContent {
  readonly control: number;
  readonly counter: number;
  readonly body: Uint8Array;
}

const SUITE_BITS = 0x0f;
/** Broadcast keys and compression. */
const NOT_READ = 0xc0;

/** Reads what stands before the ciphertext. */
export function readGeneralContent(content: Uint8Array): Decoded<GeneralContent> {
  const reader = new Reader(content);
  const read = { control: reader.u8(), counter: reader.u32(), body: reader.rest() };
  if (reader.error !== undefined) return bad(reader.error);
  if ((read.control & SUITE_BITS) !== 0) return bad('only security suite 0 is supported');
  if ((read.control & NOT_READ) !== 0) return bad('broadcast keys and compression are not supported');
  return { ok: true, value: read };
}

/** Opens a content. Nothing is returned unless a tag verifies, or the content has none. */
export function openGeneral(header: Header, content: GeneralContent, keys: SuiteKeys): Decoded<Uint8Array> {
  const { control, counter, body } = content;
  for (const form of HEADER_FORMS) {
    const authenticationKey = concat(keys.gak, headerBytes(form, header));
    const opened = open({ control, counter, systemTitle: header.originator, encryptionKey: keys.guek, authenticationKey }, body); // prettier-ignore
    if (opened.ok) return opened;
  }
  return bad('the tag does not verify');
}

/** Makes a content, for those who test decoders. */
export function sealGeneral(
  header: Header,
  of: { readonly control: number; readonly counter: number; readonly plain: Uint8Array; readonly form: HeaderForm },
  keys: SuiteKeys,
): Uint8Array {
  const { control, counter, plain, form } = of;
  const authenticationKey = concat(keys.gak, headerBytes(form, header));
  const body = seal({ control, counter, systemTitle: header.originator, encryptionKey: keys.guek, authenticationKey }, plain); // prettier-ignore
  return new Writer().u8(control).u32(counter).raw(body).bytes();
}
