/** The headers of general-ciphering and general-signing. Source: COSEM PDU ASN.1, Green Book 8.3. Nothing is opened or verified here: `security/generalSeal` opens content. */
import { bad, type Decoded, good, Reader, Writer } from '../encoding/bytes.ts';

/** Which key protects the content. Wrapped and agreed keys stay as they are on the wire. */
export type KeyInfo =
  | { readonly is: 'identified'; readonly keyId: number }
  | { readonly is: 'wrapped'; readonly kekId: number; readonly wrapped: Uint8Array }
  | { readonly is: 'agreed'; readonly parameters: Uint8Array; readonly ciphered: Uint8Array };

interface GeneralHeader {
  readonly transaction: Uint8Array;
  /** System titles. */
  readonly originator: Uint8Array;
  readonly recipient: Uint8Array;
  /** A COSEM date-time, or empty. */
  readonly time: Uint8Array;
  readonly other: Uint8Array;
}

export interface GeneralCiphering extends GeneralHeader {
  readonly kind: 'generalCiphering';
  readonly keyInfo?: KeyInfo;
  /** Security control, counter, ciphertext and tag. */
  readonly content: Uint8Array;
}

export interface GeneralSigning extends GeneralHeader {
  readonly kind: 'generalSigning';
  /** The APDU that is signed. */
  readonly content: Uint8Array;
  readonly signature: Uint8Array;
}

const CIPHERING = 0xdd;
const SIGNING = 0xdf;

function readKeyInfo(reader: Reader): KeyInfo | undefined {
  if (reader.u8() === 0) return undefined;
  const choice = reader.u8();
  if (choice === 0) return { is: 'identified', keyId: reader.u8() };
  if (choice === 1) return { is: 'wrapped', kekId: reader.u8(), wrapped: reader.octets().slice() };
  if (choice !== 2) reader.fail(`a key of kind ${choice}`);
  return { is: 'agreed', parameters: reader.octets().slice(), ciphered: reader.octets().slice() };
}

function writeKeyInfo(writer: Writer, info: KeyInfo | undefined): void {
  if (info === undefined) writer.u8(0);
  else if (info.is === 'identified') writer.u8(1, 0, info.keyId);
  else if (info.is === 'wrapped') writer.u8(1, 1, info.kekId).octets(info.wrapped);
  else writer.u8(1, 2).octets(info.parameters).octets(info.ciphered);
}

export function decodeGeneral(apdu: Uint8Array): Decoded<GeneralCiphering | GeneralSigning> {
  const reader = new Reader(apdu);
  const tag = reader.u8();
  if (tag !== CIPHERING && tag !== SIGNING) return bad('tag DD or DF expected');
  const header = {
    transaction: reader.octets().slice(),
    originator: reader.octets().slice(),
    recipient: reader.octets().slice(),
    time: reader.octets().slice(),
    other: reader.octets().slice(),
  };
  const keyInfo = tag === CIPHERING ? readKeyInfo(reader) : undefined;
  const content = reader.octets().slice();
  const signature = tag === SIGNING ? reader.octets().slice() : undefined;
  if (reader.error !== undefined) return bad(reader.error);
  if (reader.left > 0) return bad(`${reader.left} byte(s) after the APDU`);
  if (signature) return good({ kind: 'generalSigning', ...header, content, signature });
  return good({ kind: 'generalCiphering', ...header, ...(keyInfo && { keyInfo }), content });
}

export function encodeGeneral(apdu: GeneralCiphering | GeneralSigning): Uint8Array {
  const writer = new Writer().u8(apdu.kind === 'generalCiphering' ? CIPHERING : SIGNING);
  for (const field of [apdu.transaction, apdu.originator, apdu.recipient, apdu.time, apdu.other]) writer.octets(field);
  if (apdu.kind === 'generalCiphering') writeKeyInfo(writer, apdu.keyInfo);
  writer.octets(apdu.content);
  if (apdu.kind === 'generalSigning') writer.octets(apdu.signature);
  return writer.bytes();
}
