/**
 * Rotates the keys of one device. It stores the new key, sends it wrapped under the KEK, and treats it as live only
 * after an association under it has succeeded. It may be interrupted anywhere and called again. `global_key_transfer`
 * of security suite 0 is a standards-based stand-in with the same dependency on the Master Key; no source says that it
 * is DCC's procedure.
 */
import { assert } from '../../src/assert.ts';
import { WRAPPED_BY } from '../../src/keys/keyring.ts';
import { ROTATION_ORDER, type RotatedType } from '../../src/keys/rotation.ts';
import { KEY_NAMES } from '../cosem/deviceKeyring.ts';
import type { Descriptor } from '../dlms/apdu/apdu.ts';
import { toHex } from '../dlms/encoding/bytes.ts';
import { keyTransferParameter } from '../dlms/security/keyWrap.ts';
import { wrapKey } from '../dlms/security/keyWrap.ts';
import { bytesOf } from '../dlms/encoding/values.ts';
import { asked } from './asked.ts';
import { associate, noteCounters, repeated, within, type Live, type Peer } from './associate.ts';
import type { KeySource } from './keySource.ts';
import { KEY_TRANSFER, SECURITY_SETUP_REFERENCE } from './objects.ts';
import { converse, disconnect, type About, type Outcome, type Procedure, type WireError } from './procedure.ts';
import { lostBy } from './wireError.ts';

const LOGICAL_NAME_BYTES = 6;

/**
 * `masterKeyMissing`: nothing was sent. `inFlight`: another rotation of this device runs. `refused`: the device refused
 * a key transfer in an answer that verifies, as it does for a wrong Master Key. `failed`: no answer verified; if a
 * transfer was on its way the ledger is in doubt, and the next call settles it.
 */
export type Rotated =
  | { readonly kind: 'rotated' | 'masterKeyMissing' | 'inFlight' }
  /** The attached device is not on the allow-list. It was read, and nothing was sent that would change it. */
  | { readonly kind: 'notAllowed' }
  | { readonly kind: 'refused'; readonly result: number; readonly about?: About }
  | { readonly kind: 'failed'; readonly error: WireError; readonly about?: About };

/** The source of new keys, and how often an unanswered session is repeated. */
export interface RotateOptions {
  readonly keySource: KeySource;
  /** How often an unanswered session is begun, at least 1. */
  readonly tries: number;
  /** True to start a new round even if an interrupted one exists. */
  readonly anew?: boolean;
}

/** Rotates the keys of a device so that the SMSO loses access. An interrupted rotation is resumed from the ledger. */
export function* rotate(peer: Peer, options: RotateOptions): Procedure<Rotated> {
  const { ledger } = peer;
  assert(!peer.mayWrite || !options.keySource.isLab, 'keys of the lab are never written to attached hardware');
  if (ledger.masterKey === undefined) return { kind: 'masterKeyMissing' };
  if (!ledger.lock()) return { kind: 'inFlight' };
  ledger.beginRound({ anew: options.anew ?? false });
  const outcome = yield* repeated(peer, options.tries, () => rotateOnce(peer, options.keySource));
  ledger.unlock();
  if (outcome.ok) return { kind: 'rotated' };
  if (outcome.error.kind === 'notAllowed') return { kind: 'notAllowed' };
  const about = outcome.about && { about: outcome.about };
  if (outcome.error.kind === 'result') return { kind: 'refused', result: outcome.error.result, ...about };
  return { kind: 'failed', error: outcome.error, ...about };
}

/** Reads on the wire which device it is, and checks whether its keys may be rotated. Writes nothing. */
export function* mayRotate(peer: Peer): Procedure<Outcome<undefined>> {
  return yield* within<undefined>(peer, function* ({ client }) {
    return client.mayWrite(peer.keyTransfer ?? KEY_TRANSFER) ? { ok: true, value: undefined } : NOT_ALLOWED;
  });
}

const NOT_ALLOWED: Outcome<undefined> = { ok: false, error: { kind: 'notAllowed' } };

