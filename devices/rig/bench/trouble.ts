/**
 * Whose fault it is that a carrier failed. A hub that cannot be reached over a network is silent. A serial adapter that was pulled
 * out, or a broker that is down, is the bench's own trouble and says nothing of any device.
 */
import { TAKEN_OVER } from '../../mqtt/mqttTransport.ts';
import type { TransportError, TransportErrorCode } from '../../transport/transport.ts';
import type { Place } from '../file/places.ts';
import type { OurSide } from '../walk/rig.ts';

/** A carrier that failed, when it was opened or while it was used. */
export interface Trouble {
  readonly place: Place;
  /** The carrier's own name. An error of the broker under it bears the broker's name instead. */
  readonly line: string;
  readonly error: TransportError;
}

/** What a device, or what lies between, may do to a call. Any other failure happened on this side. */
const THEIRS: Readonly<Record<Place['kind'], readonly TransportErrorCode[]>> = {
  tcp: ['refused', 'timeout', 'lost'],
  // The port is here. That nothing answers on it is the device's doing.
  serial: ['timeout'],
  mqtt: ['timeout', 'lost'],
  driver: [],
  emulated: [],
};
/** Our own network is down: the operating system knows of no way at all. */
const NO_NETWORK = /\bE(NETUNREACH|NETDOWN)\b/;

/** True if a failure of a carrier says nothing of the device behind it. */
export function isOurTrouble({ place, line, error }: Trouble): boolean {
  const isOfBroker = place.kind === 'mqtt' && error.endpoint !== line;
  const isTakenOver = error.message.endsWith(TAKEN_OVER);
  return isOfBroker || isTakenOver || !THEIRS[place.kind].includes(error.code) || NO_NETWORK.test(error.message);
}

/** What went wrong on our side since an exchange began. */
export class OurTroubles implements OurSide {
  /** The latest trouble of all, in words. */
  last: string | undefined;
  private sinceBegin: string | undefined;

  begin(): void {
    this.sinceBegin = undefined;
  }

  why(): string | undefined {
    return this.sinceBegin;
  }

  /** Takes the failure of a carrier; one that is the device's own is passed over. */
  readonly carrier = (trouble: Trouble): void => {
    if (isOurTrouble(trouble)) this.other(trouble.error.message);
  };

  /** Takes any other trouble of this side: a driver that broke down, a device that another process has. */
  readonly other = (why: string): void => {
    this.last = why;
    this.sinceBegin = why;
  };
}
