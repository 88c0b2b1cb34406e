/**
 * A serial port behind a converter on the network, whose line is set over Telnet. Source: RFC 2217 (Com Port Control Option),
 * RFC 854 and RFC 856. It sets speed, data bits, parity and stop bits, and nothing else of the converter.
 */
import { byteChannel } from './channel.ts';
import { serialMode, serialModeText, type RemotePort, type SerialChannel, type SerialMode } from './serialMode.ts';
import { tcpTransport } from './tcp.ts';
import { TransportError } from './transport.ts';

const IAC = 255;
const DONT = 254;
const DO = 253;
const WONT = 252;
const WILL = 251;
const SB = 250;
const SE = 240;
const BINARY = 0;
const SUPPRESS_GO_AHEAD = 3;
const COM_PORT = 44;
/** Options that this side takes from the converter. */
const TAKEN: readonly number[] = [BINARY, SUPPRESS_GO_AHEAD];
/** Options that this side offers. */
const OFFERED: readonly number[] = [BINARY, SUPPRESS_GO_AHEAD, COM_PORT];
const SET_BAUD = 1;
const SET_DATA_BITS = 2;
const SET_PARITY = 3;
const SET_STOP_BITS = 4;
/** A converter acknowledges a command by its number and this. */
const ACKNOWLEDGED = 100;
const PARITIES: Readonly<Record<SerialMode['parity'], number>> = { none: 1, odd: 2, even: 3 };
/** Longest subnegotiation kept. Those of this option have a few octets; a signature may have a line of text. */
const COMMAND_BYTES_MAX = 256;
const ANSWER_SECONDS = 5;

/** What a Telnet stream holds besides data. */
interface TelnetListener {
  onData(bytes: Uint8Array): void;
  onOption(verb: number, option: number): void;
  onCommand(option: number, body: Uint8Array): void;
}

/** Takes a Telnet stream apart. It holds at most one subnegotiation. */
class TelnetStream {
  private readonly listener: TelnetListener;
  private state: 'data' | 'iac' | 'option' | 'sub' | 'subIac' = 'data';
  private verb = 0;
  private command: number[] = [];

  constructor(listener: TelnetListener) {
    this.listener = listener;
  }

  receive(bytes: Uint8Array): void {
    const data: number[] = [];
    for (const octet of bytes) {
      if (this.state === 'data' && octet !== IAC) data.push(octet);
      else if (this.state === 'iac' && octet === IAC) {
        data.push(octet);
        this.state = 'data';
      } else this.step(octet);
    }
    if (data.length > 0) this.listener.onData(Uint8Array.from(data));
  }

  private step(octet: number): void {
    switch (this.state) {
      case 'data':
        this.state = 'iac';
        return;
      case 'iac':
        this.verb = octet;
        this.command = [];
        this.state = octet === SB ? 'sub' : octet >= WILL ? 'option' : 'data';
        return;
      case 'option':
        this.state = 'data';
        this.listener.onOption(this.verb, octet);
        return;
      case 'sub':
        if (octet === IAC) this.state = 'subIac';
        else this.keep(octet);
        return;
      case 'subIac':
        this.state = octet === SE ? 'data' : 'sub';
        if (octet === IAC) this.keep(octet);
        if (octet === SE) this.listener.onCommand(this.command[0] ?? -1, Uint8Array.from(this.command.slice(1)));
    }
  }

  private keep(octet: number): void {
    if (this.command.length < COMMAND_BYTES_MAX) this.command.push(octet);
  }
}

/** Data as Telnet carries it: the octet 255 stands twice. */
function escaped(bytes: Uint8Array): Uint8Array {
  return bytes.includes(IAC) ? Uint8Array.from([...bytes].flatMap((octet) => (octet === IAC ? [IAC, IAC] : [octet]))) : bytes; // prettier-ignore
}

/** The commands that set a line, in the order that RFC 2217 recommends. */
function commandsOf({
  baud,
  dataBits,
  parity,
  stopBits,
}: SerialMode): readonly (readonly [number, readonly number[]])[] {
  const speed = [baud >>> 24, (baud >>> 16) & 255, (baud >>> 8) & 255, baud & 255];
  return [
    [SET_BAUD, speed],
    [SET_DATA_BITS, [dataBits]],
    [SET_PARITY, [PARITIES[parity]]],
    [SET_STOP_BITS, [stopBits]],
  ];
}

