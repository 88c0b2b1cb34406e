/**
 * Associates with a device under the keys that are live. One pair is known unless a rotation was interrupted; then each pair
 * that may be live is tried, four at most, and the one that succeeds ends the doubt.
 *
 * A device refuses a client whose invocation counter is too low, and shows it in many ways: it names the counter that it
 * expects, answers with another exception, rejects the association, hangs up, or stays silent. After any of these the public
 * client reads the counter of the device; if ours is indeed too low, it is raised and the association is tried again.
 */
import type { SecretMechanism } from '../dlms/security/hls.ts';
import type { Pair } from '../../src/keys/rotation.ts';
import { SERVICE_ERROR } from '../dlms/apdu/apdu.ts';
import type { Descriptor } from '../dlms/apdu/apdu.ts';
import type { Data } from '../dlms/encoding/axdr.ts';
import type { ClientSecurityOptions } from '../dlms/client/clientSecurity.ts';
import { DlmsClient, type DlmsClientOptions } from '../dlms/client/client.ts';
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
import { numberOf } from '../dlms/encoding/values.ts';
import { INVOCATION_COUNTER } from './objects.ts';
import type { KeyLedger } from './keyLedger.ts';

/** The client that needs no key. Anybody may read what it reads. */
export const PUBLIC_CLIENT = 16;

/** A device as one head-end knows it. */
export interface Peer {
  readonly call: Call;
  /** The head-end's own title, 8 bytes. */
  readonly systemTitle: Uint8Array;
  readonly ledger: KeyLedger;
  /** Supplies the lab's challenges, so that runs repeat. Default: random challenges. */
  readonly challenge?: () => Uint8Array;
  /** A login that is used instead of HLS-GMAC. It reads a device whose keys are unknown, and never writes. */
  readonly login?:
    | { readonly authentication: 'none' }
    | { readonly authentication: 'lls' | SecretMechanism; readonly secret: Uint8Array };
  /**
   * For attached hardware: decides by the title on the wire whether the device may be changed. Undefined for an
   * emulated device, to which everything may be written.
   */
  readonly mayWrite?: NonNullable<DlmsClientOptions['mayWrite']>;
  /** Class 64, method 2 of the security setup that holds its keys. Default: instance 0.0.43.0.0.255. */
  readonly keyTransfer?: Descriptor;
  /** The wrapping of requests. Default: general-glo-ciphering if the device grants general protection, else glo-*. */
  readonly family?: ClientSecurityOptions['family'];
  /** The place of the device's invocation counter, and when it is read. Default: see {@link CounterSettings}. */
  readonly counter?: CounterSettings;
  /** The association object in which the keys are proved, 12 hexadecimal digits. Default: that of 0.0.40.0.0.255. */
  readonly association?: string;
  /** False for a device that does not answer a release; the link is then closed without one. Default true. */
  readonly release?: boolean;
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
  /** Called with a note when the counter was raised, or could not be. */
  readonly onCounter?: (note: string) => void;
}

/** The invocation counter of a device, as a head-end finds its place in it. */
export interface CounterSettings {
  /** The object that holds the last counter accepted. Default: 0.0.43.1.0.255, attribute 2. */
  readonly object?: Descriptor;
  /** True: the public client reads it before every association. Default: only after a failed one. */
  readonly readFirst?: boolean;
}

/** A live association: the client, and the keys that it uses now. */
export interface Live {
  readonly client: DlmsClient;
  pair: Pair;
}

/** Connects and associates. On failure the link is down again; on success it stays up. */
export function* associate(peer: Peer): Procedure<Outcome<Live>> {
  if (peer.login) return (yield* associateUnder(peer, KEYLESS)).outcome;
  const counter = new DeviceCounter(peer);
  const answered: Failed[] = [];
  let last: Outcome<Live> = LOST;
  for (const pair of peer.ledger.candidates()) {
    if (peer.counter?.readFirst) yield* counter.readFor(pair);
    const sent = peer.ledger.nextCounter(pair);
    let tried = yield* associateUnder(peer, pair);
    if (isAboutCounter(tried) && (yield* counter.raisedFor({ ...tried, pair, sent }))) {
      tried = yield* associateUnder(peer, pair);
    }
    last = tried.outcome;
    if (last.ok || OUR_OWN.includes(last.error.kind)) return last;
    // A device that answers nobody says nothing about the keys: another pair would meet the same silence.
    if (last.error.kind === 'lost' && !counter.isPublic) return last;
    answered.push({ ...tried, pair, sent });
  }
  // No pair was accepted. The reason may be the counter, although no answer says so.
  for (const failed of answered) {
    if (!(yield* counter.raisedFor(failed))) continue;
    last = (yield* associateUnder(peer, failed.pair)).outcome;
    if (last.ok) return last;
  }
  // It answers its public client, so its silence to this association is not the silence of its link.
  if (!last.ok && last.error.kind === 'lost' && counter.isPublic) peer.onUnverified?.(last.error);
  return last;
}

interface Failed extends Tried {
  readonly pair: Pair;
  /** The counter of its AARQ. */
  readonly sent: number;
}

/** True if a failure names the counter as its reason, or no reason at all. Any other answer may be about the keys. */
function isAboutCounter({ outcome, isLinked }: Tried): boolean {
  if (outcome.ok || !isLinked) return false;
  const { error } = outcome;
  if (error.kind === 'lost' || error.kind === 'sealedComplaint') return true;
  return error.kind === 'exception' && error.serviceError === SERVICE_ERROR.invocationCounterError;
}

