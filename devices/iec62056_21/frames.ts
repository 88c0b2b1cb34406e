/** Control characters of IEC 62056-21 clause 6.2 (ISO 646). */
export const SOH = 0x01;
export const STX = 0x02;
export const ETX = 0x03;
export const EOT = 0x04;
export const ACK = 0x06;
export const LF = 0x0a;
export const NAK = 0x15;

/** The line as a session begins, clause 6.3.1: 300 Bd, 7 data bits, even parity. */
export const OPENING_MODE = '300/7E1';

/** Baud rate identification of mode C and E, clause 6.3.14 item 13c: what Z in `/XXXZ` and in the option means. */
export const BAUD_RATES: Readonly<Record<string, number>> = {
  '0': 300,
  '1': 600,
  '2': 1200,
  '3': 2400,
  '4': 4800,
  '5': 9600,
  '6': 19_200,
};

const ENCODER = new TextEncoder();

/** `/?address!` CR LF. Throws a RangeError for an address that the request cannot hold. */
export function requestMessage(address = ''): Uint8Array {
  if (!/^[0-9A-Za-z ]{0,32}$/.test(address)) {
    throw new RangeError('a 62056-21 device address is up to 32 digits, letters or spaces');
  }
  return ENCODER.encode(`/?${address}!\r\n`);
}

/** What a meter says of itself. `model` without the mode E sequence. */
export interface Identification {
  /** Three letters; the last in lower case means that the meter reacts within 20 ms. */
  readonly manufacturer: string;
  /** Z: the fastest speed it offers. */
  readonly baud: string;
  /** Whether `\2` stands before the model: HDLC can be chosen (mode E). */
  readonly hdlc: boolean;
  readonly model: string;
}

/** `/XXXZ\2model` CR LF. Throws a RangeError for what cannot be said in it. */
export function identificationMessage(identification: Identification): Uint8Array {
  const { manufacturer, baud, hdlc, model } = identification;
  if (!/^[A-Z]{2}[A-Za-z]$/.test(manufacturer)) throw new RangeError('a manufacturer is three letters, as in LGZ');
  if (BAUD_RATES[baud] === undefined) throw new RangeError('baud is one of the characters 0 to 6');
  if (!/^[ -.0-[\]-~]{0,16}$/.test(model) || model.includes('!')) {
    throw new RangeError('a model is up to 16 printable characters without / ! and backslash');
  }
  return ENCODER.encode(`/${manufacturer}${baud}${hdlc ? '\\2' : ''}${model}\r\n`);
}

const IDENTIFICATION = /^\/([A-Z]{2}[A-Za-z])(.)((?:\\.)*)([ -~]*)\r\n$/;

/** Undefined for a line that is no identification. A baud character of mode A, B or D is given as it stands. */
export function parseIdentification(line: string): Identification | undefined {
  const found = IDENTIFICATION.exec(line);
  if (found === null) return undefined;
  const [, manufacturer, baud, enhanced, model] = found;
  return { manufacturer: manufacturer!, baud: baud!, hdlc: enhanced!.includes('\\2'), model: model! };
}

/** V (protocol), Z (speed) and Y (what to do) of an acknowledgement/option select message, clause 6.3.3. */
export interface Option {
  readonly protocol: string;
  readonly baud: string;
  readonly mode: string;
}

export function optionMessage(option: Option): Uint8Array {
  return Uint8Array.from([ACK, ...ENCODER.encode(`${option.protocol}${option.baud}${option.mode}\r\n`)]);
}

/** XOR over the octets after the first SOH or STX up to and with ETX or EOT, clause 6.3.5. */
export function blockCheck(octets: Uint8Array): number {
  return octets.reduce((check, octet) => check ^ octet, 0) & 0x7f;
}

/** STX text ETX BCC; `more` ends with EOT for a block that is not the last. */
export function dataBlock(text: string, more = false): Uint8Array {
  return block(STX, ENCODER.encode(text), more);
}

/** SOH command STX text ETX BCC; without text there is no STX, as in a break. */
export function commandBlock(command: string, text?: string): Uint8Array {
  const body = text === undefined ? ENCODER.encode(command) : ENCODER.encode(`${command}\u0002${text}`);
  return block(SOH, body, false);
}

function block(head: number, body: Uint8Array, more: boolean): Uint8Array {
  const checked = Uint8Array.from([...body, more ? EOT : ETX]);
  return Uint8Array.from([head, ...checked, blockCheck(checked)]);
}
