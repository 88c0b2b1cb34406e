/**
 * A client's framed connection, sans-I/O: it runs conversations over the wrapper or over HDLC. Every call returns the bytes
 * to send. The caller owns the carrier and the clock.
 */
import { roleOf } from '../apdu/apdu.ts';
import { NO_BYTES } from '../encoding/bytes.ts';
import type { Conversation } from './clientResult.ts';
import { HdlcClient, type HdlcClientEvent, type HdlcClientOptions } from '../framing/hdlcClient.ts';
import { serverAddress, shortAddress } from '../framing/hdlcFrame.ts';
import { encodeWrapper, type SkippedBytes, WrapperParser } from '../framing/wrapper.ts';

/** Addresses, framing and security of a client session. */
export interface ClientSessionOptions {
  readonly framing: 'wrapper' | 'hdlc';
  /** Client SAP. */
  readonly client: number;
  /** Server SAP; over HDLC the upper address of the server. */
  readonly server: number;
  /** HDLC: lower (physical) address of the server. Default 0, which means none. */
  readonly physical?: number;
  /** HDLC: bytes of the server's address. Default: the shortest form that holds it. */
  readonly addressBytes?: 1 | 2 | 4;
  readonly hdlc?: Omit<HdlcClientOptions, 'client' | 'server'>;
  /** Wrapper: seconds without an answer after which an exchange is given up. Default 30. HDLC repeats by itself. */
  readonly timeoutSeconds?: number;
  /** Wrapper: called when bytes were skipped to find the next header. */
  readonly onSkipped?: (skipped: SkippedBytes) => void;
}

/**
 * How an exchange was lost. `linkRefused`: the device itself refused the link (HDLC DM or FRMR). The others are silence.
 */
export type ExchangeLost = 'timeout' | 'linkDown' | 'linkRefused';

/** One conversation. `result` is set when it has ended, `lost` when the link or the time ran out first. */
export interface Exchange<T> {
  readonly result?: T;
  readonly lost?: ExchangeLost;
}

interface Running {
  readonly conversation: Conversation<unknown>;
  readonly exchange: { result?: unknown; lost?: ExchangeLost };
  since: number;
  /** APDUs that came since the last request and were not its answer. */
  others: number;
}

/** Most notifications kept, and most APDUs passed over while one answer is awaited. */
const NOTIFICATIONS_MAX = 256;
const TIMEOUT_SECONDS = 30;

/** A DLMS client over one connection: it frames requests, waits for their answers and keeps no socket or timer. */
export class ClientSession {
  /**
   * APDUs that the server sent by itself, as they came, in order of arrival. Ciphered ones are kept ciphered. The caller
   * removes them; only the latest 256 are kept.
   */
  readonly notifications: Uint8Array[] = [];
  /** HDLC: the device itself refused the link, which is an answer. */
  isRefused = false;
  private readonly options: ClientSessionOptions;
  private wrapper: WrapperParser;
  private readonly hdlc: HdlcClient | undefined;
  private running: Running | undefined;
  /** Wrapper: an answer was lost. It may still come, and would be taken for the answer to the next request. */
  private isSpent = false;

  constructor(options: ClientSessionOptions) {
    this.options = options;
    this.wrapper = this.newParser();
    if (options.framing === 'wrapper') return;
    const client = shortAddress(options.client);
    const server = serverAddress(options.server, options.physical ?? 0, options.addressBytes);
    this.hdlc = new HdlcClient({ ...options.hdlc, client, server });
  }

  private newParser(): WrapperParser {
    const { onSkipped } = this.options;
    return new WrapperParser({ ...(onSkipped && { onSkipped }) });
  }

  /** True if a conversation may start. False after a lost answer: close the carrier, and {@link open} over another. */
  get ready(): boolean {
    return this.hdlc ? this.hdlc.state === 'open' : !this.isSpent;
  }

  /** True while a conversation runs. */
  get busy(): boolean {
    return this.running !== undefined;
  }

  /** HDLC: connects the link. Wrapper: sends nothing, and forgets what came over an earlier carrier. */
  open(at: number): Uint8Array[] {
    this.isRefused = false;
    if (this.hdlc) return this.absorb(this.hdlc.connect(at), at);
    this.isSpent = false;
    this.wrapper = this.newParser();
    return [];
  }

  /** HDLC: disconnects the link. */
  close(at: number): Uint8Array[] {
    return this.hdlc && this.hdlc.state === 'open' ? this.absorb(this.hdlc.disconnect(at), at) : [];
  }

  /** Starts a conversation. `exchange` is filled as answers arrive. Only one may run at a time. */
  start<T>(conversation: Conversation<T>, at: number): { readonly exchange: Exchange<T>; readonly send: Uint8Array[] } {
    if (this.running) throw new Error('ClientSession.start: a conversation is under way');
    if (!this.ready) return { exchange: { lost: 'linkDown' }, send: [] };
    const exchange: Running['exchange'] = {};
    this.running = { conversation: conversation, exchange, since: at, others: 0 };
    return { exchange: exchange as Exchange<T>, send: this.advance(conversation.next(), at) };
  }