/** Errors of this side: nothing was sent, so the device has nothing to do with them. */
const OUR_OWN: readonly WireError['kind'][] = ['countersUsedUp', 'notAllowed'];

/** An association without security uses no pair of keys. */
const KEYLESS: Pair = { gak: 'active', guek: 'active' };

interface Tried {
  readonly outcome: Outcome<Live>;
  /** True if the link came up, so that the device could have answered. */
  readonly isLinked: boolean;
}

function* associateUnder(peer: Peer, pair: Pair): Procedure<Tried> {
  const link = yield* linked(peer.call);
  if (!link.ok) {
    if (hasAnswered(link.error)) peer.onUnverified?.(link.error);
    return { outcome: link, isLinked: false };
  }
  const live = liveClient(peer, pair);
  const outcome = yield* converse(live.client.associate());
  noteCounters(peer, live);
  if (outcome.ok) {
    if (!peer.login) peer.ledger.proved(pair);
    peer.ledger.noteDeviceTitle(outcome.value.serverTitle);
    peer.onTitle?.(outcome.value.serverTitle);
    // A key that was new is active now.
    live.pair = { gak: 'active', guek: 'active' };
    return { outcome: { ok: true, value: live }, isLinked: true };
  }
  yield* disconnect();
  if (hasAnswered(outcome.error)) peer.onUnverified?.(outcome.error);
  return { outcome, isLinked: true };
}

function liveClient(peer: Peer, pair: Pair): Live {
  const { ledger, systemTitle, challenge, login, mayWrite, family, association } = peer;
  const guard = { ...(mayWrite && { mayWrite }), ...(association !== undefined && { association }) };
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

/** Records how far the device has counted, so that a repeated answer is recognised. */
export function noteCounters({ ledger }: Peer, { client, pair }: Live): void {
  if (client.security) ledger.noteServerCounter(pair, client.security.serverCounter);
}

/**
 * Collects what one call of {@link associate} learns about the device's counter. The public client reads it at most
 * once.
 */
class DeviceCounter {
  /** True if the public client was answered: the device is there. */
  isPublic = false;
  private expected: number | undefined;
  private wasRead = false;
  private readonly peer: Peer;

  constructor(peer: Peer) {
    this.peer = peer;
  }

  /** Raises our counter to the one that the public client reads, if ours is lower. */
  *readFor(pair: Pair): Procedure<void> {
    const expected = yield* this.read();
    const { ledger } = this.peer;
    if (expected !== undefined && expected > ledger.nextCounter(pair)) this.raise(pair, expected, true);
  }

  /** True if our counter was too low and is now raised, so that the association is worth another try. */
  *raisedFor({ pair, sent, outcome, isLinked }: Failed): Procedure<boolean> {
    if (outcome.ok || !isLinked || OUR_OWN.includes(outcome.error.kind)) return false;
    const { error } = outcome;
    const isTooLow = error.kind === 'exception' && error.serviceError === SERVICE_ERROR.invocationCounterError;
    const claimed = isTooLow ? error.expectedCounter : undefined;
    if (claimed !== undefined && this.peer.ledger.raiseCounter(pair, claimed)) return true;
    const expected = yield* this.read();
    if (claimed !== undefined && (expected === undefined || expected < claimed)) {
      if (claimed > sent)
        this.note(`it expects counter ${claimed}, and ours is ${sent}: too far ahead to believe unconfirmed`);
      return false;
    }
    // A counter that is not above the one sent was not the reason.
    if (expected === undefined || expected <= sent) return false;
    return this.raise(pair, claimed ?? expected, true);
  }

  private raise(pair: Pair, expected: number, isConfirmed: boolean): boolean {
    const { ledger } = this.peer;
    const ours = ledger.nextCounter(pair);
    const isRaised = ledger.raiseCounter(pair, expected, { isConfirmed });
    if (isRaised && expected > ours)
      this.note(`our counter is raised from ${ours} to ${expected}, as the device expects`);
    if (!isRaised && expected > ours)
      this.note(`the device expects counter ${expected}, which leaves too few for its key`);
    return isRaised;
  }

  private note(text: string): void {
    this.peer.onCounter?.(text);
  }

  /** The counter that the device expects: one above the last, which its public client reads. */
  private *read(): Procedure<number | undefined> {
    if (this.wasRead) return this.expected;
    this.wasRead = true;
    const { call, counter } = this.peer;
    if (!(yield* connect({ ...call, client: PUBLIC_CLIENT }))) return undefined;
    const client = new DlmsClient({ authentication: 'none' });
    const associated = yield* converse(client.associate());
    const read = associated.ok ? yield* converse(client.get(counter?.object ?? INVOCATION_COUNTER)) : associated;
    yield* disconnect();
    this.isPublic = associated.ok;
    const last = read.ok ? numberOf(read.value) : undefined;
    this.expected = last === undefined ? undefined : last + 1;
    return this.expected;
  }
}

/** Runs `work` within one association, hangs up, and gives its outcome. */
export function* within<T>(peer: Peer, work: (live: Live) => Procedure<Outcome<T>>): Procedure<Outcome<T>> {
  const live = yield* associate(peer);
  if (!live.ok) return live;
  const outcome = yield* work(live.value);
  noteCounters(peer, live.value);
  if (!outcome.ok && outcome.error.kind !== 'result' && hasAnswered(outcome.error)) peer.onUnverified?.(outcome.error);
  if (outcome.ok && peer.release !== false) yield* converse(live.value.client.release());
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
