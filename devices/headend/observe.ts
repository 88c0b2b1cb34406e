/**
 * Derives the observation of a step: the end of `observe(realise(effect))`. Only an answer that verifies counts as an
 * answer. An exception or a rejection comes in clear from the device, from a hub in its place or from a damaged frame,
 * so it does not count. A refusal counts because the device's keys protect it.
 */
import type { Observation } from '../../src/migration/observations.ts';
import { RESULT } from '../dlms/apdu/apdu.ts';
import type { WireError } from './procedure.ts';
import type { Rotated } from './rotate.ts';

/**
 * The observation of a step. `notCarriedOut`: this side may not take the step, or cannot. That is no observation of the
 * device and never its failure.
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
  // Our own counters are used up. The device has no part in that.
  countersUsedUp: 'systemFault',
  notAllowed: 'notCarriedOut',
};

export function observeError(error: WireError): Observed {
  return OBSERVED[error.kind];
}

/** The result for an item that does not unwrap: nothing was installed, and the Master Key is not this device's. */
const DOES_NOT_UNWRAP: number = RESULT.otherReason;

/**
 * Returns the observation of a rotation. A missing Master Key gives none, because a party without it must not make the
 * attempt.
 */
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
