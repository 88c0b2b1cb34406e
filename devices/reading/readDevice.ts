/** Reads an attached device over its carrier. Nothing is written: the client core refuses every SET and every ACTION. */
import type { ClientSessionOptions } from '../dlms/client/clientSession.ts';
import { toHex } from '../dlms/encoding/bytes.ts';
import type { SuiteKeys } from '../dlms/security/ciphering.ts';
import type { SecretMechanism } from '../dlms/security/hls.ts';
import type { CarrierLine } from '../hardware/carrierLine.ts';
import type { Peer } from '../headend/associate.ts';
import { KeyLedger } from '../headend/keyLedger.ts';
import { runAsync, type RunnerOptions } from '../headend/runner.ts';
import { wireErrorText } from '../headend/wireError.ts';
import { tapped, type FrameLog } from '../transport/tap.ts';
import type { Timers } from '../transport/timers.ts';
import { TransportError } from '../transport/transport.ts';
import { READING_FORMAT, type DeviceReading } from './deviceReading.ts';
import { survey, type SurveyOptions } from './survey.ts';

/** How a client shows who it is. LLS and HLS by a secret need the secret; GMAC needs keys. */
export type ReadLogin =
  | { readonly authentication: 'none' }
  | { readonly authentication: 'lls' | SecretMechanism; readonly secret: Uint8Array }
  | { readonly authentication: 'gmac'; readonly keys: SuiteKeys };

export interface ReadDeviceOptions extends SurveyOptions {
  /** The carrier to the device. It is closed in the end. */
  readonly line: CarrierLine;
  readonly framing: 'wrapper' | 'hdlc';
  readonly timers: Timers;
  readonly login: ReadLogin;
  /** Client and server SAP. */
  readonly client: number;
  readonly server: number;
  readonly session?: Pick<ClientSessionOptions, 'physical' | 'addressBytes'>;
  /** The client's system title, 8 bytes. GMAC needs one that was not used with these keys, or a device that tells its counter. */
  readonly title: Uint8Array;
  /** The invocation counter to begin at. Default: what the device's public client reads, else 1. */
  readonly counter?: number;
  /** How long an answer may take. */
  readonly answerSeconds: number;
  readonly onNotification?: NonNullable<RunnerOptions['onNotification']>;
  /** Records what crosses the carrier. */
  readonly log?: FrameLog;
}

/** Keys of a ledger that no client uses: of a login without keys. */
const NO_KEYS: SuiteKeys = { guek: new Uint8Array(16), gak: new Uint8Array(16) };

export async function readDevice(options: ReadDeviceOptions): Promise<DeviceReading> {
  const { line, framing, login, client, server, session, answerSeconds, timers, onNote, onNotification, log } = options;
  const ledger = new KeyLedger(login.authentication === 'gmac' ? login.keys : NO_KEYS);
  if (options.counter !== undefined) ledger.startCounter(options.counter);
  let title: Uint8Array | undefined;
  let carrierError: TransportError | undefined;
  const peer: Peer = {
    call: { device: 'chf', client, server, timeoutSeconds: answerSeconds, ...session },
    systemTitle: options.title,
    ledger,
    mayWrite: () => false,
    counter: { readFirst: login.authentication === 'gmac' && options.counter === undefined },
    onTitle: (given) => (title = given),
    ...(login.authentication !== 'gmac' && { login }),
    ...(onNote && { onCounter: onNote }),
  };
  const dial: RunnerOptions['dial'] = (_call, done) => {
    line.open().then(
      (channel) => {
        channel.onError((error) => (carrierError = error));
        log?.remark({ endpoint: channel.endpoint, layer: framing, note: 'connection opened', event: 'opened' });
        channel.onClose(() => log?.remark({ endpoint: channel.endpoint, layer: framing, note: 'connection closed', event: 'closed' })); // prettier-ignore
        done(log ? tapped(channel, { log, side: 'client', layer: framing }) : channel);
      },
      (error: unknown) => {
        if (!(error instanceof TransportError)) throw error;
        carrierError = error;
        log?.remark({ endpoint: line.name, layer: framing, note: wordsOf(error), event: 'refused' });
        done(undefined);
      },
    );
  };
  const runner = {
    timers,
    dial,
    framing,
    ...(onNote && { onNote }),
    ...(onNotification && { onNotification }),
  } as const;
  try {
    const { objects, problem } = await runAsync(survey(peer, options), runner);
    const why = problem && (carrierError === undefined ? wireErrorText(problem) : wordsOf(carrierError));
    return {
      format: READING_FORMAT,
      source: line.name,
      readAt: new Date(timers.nowMilliseconds()).toISOString(),
      by: 'dlms',
      client,
      server,
      authentication: login.authentication,
      ...(title && { title: toHex(title) }),
      complete: problem === undefined,
      ...(why !== undefined && { problem: why }),
      objects: [...objects],
      sets: [],
    };
  } finally {
    await line.close?.();
  }
}

/** The carrier's words without its name, which the reading holds already. */
export function wordsOf({ endpoint, message }: TransportError): string {
  return message.startsWith(`${endpoint}: `) ? message.slice(endpoint.length + 2) : message;
}