/** Opens a port and sets its line. Rejects with a TransportError if the converter does not take RFC 2217, or not the mode. */
export async function openRemoteSerial({ host, port }: RemotePort, first: SerialMode): Promise<SerialChannel> {
  const endpoint = `serial:rfc2217://${host}:${port}`;
  const carrier = await tcpTransport({ host, port }).open();
  const control = byteChannel({
    endpoint,
    send: (bytes) => carrier.write(escaped(bytes)),
    flush: () => carrier.flush(),
    release: () => carrier.close(),
  });
  const waiting = new Map<string, (answer: Uint8Array | undefined) => void>();
  const answered = (what: string, answer: Uint8Array | undefined): void => {
    const resolve = waiting.get(what);
    waiting.delete(what);
    resolve?.(answer);
  };
  const stream = new TelnetStream({
    onData: (bytes) => control.deliver(bytes),
    onOption(verb, option) {
      if (option === COM_PORT && (verb === DO || verb === DONT)) answered('option', Uint8Array.of(verb));
      // An option that is not known here is refused; agreement to what this side asked for is not answered again.
      else if (verb === WILL && !TAKEN.includes(option)) carrier.write(Uint8Array.of(IAC, DONT, option));
      else if (verb === DO && !OFFERED.includes(option)) carrier.write(Uint8Array.of(IAC, WONT, option));
    },
    onCommand(option, body) {
      if (option === COM_PORT && body.length > 0) answered(`command ${body[0]! - ACKNOWLEDGED}`, body.subarray(1));
    },
  });
  carrier.onData((bytes) => stream.receive(bytes));
  carrier.onError((error) => control.fail(error));
  carrier.onClose(() => {
    for (const what of [...waiting.keys()]) answered(what, undefined);
    control.end();
  });
  /** Sends octets and waits for their answer; undefined if none comes. */
  const asked = (what: string, octets: readonly number[]): Promise<Uint8Array | undefined> =>
    new Promise((resolve) => {
      const late = setTimeout(() => answered(what, undefined), ANSWER_SECONDS * 1000);
      waiting.set(what, (answer) => {
        clearTimeout(late);
        resolve(answer);
      });
      carrier.write(Uint8Array.from(octets));
    });
  let mode = first;
  async function set(wanted: SerialMode): Promise<void> {
    for (const [command, value] of commandsOf(wanted)) {
      const octets = [IAC, SB, COM_PORT, command, ...escaped(Uint8Array.from(value)), IAC, SE];
      const answer = await asked(`command ${command}`, octets);
      if (answer === undefined) throw new TransportError('timeout', endpoint, 'the converter does not acknowledge its line settings'); // prettier-ignore
      if (!value.every((octet, i) => octet === answer[i])) {
        throw new TransportError('settings', endpoint, `the converter does not take ${serialModeText(wanted)}: it answers command ${command} with ${[...answer].join(' ')}`); // prettier-ignore
      }
    }
    mode = wanted;
  }
  const offers = [IAC, WILL, BINARY, IAC, DO, BINARY, IAC, WILL, SUPPRESS_GO_AHEAD, IAC, DO, SUPPRESS_GO_AHEAD];
  try {
    const agreed = await asked('option', [...offers, IAC, WILL, COM_PORT]);
    if (agreed?.[0] !== DO) {
      const what = agreed === undefined ? 'does not answer the offer of' : 'refuses';
      throw new TransportError('settings', endpoint, `the converter ${what} RFC 2217: try tcp:${host}:${port}, with the line set at the converter`); // prettier-ignore
    }
    await set(first);
  } catch (cause) {
    await carrier.close();
    throw cause;
  }
  return Object.defineProperties(Object.create(control.channel) as SerialChannel, {
    mode: { get: () => mode },
    setMode: {
      value: async (wanted: SerialMode | string) => {
        const next = typeof wanted === 'string' ? serialMode(wanted) : wanted;
        if (control.channel.closed || serialModeText(next) === serialModeText(mode)) return;
        try {
          await carrier.flush();
          await set(next);
        } catch (cause) {
          control.end(cause);
        }
      },
    },
  });
}
