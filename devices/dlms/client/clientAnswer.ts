/**
 * Decides whether an APDU answers a client's request. A server may send APDUs by itself at any time: notifications, also
 * ciphered ones, and over a line that echoes the client receives its own requests. None of them is the answer. The client
 * goes on waiting, and its session hands the notifications on.
 */
import { roleOf } from '../apdu/apdu.ts';
import { NO_BYTES } from '../encoding/bytes.ts';
import { type ClientError, errorOf } from './clientResult.ts';
import { type ClientSecurity, REPEATED_COUNTER } from './clientSecurity.ts';

/** What a client waits for: the answer to an AARQ, to an RLRQ, or to a service request. */
export type Awaited = 'aare' | 'rlre' | 'service';

/** How a client understands an APDU that came while it was waiting. */
export type Arrival =
  /** The answer, deciphered. An AARE and an RLRE keep their ciphered user information. */
  | { readonly is: 'answer'; readonly apdu: Uint8Array }
  /** An APDU that ends the exchange without an answer. */
  | { readonly is: 'error'; readonly error: ClientError }
  /**
   * Not the answer: the client waits for another APDU. `doubt` is the error to report if none comes, for example because
   * the APDU may have been a damaged answer.
   */
  | { readonly is: 'other'; readonly doubt?: ClientError };

/** Yielded by a conversation that needs one more APDU and has nothing to send. */
export const WAIT_ON = NO_BYTES;

const OTHER: Arrival = { is: 'other' };
const EXPECTED_TAG: Readonly<Record<Awaited, number | undefined>> = { aare: 0x61, rlre: 0x63, service: undefined };
/** exception-response and confirmedServiceError, and the latter under a cipher. Each may answer any request. */
const COMPLAINTS_CLEAR: readonly (number | undefined)[] = [0xd8, 0x0e];
const COMPLAINTS_SEALED: readonly (number | undefined)[] = [0x2e, 0x4e];

/** Judges one APDU. `security` is the client's, if it has any. */
export function judgeArrival(apdu: Uint8Array, awaited: Awaited, security: ClientSecurity | undefined): Arrival {
  const role = roleOf(apdu);
  if (apdu.length === 0 || role === 'request' || role === 'unsolicited' || role === 'container') return OTHER;
  if (role === 'sealed') return security ? judgeSealed(apdu, awaited, security) : OTHER;
  const tag = apdu[0];
  if (awaited === 'service') return judgeService(apdu, security);
  if (tag === EXPECTED_TAG[awaited]) return { is: 'answer', apdu };
  if (security && COMPLAINTS_SEALED.includes(tag)) return { is: 'error', error: sealedComplaint(apdu, security) };
  const error = errorOf(apdu);
  // A response to another kind of request is late. Any other APDU is an answer that nobody understands.
  const isLate = role === 'response' && !COMPLAINTS_CLEAR.includes(tag);
  return isLate ? { is: 'other', doubt: error } : { is: 'error', error };
}

function sealedComplaint(apdu: Uint8Array, security: ClientSecurity): ClientError {
  if (!security.serverTitle) return { kind: 'sealedComplaint' };
  const opened = security.open(apdu);
  return opened.ok ? errorOf(opened.value) : { kind: 'security', error: opened.error };
}

function judgeService(apdu: Uint8Array, security: ClientSecurity | undefined): Arrival {
  // An error may come in clear: a server that cannot decipher a request cannot cipher its complaint.
  if (!security || COMPLAINTS_CLEAR.includes(apdu[0])) return { is: 'answer', apdu };
  const opened = security.open(apdu);
  if (opened.ok) return { is: 'answer', apdu: opened.value };
  const error = { kind: 'security', error: opened.error } as const;
  // A counter that was seen before belongs to an earlier answer, which came twice.
  return opened.error === REPEATED_COUNTER ? { is: 'other', doubt: error } : { is: 'error', error };
}

/** general-glo and general-ded ciphering: the content decides, and what cannot be opened may be a notification. */
function judgeSealed(apdu: Uint8Array, awaited: Awaited, security: ClientSecurity): Arrival {
  const opened = security.open(apdu);
  if (!opened.ok) {
    const isTitleKnown = security.serverTitle !== undefined || awaited === 'service';
    const doubt: ClientError = isTitleKnown ? { kind: 'security', error: opened.error } : { kind: 'sealedComplaint' };
    return { is: 'other', doubt };
  }
  const role = roleOf(opened.value);
  if (role === 'unsolicited' || role === 'request') return OTHER;
  if (awaited === 'service') return { is: 'answer', apdu: opened.value };
  return { is: 'error', error: errorOf(opened.value) };
}
