/**
 * The reason why a request to a device got no usable answer: the type that client, runner and procedures share, its
 * words, and three questions about it. A reason holds no key, no plaintext and no octet of a payload, so every output
 * may show it.
 */
import { DIAGNOSTIC } from '../dlms/apdu/acse.ts';
import { RESULT, SERVICE_ERROR, STATE_ERROR } from '../dlms/apdu/apdu.ts';
import { namesOf, RESULT_NAMES } from '../dlms/apdu/codeNames.ts';
import type { ClientError } from '../dlms/client/clientResult.ts';

/**
 * How an answer was lost. `noLink`: no carrier could be opened. `linkRefused`: the device itself refused the data link
 * (HDLC DM or FRMR), which is an answer. `linkDown`: the carrier went away. `timeout`: nothing came in the time
 * allowed. `endless`: frames came without a whole answer. `notProved`: a key was acknowledged and the device still
 * answers to the old one.
 */
export type LostHow = 'noLink' | 'linkRefused' | 'linkDown' | 'timeout' | 'endless' | 'notProved';

/** No answer came. `how` is undefined if the cause is unknown. */
export interface Lost {
  readonly kind: 'lost';
  readonly how?: LostHow;
}

/** Why a request failed: what the client found out, or that no answer came. */
export type WireError = ClientError | Lost;

/** No answer came, and the cause is unknown. */
export const LOST: { readonly ok: false; readonly error: Lost } = { ok: false, error: { kind: 'lost' } };

export function lostBy(how: LostHow): { readonly ok: false; readonly error: Lost } {
  return { ok: false, error: { kind: 'lost', how } };
}

/** True if the device, or something in its place, said anything: its link carried something. */
export function hasAnswered(error: WireError): boolean {
  if (error.kind === 'lost') return error.how === 'linkRefused' || error.how === 'endless' || error.how === 'notProved';
  return error.kind !== 'countersUsedUp' && error.kind !== 'notAllowed';
}

/** AARE result 2: the device asks to be called again later. */
const REJECTED_TRANSIENT = 2;

/** True if the device says that it is busy: the same request may succeed a little later. */
export function isBusy(error: WireError): boolean {
  switch (error.kind) {
    case 'rejected':
      return error.result === REJECTED_TRANSIENT;
    case 'exception':
      return error.serviceError === SERVICE_ERROR.operationNotPossible;
    case 'result':
      return error.result === RESULT.temporaryFailure;
    default:
      return false;
  }
}

/** The reason in words: what the device said, by name and number, or how its answer was lost. */
export function wireErrorText(error: WireError): string {
  switch (error.kind) {
    case 'lost':
      return LOST_WORDS[error.how ?? 'unknown'];
    case 'rejected': {
      const initiate =
        error.initiateError === undefined
          ? ''
          : `, initiate error ${named(INITIATE_ERRORS[error.initiateError], error.initiateError)}`;
      return `it rejects the association: result ${named(AARE_RESULTS[error.result], error.result)}, diagnostic ${named(DIAGNOSTICS[error.diagnostic], error.diagnostic)}${initiate}`;
    }
    case 'exception': {
      const expected = error.expectedCounter === undefined ? '' : `, expects counter ${error.expectedCounter}`;
      return `it answers with an exception: state ${named(STATES[error.stateError], error.stateError)}, service ${named(SERVICES[error.serviceError], error.serviceError)}${expected}`;
    }
    case 'serviceError':
      return `it answers with a confirmed service error: service ${error.service}, category ${named(CATEGORIES[error.category], error.category)}, code ${error.code}`;
    case 'result':
      return `it refuses: result ${named(RESULT_NAMES[error.result], error.result)}`;
    case 'security':
      return `its answer does not verify under the keys held: ${error.error}`;
    case 'sealedComplaint':
      return 'it answers under a cipher before it has given its title, so its answer cannot be read';
    case 'protocol':
      return `its answer cannot be read: ${error.error}`;
    case 'countersUsedUp':
      return 'no invocation counter is left under the keys held; nothing was sent';
    case 'notAllowed':
      return 'this side may not change the device there; nothing was sent';
  }
}

/** A data-access-result or action-result by name and number: `object undefined (4)`. */
export function resultText(result: number): string {
  return `${RESULT_NAMES[result] ?? 'refused'} (${result})`;
}

const LOST_WORDS: Readonly<Record<LostHow | 'unknown', string>> = {
  noLink: 'no link to it could be opened',
  linkRefused: 'it refuses the data link',
  linkDown: 'the link went down before the answer was whole',
  timeout: 'no answer came in the time allowed',
  endless: 'it sends frames, and no whole answer',
  notProved: 'it acknowledged the new keys and answers to the old ones',
  unknown: 'no answer came',
};

function named(name: string | undefined, code: number): string {
  return name === undefined ? String(code) : `${code} (${name})`;
}

const AARE_RESULTS: Readonly<Record<number, string>> = { 0: 'accepted', 1: 'rejected permanently', 2: 'rejected transiently' }; // prettier-ignore
const DIAGNOSTICS = namesOf(DIAGNOSTIC);
const STATES = namesOf(STATE_ERROR);
const SERVICES = namesOf(SERVICE_ERROR);
/** ServiceError of IEC 62056-5-3: the categories of a confirmedServiceError. */
const CATEGORIES: Readonly<Record<number, string>> = {
  0: 'application reference',
  1: 'hardware resource',
  2: 'VDE state',
  3: 'service',
  4: 'definition',
  5: 'access',
  6: 'initiate',
  7: 'load data set',
  9: 'task',
};
const INITIATE_ERRORS: Readonly<Record<number, string>> = {
  0: 'other',
  1: 'DLMS version too low',
  2: 'incompatible conformance',
  3: 'PDU size too short',
  4: 'refused',
};
