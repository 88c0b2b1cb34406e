/**
 * ACSE APDUs of the COSEM application layer (IEC 62056-5-3, Green Book 9.4.2): AARQ 60, AARE 61, RLRQ 62, RLRE 63.
 * Context names `2.16.756.5.8.1.n`, mechanism names `2.16.756.5.8.2.n`.
 */
import { bad, concat, type Decoded, equalBytes, fromHex, good, NO_BYTES } from '../encoding/bytes.ts';
import { type BerElement, element, readElements, unwrapElement } from '../encoding/ber.ts';

/** 1: logical names; 2: short names (never served); 3, 4: the same with ciphering. */
export type ContextName = 1 | 2 | 3 | 4;
/** 0: lowest (none), 1: LLS, 2: HLS of the maker's, 3: MD5, 4: SHA-1, 5: GMAC, 6: SHA-256, 7: ECDSA. */
export type Mechanism = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7;

const CONTEXT_PREFIX = fromHex('608574050801');
const MECHANISM_PREFIX = fromHex('608574050802');
/** BIT STRING, 7 unused bits, authentication functional unit set. */
const REQUIREMENTS = fromHex('0780');

export interface Aarq {
  /** Whether the proposed protocol versions include version 1; true where none is named. */
  readonly protocolVersion1?: boolean;
  readonly context: number;
  /** calling-AP-title: the client's system title. */
  readonly callingTitle?: Uint8Array;
  readonly mechanism: number;
  /** calling-authentication-value: LLS password or the client's challenge. */
  readonly authenticationValue?: Uint8Array;
  /** Encoded InitiateRequest, plain or ciphered. */
  readonly userInformation: Uint8Array;
}

/** Associate result. */
export const ACCEPTED = 0;
export const REJECTED_PERMANENT = 1;

/** ACSE service-user diagnostics of Green Book 9.4.2. */
export const DIAGNOSTIC = {
  none: 0,
  noReasonGiven: 1,
  contextNotSupported: 2,
  callingTitleNotRecognised: 3,
  mechanismNotRecognised: 11,
  mechanismRequired: 12,
  authenticationFailure: 13,
  authenticationRequired: 14,
} as const;

/** Service-provider diagnostic: no common ACSE version. */
export const NO_COMMON_ACSE_VERSION = 2;

export interface Aare {
  readonly context: number;
  readonly result: number;
  readonly diagnostic: number;
  /** The diagnostic is the ACSE provider's and not the user's. */
  readonly byProvider?: boolean;
  readonly respondingTitle?: Uint8Array;
  readonly mechanism?: number;
  /** responding-authentication-value: the server's challenge. */
  readonly authenticationValue?: Uint8Array;
  readonly userInformation?: Uint8Array;
}

/** RLRQ and RLRE alike. Reason 0 is normal. */
export interface Release {
  readonly reason?: number;
  readonly userInformation?: Uint8Array;
}

function nameNumber(oid: Uint8Array | undefined, prefix: Uint8Array): number | undefined {
  if (!oid || oid.length !== prefix.length + 1 || !equalBytes(oid.subarray(0, prefix.length), prefix)) return undefined;
  return oid[prefix.length];
}

function pick(elements: readonly BerElement[], tag: number): Uint8Array | undefined {
  return elements.find((item) => item.tag === tag)?.value;
}

/** GraphicString [0] is usual; bit string [1] and external forms are refused. */
function authenticationValue(elements: readonly BerElement[], tag: number): Uint8Array | undefined {
  const outer = pick(elements, tag);
  return outer && unwrapElement(outer, 0x80);
}

function bodyOf(apdu: Uint8Array, tag: number): Decoded<readonly BerElement[]> {
  const outer = readElements(apdu);
  if (!outer.ok) return outer;
  if (outer.value.length !== 1 || outer.value[0]!.tag !== tag) return bad(`one element with tag ${tag} expected`);
  return readElements(outer.value[0]!.value);
}

function copy(bytes: Uint8Array | undefined): Uint8Array | undefined {
  return bytes?.slice();
}

/** An AARQ. Unknown optional elements are passed over, as BER extensibility has it. */
export function decodeAarq(apdu: Uint8Array): Decoded<Aarq> {
  const body = bodyOf(apdu, 0x60);
  if (!body.ok) return body;
  const context = pick(body.value, 0xa1);
  const contextNumber = nameNumber(context && unwrapElement(context, 0x06), CONTEXT_PREFIX);
  // A foreign context is answered with a diagnostic, so it must decode: 0 stands for "not a COSEM name".
  const mechanismName = pick(body.value, 0x8b);
  const mechanism = mechanismName ? (nameNumber(mechanismName, MECHANISM_PREFIX) ?? 0xff) : 0;
  const information = pick(body.value, 0xbe);
  const userInformation = information ? unwrapElement(information, 0x04) : NO_BYTES;
  if (!context) return bad('AARQ without an application context name');
  if (!userInformation) return bad('AARQ user information is not an octet string');
  const title = pick(body.value, 0xa6);
  const callingTitle = copy(title && unwrapElement(title, 0x04));
  const value = copy(authenticationValue(body.value, 0xac));
  // BIT STRING: the number of unused bits, then bit 0 for version 1.
  const version = pick(body.value, 0x80);
  return good({
    ...(version && { protocolVersion1: ((version[1] ?? 0) & 0x80) !== 0 }),
    context: contextNumber ?? 0,
    mechanism,
    userInformation: userInformation.slice(),
    ...(callingTitle && { callingTitle }),
    ...(value && { authenticationValue: value }),
  });
}

