/** The outcome of a client's operation: a value, or the reason why there is none. */
import type { GetResult } from '../apdu/apdu.ts';
import { decodeResponse } from '../apdu/apduResponse.ts';
import type { Data } from '../encoding/axdr.ts';

/** The reason why an operation failed, as far as the client can tell. It holds no key and no plaintext. */
export type ClientError =
  /** AARE with a result other than accepted. `initiateError`: 1 version, 2 conformance, 3 PDU size. */
  | { readonly kind: 'rejected'; readonly result: number; readonly diagnostic: number; readonly initiateError?: number }
  | {
      readonly kind: 'exception';
      readonly stateError: number;
      readonly serviceError: number;
      readonly expectedCounter?: number;
    }
  | { readonly kind: 'serviceError'; readonly service: number; readonly category: number; readonly code: number }
  /** A data-access-result or action-result other than success. */
  | { readonly kind: 'result'; readonly result: number }
  /** The answer does not verify under the client's keys, or repeats a counter. */
  | { readonly kind: 'security'; readonly error: string }
  /** The server answered the AARQ with a ciphered APDU. Its title is half of the nonce and is not known yet. */
  | { readonly kind: 'sealedComplaint' }
  /** The answer does not fit the request. */
  | { readonly kind: 'protocol'; readonly error: string }
  /** No answer came. APDUs that the server sent by itself may have come instead. */
  | { readonly kind: 'lost'; readonly how?: 'timeout' | 'linkDown' | 'linkRefused' }
  /** No invocation counter is left under these keys. */
  | { readonly kind: 'countersUsedUp' }
  /** This side may not change the server there. Nothing was sent. */
  | { readonly kind: 'notAllowed' };

/**
 * Yields requests, is fed answers, and returns a result. A conversation that yields no bytes (`WAIT_ON`) has nothing to
 * send: what came was not the answer, and it waits for another APDU. Whoever runs it feeds it no bytes if none comes in
 * time; it then ends.
 */
export type Conversation<T> = Generator<Uint8Array, T, Uint8Array>;

/** What became of a request: its value, or the reason why there is none. */
export type ClientResult<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ClientError };

export function failed(error: ClientError): { readonly ok: false; readonly error: ClientError } {
  return { ok: false, error };
}
export function protocol(error: string): { readonly ok: false; readonly error: ClientError } {
  return failed({ kind: 'protocol', error });
}
export function succeeded<T>(value: T): ClientResult<T> {
  return { ok: true, value };
}

export function fromGetResult(result: GetResult): ClientResult<Data> {
  return result.ok ? succeeded(result.data) : failed({ kind: 'result', result: result.result });
}

export function fromResult(result: number): ClientResult<undefined> {
  return result === 0 ? succeeded(undefined) : failed({ kind: 'result', result });
}

/** The error that an APDU stands for: an exception, a service error, or anything else in place of an answer. */
export function errorOf(apdu: Uint8Array): ClientError {
  const decoded = decodeResponse(apdu);
  if (!decoded.ok) return { kind: 'protocol', error: decoded.error };
  const { value } = decoded;
  if (value.kind === 'exception' || value.kind === 'serviceError') return value;
  return { kind: 'protocol', error: `unexpected ${value.kind}` };
}
