/**
 * Asks a serial port, or a serial converter or meter on TCP, what speaks there. It chooses, opens and changes nothing: it sends
 * a 62056-21 request, an SNRM (undone by DISC) and, over TCP, the association request of a public client (undone by a release).
 */
import { decodeAare, encodeAarq, encodeRelease } from '../dlms/apdu/acse.ts';
import { DISC, DM, FRMR, POLL_FINAL, SNRM, UA } from '../dlms/framing/hdlcControl.ts';
import { encodeFrame, type HdlcFrame, HdlcParser, shortAddress } from '../dlms/framing/hdlcFrame.ts';
import type { HdlcAddress } from '../dlms/framing/hdlcFrame.ts';
import { encodeWrapper, WrapperParser } from '../dlms/framing/wrapper.ts';
import { CONFORMANCE, encodeInitiateRequest } from '../dlms/apdu/initiate.ts';
import {
  BAUD_RATES,
  type Identification,
  MODE_B_BAUD_RATES,
  parseIdentification,
  protocolMode,
  requestMessage,
  WAKE_UP,
} from '../iec62056_21/frames.ts';
import { scanner, withEvenParity } from '../iec62056_21/scanner.ts';
import { serialTransport } from '../transport/serial.ts';
import type { SerialPackage } from '../transport/serialPackage.ts';
import { tcpTransport } from '../transport/tcp.ts';
import { wallTimers } from '../transport/timers.ts';
import type { Timers } from '../transport/timers.ts';
import { TransportError, type ByteChannel } from '../transport/transport.ts';
import { type FoundAddress, pairsToAsk, type ProbeAddresses, serversToAsk } from './probeAddresses.ts';

/** One question to a port. The mode is `tcp` over TCP, where the other end sets the line. */
export interface Probe {
  readonly mode: string;
  readonly ask: '62056-21' | 'hdlc' | 'wrapper';
}

/** The questions to a serial port, likely ones first: optical heads open at 300 Bd, HDLC ports run at 9600. */
export const PROBES: readonly Probe[] = [
  { mode: '300/7E1', ask: '62056-21' },
  { mode: '9600/8N1', ask: 'hdlc' },
  { mode: '9600/7E1', ask: '62056-21' },
  { mode: '115200/8N1', ask: 'hdlc' },
  { mode: '57600/8N1', ask: 'hdlc' },
  { mode: '38400/8N1', ask: 'hdlc' },
  { mode: '19200/8N1', ask: 'hdlc' },
  { mode: '4800/8N1', ask: 'hdlc' },
  { mode: '2400/8N1', ask: 'hdlc' },
];

/** The questions to a TCP address. */
const TCP_PROBES: readonly Probe[] = [
  { mode: 'tcp', ask: 'wrapper' },
  { mode: 'tcp', ask: 'hdlc' },
  { mode: 'tcp', ask: '62056-21' },
];

const PUBLIC_CLIENT = 16;
const UNNUMBERED: Readonly<Record<number, string>> = { [UA]: 'UA', [DM]: 'DM', [FRMR]: 'FRMR' };

/** The result of one question to a port. */
export interface ProbeResult extends Probe {
  readonly answered: boolean;
  /** The finding in words, without payload. */
  readonly detail: string;
  /** Where it answered. */
  readonly address?: FoundAddress;
}

/** Options of a probe: how long to wait for an answer, and whether to go on after one. */
export interface ProbeOptions extends ProbeAddresses {
  /** The questions to ask. Default: {@link PROBES}, or {@link TCP_PROBES} for a TCP address. */
  readonly probes?: readonly Probe[];
  /** True to go on after something has answered. Default: false. */
  readonly all?: boolean;
  /** Time to wait for each answer, in milliseconds. Default: 2000. */
  readonly answerMilliseconds?: number;
  /** True: wakes a battery-operated meter with NULs for 2.2 s before each 62056-21 request. Default false. */
  readonly wakeUp?: boolean;
  readonly timers?: Timers;
  readonly load?: () => Promise<SerialPackage>;
  readonly onResult?: (result: ProbeResult) => void;
}

/** A channel that may have an adjustable speed. */
type Line = ByteChannel & { setMode?(mode: string): Promise<void> };

/** Parses `tcp:HOST:PORT` and `tcp://HOST:PORT`. Any other text is the path of a serial port. */
function tcpTarget(target: string): { readonly host: string; readonly port: number } | undefined {
  const found = /^tcp:(?:\/\/)?(\[[0-9A-Fa-f:.%a-z]+\]|[^:[\]\s/]+):(\d{1,5})$/.exec(target);
  const port = Number(found?.[2]);
  if (found === null || port < 1 || port > 0xffff) return undefined;
  return { host: found[1]!.replace(/^\[|\]$/g, ''), port };
}

/**
 * Asks a serial port, or `tcp:HOST:PORT`. Rejects with a TransportError if the port cannot be opened or vanishes.
 */
