/** Finds CADs that publish in Glow's form on a broker, and says when each of them, and each of their meters, was heard. */
import type { Instant } from '../../src/time.ts';
import { connectBroker, type ConnectionOptions } from '../mqtt/connection.ts';
import { cadOf, decodeGlow, GLOW_FILTERS, type GlowMessage } from '../mqtt/glowMessage.ts';
import { wallTimers, type Timers } from '../transport/timers.ts';
import { TransportError } from '../transport/transport.ts';

/** A CAD that publishes in Glow's form, and when it and its meters were heard. */
export interface FoundCad {
  readonly cad: string;
  /** Messages that came while we listened. None: all that is known was retained by the broker. */
  readonly messages: number;
  /** The newest date that the CAD itself gave, of any of its messages. */
  readonly lastAt: Instant | undefined;
  /** True if it says that it is joined to its hub. That says nothing of the gas meter. */
  readonly hanJoined: boolean | undefined;
  /** The date of the data of each meter that it mirrors. */
  readonly electricityAt: Instant | undefined;
  readonly gasAt: Instant | undefined;
}

export interface ListCadsOptions extends Omit<ConnectionOptions, 'will'> {
  /** Default 8: a CAD speaks every six seconds. */
  readonly listenSeconds?: number;
  readonly timers?: Timers;
  /** Ends the wait early when it returns true. */
  readonly enough?: (found: readonly FoundCad[]) => boolean;
}

const LISTEN_SECONDS = 8;
/** Most CADs listed. A broker of a lab has a few. */
const CADS_MAX = 10_000;

/** Rejects with a TransportError. */
export async function listCads(options: ListCadsOptions): Promise<readonly FoundCad[]> {
  const connection = await connectBroker(options);
  const timers = options.timers ?? wallTimers();
  const found = new Map<string, FoundCad>();
  const sorted = (): FoundCad[] => [...found.keys()].sort().map((key) => found.get(key)!);
  try {
    await new Promise<void>((resolve, reject) => {
      connection.onEnd((cause) => reject(cause ?? new TransportError('lost', connection.endpoint, 'hung up')));
      timers.after((options.listenSeconds ?? LISTEN_SECONDS) * 1000, resolve);
      for (const filter of GLOW_FILTERS) {
        const heard = ({
          topic,
          payload,
          retained,
        }: {
          topic: string;
          payload: Uint8Array;
          retained: boolean;
        }): void => {
          const cad = cadOf(topic);
          if (cad === undefined || (found.size >= CADS_MAX && !found.has(cad))) return;
          const decoded = decodeGlow(topic, payload);
          const before = found.get(cad) ?? { cad, messages: 0, lastAt: undefined, hanJoined: undefined, electricityAt: undefined, gasAt: undefined }; // prettier-ignore
          const counted = { ...before, messages: before.messages + (retained ? 0 : 1) };
          found.set(cad, decoded?.ok === true ? withMessage(counted, decoded.value) : counted);
          if (options.enough?.(sorted()) === true) resolve();
        };
        connection.subscribe(filter, heard).catch(reject);
      }
    });
  } finally {
    await connection.close();
  }
  return sorted();
}

function withMessage(cad: FoundCad, message: GlowMessage): FoundCad {
  const at = 'at' in message ? message.at : undefined;
  const lastAt = later(cad.lastAt, at);
  switch (message.kind) {
    case 'state':
    case 'cloud':
      return { ...cad, lastAt, hanJoined: message.hanJoined ?? cad.hanJoined };
    case 'electricitymeter':
      return { ...cad, lastAt, electricityAt: later(cad.electricityAt, at) };
    case 'gasmeter':
      return { ...cad, lastAt, gasAt: later(cad.gasAt, at) };
  }
}

function later(a: Instant | undefined, b: Instant | undefined): Instant | undefined {
  return a === undefined || (b !== undefined && b > a) ? b : a;
}
