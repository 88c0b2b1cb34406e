/**
 * Takes up an association with a device, under whichever of its keys are live. One pair is known unless a rotation was
 * interrupted; then each pair that may be live is tried, four at most, and the one that succeeds ends the doubt.
 */
import type { Pair } from '../../src/keys/rotation.ts';
import { SERVICE_ERROR } from '../dlms/apdu.ts';
import type { Descriptor } from '../dlms/apdu.ts';
import type { Data } from '../dlms/axdr.ts';
import type { ClientSecurityOptions } from '../dlms/clientSecurity.ts';
import { DlmsClient, type DlmsClientOptions } from '../dlms/client.ts';
import {
  clock,
  connect,
  converse,
  disconnect,
  linked,
  LOST,
  type Call,
  type Outcome,
  type Procedure,
  type WireError,
  wait,
} from './procedure.ts';
import { hasAnswered, isBusy } from './wireError.ts';
import { numberOf } from '../dlms/values.ts';
import { INVOCATION_COUNTER } from './objects.ts';
import type { KeyLedger } from './keyLedger.ts';

/** The client that needs no key: what it reads is for anybody. */
export const PUBLIC_CLIENT = 16;

/** A device as one head-end knows it. */
export interface Peer {
  readonly call: Call;
  /** The head-end's own title, 8 bytes. */
  readonly systemTitle: Uint8Array;
  readonly ledger: KeyLedger;
  /** Challenges of the lab, so that runs repeat; random ones if left out. */
  readonly challenge?: () => Uint8Array;
  /** Instead of HLS-GMAC: a device whose keys are not known can be read so, and no more. */
  readonly login?:
    { readonly authentication: 'none' } | { readonly authentication: 'lls'; readonly secret: Uint8Array };
  /**
   * Of attached hardware: whether it may be changed there, by the title that it gave on the wire. Left out: it is emulated, and
   * anything may be written to it.
   */
  readonly mayWrite?: NonNullable<DlmsClientOptions['mayWrite']>;
  /** Class 64, method 2 of the security setup that its keys are under; default: instance 0.0.43.0.0.255. */
  readonly keyTransfer?: Descriptor;
  /** How requests are wrapped; default: general-glo-ciphering where the device grants general protection, else glo-*. */
  readonly family?: ClientSecurityOptions['family'];
  /**
   * Called when a device has answered with something that is neither a value nor a verified refusal: an exception in clear, a
   * rejected association, an answer that does not verify or cannot be read. It has been reached, and is not understood.
   */
  readonly onUnverified?: (error: WireError) => void;
  /** Called when the device has verifiably refused: an object that it lacks, or does not show. In words, without values. */
  readonly onRefusal?: (what: string) => void;
  /** Called with each value that a step has read. */
  readonly onRead?: (target: Descriptor, value: Data) => void;
  /** Called with the device's title after each association. */
  readonly onTitle?: (title: Uint8Array | undefined) => void;
}

/** A live association: the client, and under which keys it runs now. */
export interface Live {
  readonly client: DlmsClient;
  pair: Pair;
}

/** Connects and associates. On failure the link is down again; on success it stays up. */
export function* associate(peer: Peer): Procedure<Outcome<Live>> {
  if (peer.login) return yield* associateUnder(peer, KEYLESS);
  let last: Outcome<Live> = LOST;
  for (const pair of peer.ledger.candidates()) {
    last = yield* associateUnder(peer, pair);
    if (!last.ok && (yield* raisedCounter(peer, pair, last))) last = yield* associateUnder(peer, pair);
    // Silence says nothing of the keys: another pair would meet the same.
    if (last.ok || last.error.kind === 'lost') return last;
  }
  return last;
}

/** Without security a pair of keys means nothing. */
const KEYLESS: Pair = { gak: 'active', guek: 'active' };

function* associateUnder(peer: Peer, pair: Pair): Procedure<Outcome<Live>> {
  const link = yield* linked(peer.call);
  if (!link.ok) {
    if (hasAnswered(link.error)) peer.onUnverified?.(link.error);
    return link;
  }
  const live = liveClient(peer, pair);
  const outcome = yield* converse(live.client.associate());
  noteCounters(peer, live);
  if (outcome.ok) {
    if (!peer.login) peer.ledger.proved(pair);
    peer.ledger.noteDeviceTitle(outcome.value.serverTitle);
    peer.onTitle?.(outcome.value.serverTitle);
    // What was new is active now, and called so.
    live.pair = { gak: 'active', guek: 'active' };
    return { ok: true, value: live };
  }
  yield* disconnect();
  if (hasAnswered(outcome.error)) peer.onUnverified?.(outcome.error);
  return outcome;
}