export async function probePort(target: string, options: ProbeOptions = {}): Promise<readonly ProbeResult[]> {
  const tcp = tcpTarget(target);
  if (tcp === undefined && target.startsWith('tcp:'))
    throw new TransportError('settings', target, 'expected tcp:HOST:PORT, the port from 1 to 65535');
  const probes = options.probes ?? (tcp ? TCP_PROBES : PROBES);
  const results: ProbeResult[] = [];
  const open = tcp ? (): Promise<Line> => tcpTransport(tcp).open() : serialOpener(target, probes, options);
  let channel = await open();
  let lost: Error | undefined;
  channel.onError((error) => (lost = error));
  try {
    for (const probe of probes) {
      // A device that does not speak the protocol of a question may hang up. It is called again.
      if (tcp && channel.closed) channel = await open();
      await channel.setMode?.(probe.mode);
      const answer = await ASK[probe.ask](channel, options);
      if (!tcp && lost !== undefined && channel.closed) throw lost;
      const result = { ...probe, ...answer };
      results.push(result);
      options.onResult?.(result);
      if (result.answered && options.all !== true) break;
    }
  } finally {
    await channel.close();
  }
  return results;
}

function serialOpener(path: string, probes: readonly Probe[], { load }: ProbeOptions): () => Promise<Line> {
  const mode = probes[0]?.mode ?? '9600/8N1';
  return () => serialTransport({ path, mode, ...(load !== undefined && { load }) }).open();
}

type Answer = Pick<ProbeResult, 'answered' | 'detail' | 'address'>;

const ASK: Readonly<Record<Probe['ask'], (channel: Line, options: ProbeOptions) => Promise<Answer>>> = {
  '62056-21': askIdentification,
  'hdlc': askHdlc,
  'wrapper': askWrapper,
};

async function askIdentification(channel: Line, options: ProbeOptions): Promise<Answer> {
  const isSerial = channel.setMode !== undefined;
  // A converter on TCP may be set to 8N1, and then the parity is ours. At 7E1 it drops bit 8, so it does no harm.
  const found = scanner({ parity: isSerial ? 'port' : 'either' });
  const request = isSerial ? requestMessage() : withEvenParity(requestMessage());
  const heard = { octets: 0 };
  if (options.wakeUp === true) await wake(channel, options);
  const identification = await exchange(channel, request, options, (bytes) => {
    heard.octets += bytes.length;
    found.push(bytes);
    for (let message = found.next('opening'); message !== undefined; message = found.next('opening')) {
      const parsed = message.kind === 'line' ? parseIdentification(message.text) : undefined;
      if (parsed !== undefined) return parsed;
    }
    return undefined;
  });
  return identification === undefined ? silence(heard.octets) : { answered: true, detail: meterText(identification) };
}

function meterText(identification: Identification): string {
  const { manufacturer, baud, model } = identification;
  switch (protocolMode(identification)) {
    case 'A':
      return `${manufacturer} '${baud}${model}', mode A: it reads out at ${BAUD_RATES['0']} Bd by itself`;
    case 'B':
      return `${manufacturer} '${model}', baud character ${baud}, mode B: it reads out at ${MODE_B_BAUD_RATES[baud]} Bd by itself`;
    case 'C':
      return `${manufacturer} '${model}', baud character ${baud}, mode C`;
    case 'E':
      return `${manufacturer} '${model}', baud character ${baud}, mode E, HDLC can be chosen`;
  }
}

/** Sends NULs for as long as a battery-operated meter needs to wake up, then waits until it accepts a request. */
async function wake(channel: Line, options: ProbeOptions): Promise<void> {
  const timers = options.timers ?? wallTimers();
  const { nulMilliseconds, pauseMilliseconds } = WAKE_UP;
  channel.write(new Uint8Array(Math.ceil((nulMilliseconds / 1000) * 30)));
  await new Promise<void>((resolve) => {
    const cancel = timers.after(nulMilliseconds + pauseMilliseconds, resolve);
    channel.onClose(() => {
      cancel();
      resolve();
    });
  });
}

