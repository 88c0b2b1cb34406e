import { TransportError, type ByteChannel } from './transport.ts';

/** How a serial line is set: `300/7E1` is the opening mode of IEC 62056-21, `9600/8N1` the usual one of HDLC. */
export interface SerialMode {
  readonly baud: number;
  readonly dataBits: 7 | 8;
  readonly parity: 'none' | 'even' | 'odd';
  readonly stopBits: 1 | 2;
}

/** A serial line can change its speed and parity in mid-conversation, as IEC 62056-21 does. */
export interface SerialChannel extends ByteChannel {
  readonly mode: SerialMode;
  /**
   * Sends what is written, then sets the line. On a local port another parity or size closes and opens it, which the
   * channel's listeners do not see. A failure ends the channel and does not reject; a mode that cannot be does.
   */
  setMode(mode: SerialMode | string): Promise<void>;
}

const PARITIES: Readonly<Record<string, SerialMode['parity']>> = { N: 'none', E: 'even', O: 'odd' };
const MODE = /^(\d{2,7})(?:[/,: ]([78])([NEO])([12]))?$/i;

/** Reads `300/7E1` or `9600` (then 8N1). Throws a TransportError `settings`. */
export function serialMode(text: string): SerialMode {
  const found = MODE.exec(text.trim());
  const baud = Number(found?.[1] ?? 0);
  if (found === null || baud < 50 || baud > 4_000_000) {
    throw new TransportError('settings', 'serial', `mode '${text}' is not of the form 9600/8N1 or 300/7E1`);
  }
  return {
    baud,
    dataBits: found[2] === '7' ? 7 : 8,
    parity: PARITIES[(found[3] ?? 'N').toUpperCase()] ?? 'none',
    stopBits: found[4] === '2' ? 2 : 1,
  };
}

export function serialModeText(mode: SerialMode): string {
  return `${mode.baud}/${mode.dataBits}${mode.parity[0]!.toUpperCase()}${mode.stopBits}`;
}

export interface RemotePort {
  readonly host: string;
  readonly port: number;
}

/** `rfc2217://HOST:PORT`; undefined for any other path. */
export function remotePort(path: string): RemotePort | undefined {
  const found = /^rfc2217:(?:\/\/)?(\[[0-9A-Fa-f:.%a-z]+\]|[^:[\]\s/]+):(\d{1,5})$/.exec(path);
  const port = Number(found?.[2]);
  if (found === null || port < 1 || port > 0xffff) return undefined;
  return { host: found[1]!.replace(/^\[|\]$/g, ''), port };
}

/** A device file, a link to one, or a Windows port. Returns the path as the operating system wants it. */
export function serialPath(text: string): string {
  const windows = /^(?:\\\\\.\\)?(COM\d{1,3})$/i.exec(text);
  if (windows !== null) return windows[1]!.toUpperCase();
  const isRemote = /^rfc2217:/.test(text);
  const isOdd = /^[a-z0-9]+:\/\//i.test(text) || isRemote;
  if (isRemote && remotePort(text)) return text;
  if (text.length === 0 || text.length > 4096 || [...text].some((one) => one < ' ') || isOdd) {
    const expected = '/dev/ttyUSB0, COM3 or rfc2217://HOST:PORT';
    throw new TransportError('settings', 'serial', `'${text.slice(0, 80)}' is not a port such as ${expected}`);
  }
  return text;
}
