/**
 * Whose fault it is that a carrier failed: a hub that cannot be reached over a network is silent, but a serial adapter that was
 * pulled out, or a broker that is down, is the bench's own trouble and says nothing of any device.
 */
import type { Place } from '../file/places.ts';
import type { TransportError, TransportErrorCode } from '../../transport/transport.ts';

export interface Trouble {
  readonly place: Place;
  /** The carrier's own name; a broker has another. */
  readonly line: string;
  readonly error: TransportError;
}

/** What a device, or what lies between, may do to a call; anything else is done here. */
const THEIRS: Readonly<Record<Place['kind'], readonly TransportErrorCode[]>> = {
  tcp: ['refused', 'timeout', 'lost'],
  // The port is here; that nothing answers on it is the device's.
  serial: ['timeout'],
  mqtt: ['timeout', 'lost'],
  driver: [],
  emulated: [],
};
/** Our own network is down: the operating system knows of no way at all. */
const NO_NETWORK = /\bE(NETUNREACH|NETDOWN)\b/;

export function isOurTrouble({ place, line, error }: Trouble): boolean {
  const isOfBroker = place.kind === 'mqtt' && error.endpoint !== line;
  return isOfBroker || !THEIRS[place.kind].includes(error.code) || NO_NETWORK.test(error.message);
}