  /** Takes bytes received at instant `at` (seconds) and gives the bytes to send. */
  receive(bytes: Uint8Array, at: number): Uint8Array[] {
    if (this.hdlc) return this.absorb(this.hdlc.receive(bytes, at), at);
    const out: Uint8Array[] = [];
    for (const { source, destination, apdu } of this.wrapper.receive(bytes)) {
      if (source === this.options.server && destination === this.options.client) out.push(...this.onApdu(apdu, at));
      else if (roleOf(apdu) === 'unsolicited') this.notified(apdu);
    }
    return out;
  }

  /** Lets time pass: repeats what HDLC repeats, and gives up an exchange that waited too long. */
  poll(at: number): Uint8Array[] {
    if (this.hdlc) return this.absorb(this.hdlc.poll(at), at);
    if (this.running && at - this.running.since >= (this.options.timeoutSeconds ?? TIMEOUT_SECONDS))
      this.lose('timeout');
    return [];
  }

  /** The instant at which {@link poll} has something to do, if there is one. */
  dueAt(): number | undefined {
    if (this.hdlc) return this.hdlc.dueAt();
    return this.running && this.running.since + (this.options.timeoutSeconds ?? TIMEOUT_SECONDS);
  }

  /** The carrier is gone. */
  drop(): void {
    this.lose('linkDown');
    if (this.hdlc) this.hdlc.state = 'closed';
  }

  private lose(lost: ExchangeLost): void {
    const { running } = this;
    if (!running) return;
    this.running = undefined;
    this.isSpent = true;
    // A conversation that passed over an APDU may know why: it had come damaged, or under another key.
    const end = running.others > 0 ? running.conversation.next(NO_BYTES) : undefined;
    if (end?.done === true && !isLost(end.value)) running.exchange.result = end.value;
    else running.exchange.lost = lost;
  }

  private absorb(events: readonly HdlcClientEvent[], at: number): Uint8Array[] {
    const out: Uint8Array[] = [];
    for (const event of events) {
      if (event.kind === 'send') out.push(event.bytes);
      else if (event.kind === 'apdu') out.push(...this.onApdu(event.apdu, at));
      else if (event.kind === 'notification') this.notified(event.apdu);
      else if (event.kind === 'disconnected') {
        this.isRefused = event.reason === 'refused' || event.reason === 'frameReject';
        this.lose(event.reason === 'timeout' ? 'timeout' : this.isRefused ? 'linkRefused' : 'linkDown');
      }
    }
    return out;
  }

  private notified(apdu: Uint8Array): void {
    this.notifications.push(apdu);
    if (this.notifications.length > NOTIFICATIONS_MAX) this.notifications.shift();
  }

  private onApdu(apdu: Uint8Array, at: number): Uint8Array[] {
    const { running } = this;
    const role = roleOf(apdu);
    if (apdu.length > 0 && role !== 'unsolicited' && running) {
      const step = running.conversation.next(apdu);
      if (step.done === true || step.value.length > 0) return this.advance(step, at);
      // The conversation waits on. What it did not take is kept, unless it is an echo or a late answer.
      if (role === 'sealed' || role === 'container') this.notified(apdu);
    } else if (apdu.length > 0 && role !== 'request' && role !== 'response') this.notified(apdu);
    return running ? this.waitOn(running, at) : [];
  }

  /** Goes on waiting for an answer. The deadline of the exchange stays, so a flood of APDUs cannot prolong it. */
  private waitOn(running: Running, at: number): Uint8Array[] {
    running.others += 1;
    if (!this.ready) this.lose('linkDown');
    else if (running.others > NOTIFICATIONS_MAX) this.lose('timeout');
    else if (this.hdlc) return this.absorb(this.hdlc.waitOn(at), at);
    return [];
  }

  private advance(step: IteratorResult<Uint8Array, unknown>, at: number): Uint8Array[] {
    const running = this.running!;
    if (step.done) {
      running.exchange.result = step.value;
      this.running = undefined;
      return [];
    }
    // The link may have gone down with the same bytes that brought the answer.
    if (!this.ready) {
      this.lose('linkDown');
      return [];
    }
    running.since = at;
    running.others = 0;
    const { client: source, server: destination } = this.options;
    if (this.hdlc) return this.absorb(this.hdlc.send(step.value, at), at);
    return [encodeWrapper({ source, destination, apdu: step.value })];
  }
}

/** True for the result that only says that no answer came. */
function isLost(result: unknown): boolean {
  return (result as { error?: { kind?: unknown } } | undefined)?.error?.kind === 'lost';
}
