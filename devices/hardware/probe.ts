import { DISC, DM, FRMR, POLL_FINAL, SNRM, UA } from '../dlms/hdlcControl.ts';
import { encodeFrame, HdlcParser, serverAddress, shortAddress } from '../dlms/hdlcFrame.ts';
import type { HdlcAddress } from '../dlms/hdlcFrame.ts';
import { parseIdentification, requestMessage } from '../iec62056_21/frames.ts';
import { scanner } from '../iec62056_21/scanner.ts';
import { serialTransport } from '../transport/serial.ts';
import type { SerialChannel } from '../transport/serial.ts';
import type { SerialPackage } from '../transport/serialPackage.ts';
import { wallTimers } from '../transport/timers.ts';
import type { Timers } from '../transport/timers.ts';

/** One question put to a port. */
export interface Probe {
  readonly mode: string;
  readonly ask: '62056-21' | 'hdlc';
}

/** What is tried, the likely first: optical heads open at 300 Bd, HDLC ports run at 9600. */
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

/** Servers that an SNRM is addressed to, from client 16 (public). The last is the all-station address. */
const SERVERS: readonly { readonly text: string; readonly address: HdlcAddress }[] = [
  { text: 'server 1', address: serverAddress(1) },
  { text: 'server 1/17', address: serverAddress(1, 17) },
  { text: 'server 1/16', address: serverAddress(1, 16, 4) },
  { text: 'all stations', address: serverAddress(0x7f) },
];
const PUBLIC_CLIENT = shortAddress(16);
const UNNUMBERED: Readonly<Record<number, string>> = { [UA]: 'UA', [DM]: 'DM', [FRMR]: 'FRMR' };

export interface ProbeResult extends Probe {
  readonly answered: boolean;
  /** In words; without payload. */
  readonly detail: string;
}

export interface ProbeOptions {
  readonly probes?: readonly Probe[];
  /** Go on after something has answered. */
  readonly all?: boolean;
  /** For each question. Default 2 s. */
  readonly answerMilliseconds?: number;
  readonly timers?: Timers;
  readonly load?: () => Promise<SerialPackage>;
  readonly onResult?: (result: ProbeResult) => void;
}

/**
 * Asks a serial port what speaks there, without choosing, opening or changing anything: a 62056-21 request, and SNRM
 * (undone by DISC). Rejects with a TransportError when the port cannot be had or vanishes.
 */
export async function probePort(path: string, options: ProbeOptions = {}): Promise<readonly ProbeResult[]> {
  const probes = options.probes ?? PROBES;
  const mode = probes[0]?.mode ?? '9600/8N1';
  const transport = serialTransport({ path, mode, ...(options.load !== undefined && { load: options.load }) });
  const channel = await transport.open();
  const results: ProbeResult[] = [];
  let lost: Error | undefined;
  channel.onError((error) => (lost = error));
  try {
    for (const probe of probes) {
      await channel.setMode(probe.mode);
      const answer = probe.ask === 'hdlc' ? await askHdlc(channel, options) : await askIdentification(channel, options);
      if (lost !== undefined && channel.closed) throw lost;
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

type Answer = Pick<ProbeResult, 'answered' | 'detail'>;

async function askIdentification(channel: SerialChannel, options: ProbeOptions): Promise<Answer> {
  const found = scanner();
  const heard = { octets: 0 };
  const identification = await exchange(channel, requestMessage(), options, (bytes) => {
    heard.octets += bytes.length;
    found.push(bytes);
    for (let message = found.next('opening'); message !== undefined; message = found.next('opening')) {
      const parsed = message.kind === 'line' ? parseIdentification(message.text) : undefined;
      if (parsed !== undefined) return parsed;
    }
    return undefined;
  });
  if (identification === undefined) return silence(heard.octets);
  const { manufacturer, baud, hdlc, model } = identification;
  const mode = hdlc ? 'mode E, HDLC can be chosen' : 'mode C';
  return { answered: true, detail: `${manufacturer} '${model}', baud character ${baud}, ${mode}` };
}

async function askHdlc(channel: SerialChannel, options: ProbeOptions): Promise<Answer> {
  const heard = { octets: 0 };
  const timers = options.timers ?? wallTimers();
  const ask = (address: HdlcAddress, control: number): Promise<string | undefined> => {
    const parser = new HdlcParser();
    const frame = { destination: address, source: PUBLIC_CLIENT, control: control | POLL_FINAL };
    const octets = encodeFrame({ ...frame, segmented: false, information: new Uint8Array(0) });
    return exchange(channel, octets, options, (bytes) => {
      heard.octets += bytes.length;
      const frames = parser.receive(bytes, timers.nowMilliseconds() / 1000);
      // An optical head echoes what it sends: only what is addressed to the client is an answer.
      const answer = frames.find((one) => one.destination.bytes === 1 && one.destination.upper === PUBLIC_CLIENT.upper);
      return answer === undefined ? undefined : (UNNUMBERED[answer.control & ~POLL_FINAL] ?? 'a frame');
    });
  };
  for (const server of SERVERS) {
    const answer = await ask(server.address, SNRM);
    if (answer === undefined) continue;
    if (answer === 'UA') await ask(server.address, DISC);
    return { answered: true, detail: `${answer} from ${server.text} to client 16` };
  }
  return silence(heard.octets);
}

function silence(octets: number): Answer {
  const detail = octets === 0 ? 'silence' : `${octets} octets that make no sense: perhaps another speed or parity`;
  return { answered: false, detail };
}

/** Sends, and waits for what `accept` makes of the octets; undefined when the time is up or the port gone. */
function exchange<T>(
  channel: SerialChannel,
  octets: Uint8Array,
  options: ProbeOptions,
  accept: (bytes: Uint8Array) => T | undefined,
): Promise<T | undefined> {
  return new Promise((resolve) => {
    const done = (answer: T | undefined): void => {
      cancel();
      unlisten();
      unclose();
      resolve(answer);
    };
    const timers = options.timers ?? wallTimers();
    const cancel = timers.after(options.answerMilliseconds ?? 2000, () => done(undefined));
    const unlisten = channel.onData((bytes) => {
      const answer = accept(bytes);
      if (answer !== undefined) done(answer);
    });
    const unclose = channel.onClose(() => done(undefined));
    channel.write(octets);
  });
}