async function askHdlc(channel: Line, options: ProbeOptions): Promise<Answer> {
  const heard = { octets: 0 };
  const timers = options.timers ?? wallTimers();
  const ask = (client: number, address: HdlcAddress, control: number): Promise<HdlcFrame | undefined> => {
    const parser = new HdlcParser();
    const frame = { destination: address, source: shortAddress(client), control: control | POLL_FINAL };
    const octets = encodeFrame({ ...frame, segmented: false, information: new Uint8Array(0) });
    return exchange(channel, octets, options, (bytes) => {
      heard.octets += bytes.length;
      const frames = parser.receive(bytes, timers.nowMilliseconds() / 1000);
      // An optical head echoes what it sends. Only a frame to the client is an answer, and only a server sends these.
      return frames.find(
        ({ destination, control: code }) =>
          destination.bytes === 1 && destination.upper === client && UNNUMBERED[code & ~POLL_FINAL] !== undefined,
      );
    });
  };
  for (const { client, text, address } of serversToAsk(options, PUBLIC_CLIENT)) {
    if (channel.closed) break;
    const answer = await ask(client, address, SNRM);
    if (answer === undefined) continue;
    const word = UNNUMBERED[answer.control & ~POLL_FINAL];
    const { upper, lower, bytes } = answer.source;
    const isOther = upper !== address.upper || lower !== address.lower;
    // A slow device may answer here to an earlier question. Its link is closed at the address that it gives.
    if (word === 'UA') for (const to of isOther ? [answer.source, address] : [address]) await ask(client, to, DISC);
    const own = isOther ? `, which calls itself ${upper}${bytes === 1 ? '' : `/${lower}`} in ${bytes} byte(s)` : '';
    const found = {
      client,
      server: upper,
      ...(bytes > 1 && { physical: lower }),
      addressBytes: bytes,
    };
    return { answered: true, detail: `${word} from ${text} to client ${client}${own}`, address: found };
  }
  return silence(heard.octets);
}

/** Sends an AARQ of a client without security. It changes nothing in a meter. */
async function askWrapper(channel: Line, options: ProbeOptions): Promise<Answer> {
  const heard = { octets: 0 };
  let rejected: Answer | undefined;
  const asked: FoundAddress[] = [];
  for (const address of pairsToAsk(options, PUBLIC_CLIENT)) {
    if (channel.closed) break;
    asked.push(address);
    const found = await askPair(channel, options, { ...address, heard, asked });
    if (found?.isAccepted === true) return found.answer;
    rejected ??= found?.answer;
  }
  return rejected ?? silence(heard.octets);
}

/**
 * Asks one server as one client; undefined if nothing answers. A meter that rejects the client is there. A slow one may
 * answer to an earlier question, and is then named by the address that it gives.
 */
async function askPair(
  channel: Line,
  options: ProbeOptions,
  of: FoundAddress & { readonly heard: { octets: number }; readonly asked: readonly FoundAddress[] },
): Promise<{ readonly answer: Answer; readonly isAccepted: boolean } | undefined> {
  const { heard, asked } = of;
  const question = { source: of.client, destination: of.server };
  const parser = new WrapperParser();
  const conformance = CONFORMANCE.get | CONFORMANCE.blockGet;
  const initiate = { responseAllowed: true, dlmsVersion: 6, conformance, pduBytesMax: 0xffff };
  const aarq = encodeAarq({ context: 1, mechanism: 0, userInformation: encodeInitiateRequest(initiate) });
  const answer = await exchange(channel, encodeWrapper({ ...question, apdu: aarq }), options, (bytes) => {
    heard.octets += bytes.length;
    return parser
      .receive(bytes)
      .find((pdu) => asked.some(({ client, server }) => pdu.destination === client && pdu.source === server));
  });
  if (answer === undefined) return undefined;
  const { destination: source, source: destination } = answer;
  const isAare = answer.apdu[0] === 0x61;
  const aare = isAare ? decodeAare(answer.apdu) : undefined;
  const isAccepted = aare?.ok === true && aare.value.result === 0;
  if (isAare && !channel.closed) {
    channel.write(encodeWrapper({ source, destination, apdu: encodeRelease('request', { reason: 0 }) }));
    await channel.flush().catch(() => undefined);
  }
  const what = isAare ? 'an AARE' : 'an APDU';
  const verdict = aare?.ok === true && !isAccepted ? ', which it rejects' : '';
  const detail = `${what} from server ${destination} to client ${source}${verdict}`;
  return { answer: { answered: true, detail, address: { client: source, server: destination } }, isAccepted };
}

function silence(octets: number): Answer {
  const detail = octets === 0 ? 'silence' : `${octets} octets that make no sense: perhaps another speed or parity`;
  return { answered: false, detail };
}

/**
 * Sends octets and waits for a value that `accept` builds from the answer. Undefined if the time is up or the port is
 * gone.
 */
function exchange<T>(
  channel: Line,
  octets: Uint8Array,
  options: ProbeOptions,
  accept: (bytes: Uint8Array) => T | undefined,
): Promise<T | undefined> {
  return new Promise((resolve) => {
    const timers = options.timers ?? wallTimers();
    // A late answer to the question before waits in the channel, and may end this exchange while it is being set up.
    const undo: (() => void)[] = [];
    let isOver = false;
    const done = (answer: T | undefined): void => {
      isOver = true;
      for (const one of undo.splice(0)) one();
      resolve(answer);
    };
    const keep = (one: () => void): void => {
      if (isOver) one();
      else undo.push(one);
    };
    keep(timers.after(options.answerMilliseconds ?? 2000, () => done(undefined)));
    const listen = (bytes: Uint8Array): void => {
      const answer = isOver ? undefined : accept(bytes);
      if (answer !== undefined) done(answer);
    };
    keep(channel.onData(listen));
    keep(channel.onClose(() => done(undefined)));
    if (!isOver && !channel.closed) channel.write(octets);
  });
}
