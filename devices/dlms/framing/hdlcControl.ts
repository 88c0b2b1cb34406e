/** Control fields, negotiation parameters and the LLC header of IEC 62056-46. */
import { bad, type Decoded, fromHex, good, Reader, Writer } from '../encoding/bytes.ts';
import { INFORMATION_BYTES_MAX } from './hdlcFrame.ts';

export const SNRM = 0x83;
export const DISC = 0x43;
export const UA = 0x63;
export const DM = 0x0f;
export const FRMR = 0x87;
export const UI = 0x03;
/** The poll bit of a command, the final bit of a response. */
export const POLL_FINAL = 0x10;

/** LLC of a command (client to server) and of a response. */
export const LLC_COMMAND = fromHex('E6E600');
export const LLC_RESPONSE = fromHex('E6E700');

export type Control =
  | { readonly kind: 'I'; readonly ns: number; readonly nr: number; readonly final: boolean }
  | { readonly kind: 'RR' | 'RNR' | 'REJ'; readonly nr: number; readonly final: boolean }
  | { readonly kind: 'U'; readonly code: number; readonly final: boolean };

const SUPERVISORY: Readonly<Record<number, 'RR' | 'RNR' | 'REJ' | undefined>> = { 0x1: 'RR', 0x5: 'RNR', 0x9: 'REJ' };

/** A control byte taken apart. Supervisory codes of no meaning here come out as `U`. */
export function readControl(control: number): Control {
  const final = (control & POLL_FINAL) !== 0;
  if ((control & 1) === 0) return { kind: 'I', ns: (control >> 1) & 7, nr: control >> 5, final };
  const supervisory = SUPERVISORY[control & 0x0f];
  if (supervisory) return { kind: supervisory, nr: control >> 5, final };
  return { kind: 'U', code: control & ~POLL_FINAL, final };
}

export function controlI(ns: number, nr: number, final: boolean): number {
  return (nr << 5) | (final ? POLL_FINAL : 0) | (ns << 1);
}

export function controlRR(nr: number, final: boolean): number {
  return (nr << 5) | (final ? POLL_FINAL : 0) | 1;
}

/** What two stations agree on at connection; lengths in bytes, windows in frames. */
export interface HdlcParameters {
  readonly transmitBytesMax: number;
  readonly receiveBytesMax: number;
  readonly transmitWindow: number;
  readonly receiveWindow: number;
}

/** IEC 62056-46 6.4.4.4.3.2: what holds where nothing is negotiated. */
export const DEFAULT_PARAMETERS: HdlcParameters = {
  transmitBytesMax: 128,
  receiveBytesMax: 128,
  transmitWindow: 1,
  receiveWindow: 1,
};

/** The same with lengths that fit into a frame, whatever a station would like. */
export function withinFrames(parameters: HdlcParameters): HdlcParameters {
  const { transmitBytesMax, receiveBytesMax } = parameters;
  return {
    ...parameters,
    transmitBytesMax: Math.min(transmitBytesMax, INFORMATION_BYTES_MAX),
    receiveBytesMax: Math.min(receiveBytesMax, INFORMATION_BYTES_MAX),
  };
}

/** The information field of SNRM and UA: `81 80 len 05 06 07 08`. */
export function encodeParameters(parameters: HdlcParameters): Uint8Array {
  const body = new Writer();
  for (const [id, value] of [
    [5, parameters.transmitBytesMax],
    [6, parameters.receiveBytesMax],
  ] as const) {
    if (value < 0x100) body.u8(id, 1, value);
    else body.u8(id, 2).u16(value);
  }
  body.u8(7, 4).u32(parameters.transmitWindow).u8(8, 4).u32(parameters.receiveWindow);
  return new Writer().u8(0x81, 0x80).octets(body.bytes()).bytes();
}

/** Reads the parameters of SNRM or UA; absent ones take the defaults, an empty field is legal. */
export function decodeParameters(information: Uint8Array): Decoded<HdlcParameters> {
  if (information.length === 0) return good(DEFAULT_PARAMETERS);
  const outer = new Reader(information);
  if (outer.u8() !== 0x81) return bad('negotiation: format identifier 81 expected');
  if (outer.u8() !== 0x80) return bad('negotiation: group identifier 80 expected');
  const reader = new Reader(outer.octets());
  const values: Record<number, number> = {};
  while (reader.left > 0 && outer.error === undefined) {
    const id = reader.u8();
    const bytes = reader.octets();
    if (reader.error !== undefined || bytes.length > 4 || bytes.length === 0) return bad('negotiation: bad parameter');
    values[id] = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  }
  if (outer.error !== undefined) return bad(outer.error);
  const result = {
    transmitBytesMax: values[5] ?? 128,
    receiveBytesMax: values[6] ?? 128,
    transmitWindow: values[7] ?? 1,
    receiveWindow: values[8] ?? 1,
  };
  if (Math.min(...Object.values(result)) < 1) return bad('negotiation: a parameter is zero');
  return good(result);
}

/** The shortest information field that may be negotiated, bytes; clients refuse a UA that says less. */
const INFORMATION_BYTES_MIN = 32;

/** What a station may use, given its own limits and what the peer announced from the peer's side. */
export function negotiate(own: HdlcParameters, peer: HdlcParameters): HdlcParameters {
  const window = (a: number, b: number): number => Math.min(a, b, 7);
  return {
    transmitBytesMax: Math.min(own.transmitBytesMax, peer.receiveBytesMax),
    // A peer that will send less than the shortest is no reason to say that less is all that can be taken.
    receiveBytesMax: Math.min(own.receiveBytesMax, Math.max(peer.transmitBytesMax, INFORMATION_BYTES_MIN)),
    transmitWindow: window(own.transmitWindow, peer.receiveWindow),
    receiveWindow: window(own.receiveWindow, peer.transmitWindow),
  };
}