export function encodeAarq(aarq: Aarq): Uint8Array {
  const parts: Uint8Array[] = [];
  if (aarq.protocolVersion1 !== undefined) {
    parts.push(element(0x80, new Uint8Array([7, aarq.protocolVersion1 ? 0x80 : 0])));
  }
  parts.push(element(0xa1, element(0x06, concat(CONTEXT_PREFIX, new Uint8Array([aarq.context])))));
  if (aarq.callingTitle) parts.push(element(0xa6, element(0x04, aarq.callingTitle)));
  if (aarq.mechanism !== 0) {
    parts.push(element(0x8a, REQUIREMENTS));
    parts.push(element(0x8b, concat(MECHANISM_PREFIX, new Uint8Array([aarq.mechanism]))));
    parts.push(element(0xac, element(0x80, aarq.authenticationValue ?? NO_BYTES)));
  }
  if (aarq.userInformation.length > 0) parts.push(element(0xbe, element(0x04, aarq.userInformation)));
  return element(0x60, concat(...parts));
}

export function decodeAare(apdu: Uint8Array): Decoded<Aare> {
  const body = bodyOf(apdu, 0x61);
  if (!body.ok) return body;
  const context = pick(body.value, 0xa1);
  const result = pick(body.value, 0xa2);
  const source = pick(body.value, 0xa3);
  const resultValue = result && unwrapElement(result, 0x02)?.[0];
  // acse-service-user [1] or acse-service-provider [2]; the number is what counts.
  const provider = source && unwrapElement(source, 0xa2);
  const user = source && (unwrapElement(source, 0xa1) ?? provider);
  const diagnostic = user && unwrapElement(user, 0x02)?.[0];
  if (resultValue === undefined || diagnostic === undefined) return bad('AARE without result and diagnostic');
  const mechanism = nameNumber(pick(body.value, 0x89), MECHANISM_PREFIX);
  const title = pick(body.value, 0xa4);
  const respondingTitle = copy(title && unwrapElement(title, 0x04));
  const value = copy(authenticationValue(body.value, 0xaa));
  const information = pick(body.value, 0xbe);
  const userInformation = copy(information && unwrapElement(information, 0x04));
  return good({
    context: nameNumber(context && unwrapElement(context, 0x06), CONTEXT_PREFIX) ?? 0,
    result: resultValue,
    diagnostic,
    ...(provider && { byProvider: true }),
    ...(respondingTitle && { respondingTitle }),
    ...(mechanism !== undefined && { mechanism }),
    ...(value && { authenticationValue: value }),
    ...(userInformation && { userInformation }),
  });
}

export function encodeAare(aare: Aare): Uint8Array {
  const integer = (value: number): Uint8Array => element(0x02, new Uint8Array([value]));
  const parts = [
    element(0xa1, element(0x06, concat(CONTEXT_PREFIX, new Uint8Array([aare.context])))),
    element(0xa2, integer(aare.result)),
    element(0xa3, element(aare.byProvider ? 0xa2 : 0xa1, integer(aare.diagnostic))),
  ];
  if (aare.respondingTitle) parts.push(element(0xa4, element(0x04, aare.respondingTitle)));
  if (aare.mechanism !== undefined) {
    parts.push(element(0x88, REQUIREMENTS));
    parts.push(element(0x89, concat(MECHANISM_PREFIX, new Uint8Array([aare.mechanism]))));
    if (aare.authenticationValue) parts.push(element(0xaa, element(0x80, aare.authenticationValue)));
  }
  if (aare.userInformation) parts.push(element(0xbe, element(0x04, aare.userInformation)));
  return element(0x61, concat(...parts));
}

/** An RLRQ (62) or RLRE (63). User information that is malformed is passed over: it must not keep a link open. */
export function decodeRelease(apdu: Uint8Array): Decoded<Release> {
  const tag = apdu[0] === 0x63 ? 0x63 : 0x62;
  const body = bodyOf(apdu, tag);
  if (!body.ok) return body;
  const reason = pick(body.value, 0x80)?.[0];
  const information = pick(body.value, 0xbe);
  const userInformation = copy(information && unwrapElement(information, 0x04));
  return good({ ...(reason !== undefined && { reason }), ...(userInformation && { userInformation }) });
}

export function encodeRelease(kind: 'request' | 'response', release: Release): Uint8Array {
  const parts: Uint8Array[] = [];
  if (release.reason !== undefined) parts.push(element(0x80, new Uint8Array([release.reason])));
  if (release.userInformation) parts.push(element(0xbe, element(0x04, release.userInformation)));
  return element(kind === 'request' ? 0x62 : 0x63, concat(...parts));
}
