/** Finds CADs that publish in Glow's form on a broker, and says when each of them, and each of their meters, was heard. */
import type { Instant } from '../../src/time.ts';
import type { Received } from '../mqtt/connection.ts';
import { cadOf, decodeGlow, GLOW_FILTERS, type GlowMessage } from '../mqtt/glowMessage.ts';
import { heardOnBroker, type HearingOptions } from './heardOnBroker.ts';

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

/** A CAD speaks every six seconds. */
const LISTEN_SECONDS = 8;
/** Most CADs listed. A broker of a lab has a few. */
const CADS_MAX = 10_000;

/** Listens for 8 seconds by default. Rejects with a TransportError. */
export function listCads(options: HearingOptions<FoundCad>): Promise<readonly FoundCad[]> {
  return heardOnBroker({ listenSeconds: LISTEN_SECONDS, ...options }, ({ connection, found, onChange }) => {
    const heard = ({ topic, payload, retained }: Received): void => {
      const cad = cadOf(topic);
      if (cad === undefined || (found.size >= CADS_MAX && !found.has(cad))) return;
      const decoded = decodeGlow(topic, payload);
      const before = found.get(cad) ?? { cad, messages: 0, lastAt: undefined, hanJoined: undefined, electricityAt: undefined, gasAt: undefined }; // prettier-ignore
      const counted = { ...before, messages: before.messages + (retained ? 0 : 1) };
      found.set(cad, decoded?.ok === true ? withMessage(counted, decoded.value) : counted);
      onChange();
    };
    return Promise.all(GLOW_FILTERS.map((filter) => connection.subscribe(filter, heard)));
  });
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
