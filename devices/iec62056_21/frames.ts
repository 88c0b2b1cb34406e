/** Messages of IEC 62056-21, which optical ports speak. Control characters: clause 6.2 (ISO 646). */
export const SOH = 0x01;
export const STX = 0x02;
export const ETX = 0x03;
export const EOT = 0x04;
export const ACK = 0x06;
export const LF = 0x0a;
export const NAK = 0x15;

/** The mode of the line at the start of a session, clause 6.3.1: 300 Bd, 7 data bits, even parity. */
export const OPENING_MODE = '300/7E1';

/** The character of {@link BAUD_RATES} for the opening speed. */
export const OPENING_BAUD = '0';

/**
 * The reaction time that clause 6.4.3.2 asks for of both ends, because the other end may still be changing its line
 * settings. A lower-case third letter of the maker allows 20 ms.
 */
export const REACTION_MILLISECONDS = 200;

/** Baud rate identification of modes C and E, clause 6.3.14 item 13c: the meaning of Z in `/XXXZ` and in the option. */
export const BAUD_RATES: Readonly<Record<string, number>> = {
  '0': 300,
  '1': 600,
  '2': 1200,
  '3': 2400,
  '4': 4800,
  '5': 9600,
  '6': 19_200,
};

/** The character of {@link BAUD_RATES} for the fastest speed up to `baud`; that of the opening speed if none is as slow. */
export function baudCharacter(baud: number): string {
  const able = Object.entries(BAUD_RATES).filter(([, rate]) => rate <= baud);
  return able.sort(([, a], [, b]) => b - a)[0]?.[0] ?? OPENING_BAUD;
}

/** Baud rate identification of mode B: after the identification the meter changes to this speed by itself. */
export const MODE_B_BAUD_RATES: Readonly<Record<string, number>> = {
  A: 600,
  B: 1200,
  C: 2400,
  D: 4800,
  E: 9600,
  F: 19_200,
};

/** The line of mode D, which sends at one speed and is never asked. */
export const MODE_D_LINE = '2400/7E1';

/** Of a battery-operated meter, clause 6.3: NULs for this long wake it up; after a pause it takes the request. */
export const WAKE_UP = { nulMilliseconds: 2200, pauseMilliseconds: 1600 } as const;

const ENCODER = new TextEncoder();

/** Encodes the request `/?address!` CR LF. Throws a RangeError for an address that it cannot hold. */
export function requestMessage(address = ''): Uint8Array {
  if (!/^[0-9A-Za-z ]{0,32}$/.test(address)) {
    throw new RangeError('a 62056-21 device address is up to 32 digits, letters or spaces');
  }
  return ENCODER.encode(`/?${address}!\r\n`);
}

/** What a meter says about itself. */
export interface Identification {
  /** Three letters. A lower-case third letter means that the meter reacts within 20 ms. */
  readonly manufacturer: string;
  /** Z: the fastest speed that it offers. In mode A it is only the first character of the text; empty for no text. */
  readonly baud: string;
  /** True if `\2` stands before the model: HDLC can be chosen (mode E). */
  readonly hdlc: boolean;
  /** The text behind Z, without the sequences of mode E. */
  readonly model: string;
}

/** The protocol mode of a meter that answers a request. */
export type ProtocolMode = 'A' | 'B' | 'C' | 'E';

/** The mode that an identification announces: mode C and E by a digit, mode B by a letter A to F, mode A by anything else. */
export function protocolMode({ baud, hdlc }: Identification): ProtocolMode {
  if (/^[0-9]$/.test(baud)) return hdlc ? 'E' : 'C';
  return MODE_B_BAUD_RATES[baud] === undefined ? 'A' : 'B';
}

/** Encodes `/XXXZ\2model` CR LF. Throws a RangeError for a field that it cannot hold. */
export function identificationMessage(identification: Identification): Uint8Array {
  const { manufacturer, baud, hdlc, model } = identification;
  if (!/^[A-Z]{2}[A-Za-z]$/.test(manufacturer)) throw new RangeError('a manufacturer is three letters, as in LGZ');
  if (BAUD_RATES[baud] === undefined && MODE_B_BAUD_RATES[baud] === undefined && !/^[ G-Zg-z]?$/.test(baud)) {
    throw new RangeError('baud is 0 to 6 (mode C), A to F (mode B), or another letter, space or nothing (mode A)');
  }
  if (!/^[ -.0-[\]-~]{0,16}$/.test(model) || model.includes('!')) {
    throw new RangeError('a model is up to 16 printable characters without / ! and backslash');
  }
  return ENCODER.encode(`/${manufacturer}${baud}${hdlc ? '\\2' : ''}${model}\r\n`);
}

const IDENTIFICATION = /^\/([A-Z]{2}[A-Za-z])([ -~]?)((?:\\[ -~])*)([ -~]*)\r\n$/;

/** Reads an identification. Undefined for any other line. The baud character is given as it stands. */
export function parseIdentification(line: string): Identification | undefined {
  const found = IDENTIFICATION.exec(line);
  if (found === null) return undefined;
  const [, manufacturer, baud, enhanced, model] = found;
  return { manufacturer: manufacturer!, baud: baud!, hdlc: enhanced!.includes('\\2'), model: model! };
}

/** An acknowledgement/option select message, clause 6.3.3: V is the protocol, Z the speed, Y what to do. */
export interface Option {
  readonly protocol: string;
  readonly baud: string;
  readonly mode: string;
}

export function optionMessage(option: Option): Uint8Array {
  return Uint8Array.from([ACK, ...ENCODER.encode(`${option.protocol}${option.baud}${option.mode}\r\n`)]);
}

/** XOR over the octets after the first SOH or STX, up to and including ETX or EOT. Clause 6.3.5. */
export function blockCheck(octets: Uint8Array): number {
  return octets.reduce((check, octet) => check ^ octet, 0) & 0x7f;
}

/** Encodes STX text ETX BCC. With `more` the block ends with EOT, because it is not the last. */
export function dataBlock(text: string, more = false): Uint8Array {
  return block(STX, ENCODER.encode(text), more);
}

/** Encodes SOH command STX text ETX BCC. Without a text there is no STX, as in a break. */
export function commandBlock(command: string, text?: string): Uint8Array {
  const body = text === undefined ? ENCODER.encode(command) : ENCODER.encode(`${command}\u0002${text}`);
  return block(SOH, body, false);
}

function block(head: number, body: Uint8Array, more: boolean): Uint8Array {
  const checked = Uint8Array.from([...body, more ? EOT : ETX]);
  return Uint8Array.from([head, ...checked, blockCheck(checked)]);
}