function liveClient({ ledger, systemTitle, challenge, login, mayWrite, family }: Peer, pair: Pair): Live {
  const guard = mayWrite && { mayWrite };
  if (login) return { client: new DlmsClient({ ...login, ...guard, systemTitle }), pair };
  const live: { client?: DlmsClient; pair: Pair } = { pair };
  live.client = new DlmsClient({
    ...guard,
    authentication: 'gmac',
    ...(challenge && { challenge }),
    security: {
      systemTitle,
      ...(family && { family }),
      keys: ledger.keys(pair),
      nextCounter: () => ledger.reserveCounter(live.pair),
      serverCounter: ledger.serverCounter(pair),
      ...(ledger.deviceTitle && { serverTitle: ledger.deviceTitle }),
    },
  });
  return live as Live;
}

/** Writes down how far the device has counted, so that an answer of the past is known again. */
export function noteCounters({ ledger }: Peer, { client, pair }: Live): void {
  if (client.security) ledger.noteServerCounter(pair, client.security.serverCounter);
}

/** Whether our counter lagged behind the device's, and has caught up. */
function* raisedCounter(
  { call, ledger }: Peer,
  pair: Pair,
  { error }: Extract<Outcome<Live>, { ok: false }>,
): Procedure<boolean> {
  const isTooLow = error.kind === 'exception' && error.serviceError === SERVICE_ERROR.invocationCounterError;
  // What a device says under a cipher before it has told its title cannot be read; a counter too low is the likeliest.
  if (!isTooLow && error.kind !== 'sealedComplaint') return false;
  const expected = (isTooLow ? error.expectedCounter : undefined) ?? (yield* publicCounter(call));
  return expected !== undefined && ledger.raiseCounter(pair, expected);
}

/** The counter that a device expects, where its exception left it out: one above what its public client reads. */
function* publicCounter(call: Call): Procedure<number | undefined> {
  if (!(yield* connect({ ...call, client: PUBLIC_CLIENT }))) return undefined;
  const client = new DlmsClient({ authentication: 'none' });
  const associated = yield* converse(client.associate());
  const read = associated.ok ? yield* converse(client.get(INVOCATION_COUNTER)) : associated;
  yield* disconnect();
  const last = read.ok ? numberOf(read.value) : undefined;
  return last === undefined ? undefined : last + 1;
}

/** Within one association: runs `work`, hangs up, and gives what came of it. */
export function* within<T>(peer: Peer, work: (live: Live) => Procedure<Outcome<T>>): Procedure<Outcome<T>> {
  const live = yield* associate(peer);
  if (!live.ok) return live;
  const outcome = yield* work(live.value);
  noteCounters(peer, live.value);
  if (!outcome.ok && outcome.error.kind !== 'result' && hasAnswered(outcome.error)) peer.onUnverified?.(outcome.error);
  if (outcome.ok) yield* converse(live.value.client.release());
  noteCounters(peer, live.value);
  yield* disconnect();
  return outcome;
}

const FINAL: readonly WireError['kind'][] = ['result', 'notAllowed'];

/**
 * Repeats what was not answered, and what a busy device puts off. What a device has verifiably said, or this side may not do,
 * stands. Where time may help (a lost answer, a busy device) a try that fails at once does not use up the others: they are spread
 * over the time that an answer may take (`timeoutSeconds` of the call), the last one at its end.
 */
export function* repeated<T>(
  { call }: Pick<Peer, 'call'>,
  tries: number,
  work: () => Procedure<Outcome<T>>,
): Procedure<Outcome<T>> {
  const spacing = tries > 1 ? call.timeoutSeconds / (tries - 1) : 0;
  for (let made = 1; ; made += 1) {
    const begun = yield* clock();
    const outcome = yield* work();
    if (outcome.ok || made >= tries || (FINAL.includes(outcome.error.kind) && !isBusy(outcome.error))) return outcome;
    const mayHelp = outcome.error.kind === 'lost' || isBusy(outcome.error);
    const left = spacing - ((yield* clock()) - begun);
    if (mayHelp && left > 0) yield* wait(left);
  }
}
