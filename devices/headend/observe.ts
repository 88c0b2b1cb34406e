/**
 * What a head-end makes of how a step went: the end of `observe(realise(effect))`. One principle: only an answer that verifies
 * is an answer. An exception or a rejection comes in clear, from the device, from a hub in its stead or from a damaged frame,
 * so it counts as none; a refusal is one that the device's keys protect.
 */
import type { Observation } from '../../src/migration/observations.ts';
import { RESULT } from '../dlms/apdu.ts';
import type { WireError } from './procedure.ts';
import type { Rotated } from './rotate.ts';

/**
 * What a step showed; or that it was not taken, because this side may not, or has nothing to take it with. That is no
 * observation of the device, and never a failure of it.
 */
export type Observed = Observation | 'notCarriedOut';

const OBSERVED: Readonly<Record<WireError['kind'], Observed>> = {
  result: 'refused',
  lost: 'noAnswer',
  security: 'noAnswer',
  sealedComplaint: 'noAnswer',
  protocol: 'noAnswer',
  exception: 'noAnswer',
  rejected: 'noAnswer',
  serviceError: 'noAnswer',
  // Ours are used up: the device has nothing to do with it.
  countersUsedUp: 'systemFault',
  notAllowed: 'notCarriedOut',
};

export function observeError(error: WireError): Observed {
  return OBSERVED[error.kind];
}

/** An item that does not unwrap is answered so: nothing was installed, and the Master Key is not this device's. */
const DOES_NOT_UNWRAP: number = RESULT.otherReason;

/** What a rotation shows. A missing Master Key shows nothing: whoever lacks it must not make the attempt. */
export function observeRotation(rotated: Rotated): Observed {
  switch (rotated.kind) {
    case 'rotated':
      return 'answered';
    case 'refused':
      return rotated.result === DOES_NOT_UNWRAP ? 'wrongKey' : 'refused';
    case 'failed':
      return observeError(rotated.error);
    case 'inFlight':
      return 'systemFault';
    case 'notAllowed':
      return 'notCarriedOut';
    case 'masterKeyMissing':
      throw new Error('a migration is not attempted before its Master Key is obtained');
  }
}