/** Settles any doubt without sending a key, by an association under the keys that are live. */
export function* recover(peer: Peer): Procedure<Outcome<undefined>> {
  const live = yield* associate(peer);
  if (!live.ok) return live;
  yield* disconnect();
  return { ok: true, value: undefined };
}

function* rotateOnce(peer: Peer, keySource: KeySource): Procedure<Outcome<undefined>> {
  const live = yield* associate(peer);
  if (!live.ok) return live;
  const sent = yield* transferAll(peer, live.value, keySource);
  noteCounters(peer, live.value);
  yield* disconnect();
  if (!sent.ok) return sent;
  // The proof. Its association also makes the device refuse messages that may still be on their way.
  const proof = yield* within<undefined>(peer, function* () {
    return { ok: true, value: undefined };
  });
  assert(
    !proof.ok || peer.ledger.outstanding.length === 0 || isInDoubtNoMore(peer),
    'a proved key is outstanding no more',
  );
  if (proof.ok && peer.ledger.outstanding.length > 0) return lostBy('notProved');
  return proof;
}

function* transferAll(peer: Peer, live: Live, keySource: KeySource): Procedure<Outcome<undefined>> {
  const method = yield* keyTransferMethod(peer, live);
  if (!method.ok) return method;
  for (const type of peer.ledger.outstanding) {
    const sent = yield* transfer(peer, { live, type, keySource, method: method.value });
    if (!sent.ok) return sent;
  }
  return { ok: true, value: undefined };
}

/** A device may have one security setup per association. The current association names its own. */
function* keyTransferMethod({ keyTransfer, association }: Peer, live: Live): Procedure<Outcome<Descriptor>> {
  if (keyTransfer && keyTransfer.ln !== KEY_TRANSFER.ln) return { ok: true, value: keyTransfer };
  const named = yield* converse(
    live.client.get({ ...SECURITY_SETUP_REFERENCE, ...(association !== undefined && { ln: association }) }),
  );
  if (!named.ok) return named.error.kind === 'result' ? { ok: true, value: KEY_TRANSFER } : named;
  const ln = bytesOf(named.value);
  return { ok: true, value: ln?.length === LOGICAL_NAME_BYTES ? { ...KEY_TRANSFER, ln: toHex(ln) } : KEY_TRANSFER };
}

/** The device acknowledged a key and then answered to the old one. The rotation begins again. */
function isInDoubtNoMore({ ledger }: Peer): boolean {
  return ledger.outstanding.every((type) => ledger.rotation(type) === 'stored');
}

function* transfer(
  peer: Peer,
  sending: {
    readonly live: Live;
    readonly type: RotatedType;
    readonly keySource: KeySource;
    readonly method: Descriptor;
  },
): Procedure<Outcome<undefined>> {
  const { ledger } = peer;
  const { live, type, keySource, method } = sending;
  // This check comes before a key is made, stored or recorded as sent.
  if (!live.client.mayWrite(method)) return NOT_ALLOWED;
  assert(WRAPPED_BY[type] === 'kek' && ledger.masterKey !== undefined, 'new keys are wrapped under the master key');
  const wrapped = wrapKey(ledger.masterKey, ledger.keyToSend(type, keySource));
  const items = [{ keyId: KEY_NAMES.indexOf(type), wrapped }];
  ledger.note(type, 'send');
  const sent = live.client.action(method, keyTransferParameter(items));
  const answer = yield* asked(peer, { target: method, is: 'method' }, sent);
  noteCounters(peer, live);
  if (!answer.ok) {
    if (answer.error.kind === 'result') ledger.note(type, 'refused');
    return answer;
  }
  ledger.note(type, 'acknowledged');
  live.pair = { ...live.pair, [type]: 'new' };
  live.client.replaceKeys(ledger.keys(live.pair));
  return { ok: true, value: undefined };
}

/** True if no rotation of a device is unfinished. */
export function isSettled({ ledger }: Peer): boolean {
  return ledger.outstanding.length === 0 && ROTATION_ORDER.every((type) => ledger.rotation(type) === 'settled');
}
