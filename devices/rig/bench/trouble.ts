/**
 * Decides who is at fault when a carrier failed. A hub that cannot be reached over a network is silent. A serial
 * adapter that was pulled out, or a broker that is down, is the bench's own failure and says nothing about a device.
 */
import { TAKEN_OVER } from '../../mqtt/mqttTransport.ts';
import type { TransportError, TransportErrorCode } from '../../transport/transport.ts';
import type { Place } from '../file/places.ts';
import type { OurSide } from '../walk/rigOptions.ts';

/** A carrier that failed, when it was opened or while it was used. */
export interface Trouble {
  readonly place: Place;
  /** The carrier's own name. An error of the broker beneath it carries the broker's name instead. */
  readonly line: string;
  readonly error: TransportError;
}

/** Failures that a device, or something between it and us, can cause. Any other failure happened on this side. */
const THEIRS: Readonly<Record<Place['kind'], readonly TransportErrorCode[]>> = {
  tcp: ['refused', 'timeout', 'lost'],
  // The port is present, so silence on it is the device's.
  serial: ['timeout'],
  mqtt: ['timeout', 'lost'],
  driver: [],
  emulated: [],
};
/** Our own network is down: the operating system has no route at all. */
const NO_NETWORK = /\bE(NETUNREACH|NETDOWN)\b/;

/** True if the failure of a carrier says nothing about the device behind it. */
export function isOurTrouble({ place, line, error }: Trouble): boolean {
  const isOfBroker = place.kind === 'mqtt' && error.endpoint !== line;
  const isTakenOver = error.message.endsWith(TAKEN_OVER);
  return isOfBroker || isTakenOver || !THEIRS[place.kind].includes(error.code) || NO_NETWORK.test(error.message);
}

/** Collects the failures on our side since an exchange began. */
export class OurTroubles implements OurSide {
  /** The latest failure on our side, in words. */
  last: string | undefined;
  private sinceBegin: string | undefined;

  begin(): void {
    this.sinceBegin = undefined;
  }

  why(): string | undefined {
    return this.sinceBegin;
  }

  /** Records the failure of a carrier, unless the device caused it. */
  readonly carrier = (trouble: Trouble): void => {
    if (isOurTrouble(trouble)) this.other(trouble.error.message);
  };

  /** Records any other failure on this side, such as a broken driver or a device that another process holds. */
  readonly other = (why: string): void => {
    this.last = why;
    this.sinceBegin = why;
  };
}
