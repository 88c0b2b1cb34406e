/** What a head-end needs of a device, and is told if the device verifiably refuses it: which object, and how. */
import { obisText } from '../cosem/object.ts';
import { RESULT, type Descriptor } from '../dlms/apdu.ts';
import type { Data } from '../dlms/axdr.ts';
import type { Conversation, DlmsClient } from '../dlms/client.ts';
import type { ClientResult } from '../dlms/clientResult.ts';
import type { Peer } from './associate.ts';
import { converse, type Outcome, type Procedure } from './procedure.ts';

/** A conversation about one object of a peer. */
export function* asked<T>(
  { onRefusal }: Pick<Peer, 'onRefusal'>,
  of: { readonly target: Descriptor; readonly is: 'attribute' | 'method' },
  conversation: Conversation<ClientResult<T>>,
): Procedure<Outcome<T>> {
  const outcome = yield* converse(conversation);
  if (!outcome.ok && outcome.error.kind === 'result') onRefusal?.(refusalText(of, outcome.error.result));
  return outcome;
}

/** Reads what a step needs. */
export function readOf(peer: Peer, client: DlmsClient, target: Descriptor): Procedure<Outcome<Data>> {
  return asked(peer, { target, is: 'attribute' }, client.get(target));
}

/** Writes what a step needs written. */
export function writtenTo(
  peer: Peer,
  client: DlmsClient,
  { target, value }: { readonly target: Descriptor; readonly value: Data },
): Procedure<Outcome<undefined>> {
  return asked(peer, { target, is: 'attribute' }, client.set(target, value));
}

const NAMES = new Map<number, string>(Object.entries(RESULT).map(([name, code]) => [code, words(name)]));

function refusalText(
  { target, is }: { readonly target: Descriptor; readonly is: 'attribute' | 'method' },
  result: number,
): string {
  const { classId, ln, id } = target;
  return `${obisText(ln)} ${is} ${id} (class ${classId}): ${NAMES.get(result) ?? 'refused'} (${result})`;
}

function words(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
