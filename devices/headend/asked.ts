/** Requests of a head-end for one object of a device. A failure names the object. */
import { obisText } from '../cosem/object.ts';
import type { Descriptor } from '../dlms/apdu/apdu.ts';
import type { Data } from '../dlms/encoding/axdr.ts';
import type { Conversation, DlmsClient } from '../dlms/client/client.ts';
import type { ClientResult } from '../dlms/client/clientResult.ts';
import type { Peer } from './associate.ts';
import { converse, type About, type Outcome, type Procedure } from './procedure.ts';
import { resultText, wireErrorText } from './wireError.ts';

/** A conversation about one object of a peer. */
export function* asked<T>(
  { onRefusal }: Pick<Peer, 'onRefusal'>,
  about: About,
  conversation: Conversation<ClientResult<T>>,
): Procedure<Outcome<T>> {
  const outcome = yield* converse(conversation);
  if (outcome.ok) return outcome;
  if (outcome.error.kind === 'result') onRefusal?.(`${aboutText(about)}: ${resultText(outcome.error.result)}`);
  return { ...outcome, about };
}

/** Reads an object for a step and passes the value on. */
export function* readOf(peer: Peer, client: DlmsClient, target: Descriptor): Procedure<Outcome<Data>> {
  const read = yield* asked(peer, { target, is: 'attribute' }, client.get(target));
  if (read.ok) peer.onRead?.(target, read.value);
  return read;
}

/** Writes an object for a step. */
export function writtenTo(
  peer: Peer,
  client: DlmsClient,
  { target, value }: { readonly target: Descriptor; readonly value: Data },
): Procedure<Outcome<undefined>> {
  return asked(peer, { target, is: 'attribute' }, client.set(target, value));
}

/** Describes a failure: the requested object, if there was one, and the reason. */
export function failureText({ error, about }: Omit<Extract<Outcome<unknown>, { ok: false }>, 'ok'>): string {
  return about === undefined ? wireErrorText(error) : `${aboutText(about)}: ${wireErrorText(error)}`;
}

function aboutText({ target: { classId, ln, id }, is }: About): string {
  return `${obisText(ln)} ${is} ${id} (class ${classId})`;
}
