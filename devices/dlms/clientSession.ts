/**
 * A client's framed connection, sans-I/O: conversations over the wrapper or over HDLC. Bytes to send come back from every
 * call; the caller owns the carrier and the clock.
 */
import type { Conversation } from './client.ts';
import { HdlcClient, type HdlcClientEvent, type HdlcClientOptions } from './hdlcClient.ts';
import { serverAddress, shortAddress } from './hdlcFrame.ts';
import { encodeWrapper, WrapperParser } from './wrapper.ts';

export interface ClientSessionOptions {
  readonly framing: 'wrapper' | 'hdlc';
  readonly client: number;
  readonly server: number;
  /** HDLC physical address of the server; 0 for none. */
  readonly physical?: number;
  readonly hdlc?: Omit<HdlcClientOptions, 'client' | 'server'>;
  /** Seconds without an answer after which the exchange is given up (wrapper; HDLC repeats by itself). */
  readonly timeoutSeconds?: number;
}

/** How an exchange was lost: `linkRefused` is the device's own word (HDLC DM or FRMR), the others are silence. */
export type ExchangeLost = 'timeout' | 'linkDown' | 'linkRefused';

/** One conversation under way. `result` is set when it ended, `lost` when the link or the time ran out first. */
export interface Exchange<T> {
  readonly result?: T;
  readonly lost?: ExchangeLost;
}

interface Running {
  readonly conversation: Conversation<unknown>;
  readonly exchange: { result?: unknown; lost?: ExchangeLost };
  since: number;
}

const NOTIFICATIONS_MAX = 256;

export class ClientSession {
  /** Pushed APDUs (data-notification) in order of arrival; the caller takes them. Of those nobody takes the latest are kept. */
  readonly notifications: Uint8Array[] = [];
  /** HDLC: the device itself refused the link, which is an answer. */
  isRefused = false;
  private readonly options: ClientSessionOptions;
  private wrapper = new WrapperParser();
  private readonly hdlc: HdlcClient | undefined;
  private running: Running | undefined;
  /** Wrapper: an answer was lost. It may come yet, and be taken for the answer to whatever is asked next. */
  private isSpent = false;

  constructor(options: ClientSessionOptions) {
    this.options = options;
    if (options.framing === 'wrapper') return;
    const client = shortAddress(options.client);
    const server = serverAddress(options.server, options.physical ?? 0);
    this.hdlc = new HdlcClient({ ...options.hdlc, client, server });
  }

  /** Whether conversations may start. Not after an answer was lost: close the carrier, and {@link open} over another. */
  get ready(): boolean {
    return this.hdlc ? this.hdlc.state === 'open' : !this.isSpent;
  }

  /** Whether a conversation is under way. */
  get busy(): boolean {
    return this.running !== undefined;
  }

  /** HDLC: connects the link. The wrapper has nothing to say, and forgets what came over an earlier carrier. */
  open(at: number): Uint8Array[] {
    this.isRefused = false;
    if (this.hdlc) return this.absorb(this.hdlc.connect(at), at);
    this.isSpent = false;
    this.wrapper = new WrapperParser();
    return [];
  }

  /** HDLC: disconnects the link. */
  close(at: number): Uint8Array[] {
    return this.hdlc && this.hdlc.state === 'open' ? this.absorb(this.hdlc.disconnect(at), at) : [];
  }

  /** Starts a conversation; `exchange` fills as answers arrive. One at a time. */
  start<T>(conversation: Conversation<T>, at: number): { readonly exchange: Exchange<T>; readonly send: Uint8Array[] } {
    if (this.running) throw new Error('ClientSession.start: a conversation is under way');
    if (!this.ready) return { exchange: { lost: 'linkDown' }, send: [] };
    const exchange: Running['exchange'] = {};
    this.running = { conversation: conversation, exchange, since: at };
    return { exchange: exchange as Exchange<T>, send: this.advance(conversation.next(), at) };
  }

  /** Bytes received at instant `at`; gives the bytes to send. */
  receive(bytes: Uint8Array, at: number): Uint8Array[] {
    if (this.hdlc) return this.absorb(this.hdlc.receive(bytes, at), at);
    const out: Uint8Array[] = [];
    for (const { source, destination, apdu } of this.wrapper.receive(bytes)) {
      if (source === this.options.server && destination === this.options.client) out.push(...this.onApdu(apdu, at));
      else if (apdu[0] === 0x0f) this.notified(apdu);
    }
    return out;
  }

  /** Time passed: repeats what HDLC repeats, gives up what waited too long. */
  poll(at: number): Uint8Array[] {
    if (this.hdlc) return this.absorb(this.hdlc.poll(at), at);
    if (this.running && at - this.running.since >= (this.options.timeoutSeconds ?? 30)) this.lose('timeout');
    return [];
  }

  /** When {@link poll} has something to do. */
  dueAt(): number | undefined {
    if (this.hdlc) return this.hdlc.dueAt();
    return this.running && this.running.since + (this.options.timeoutSeconds ?? 30);
  }

  /** The carrier went away. */
  drop(): void {
    this.lose('linkDown');
    if (this.hdlc) this.hdlc.state = 'closed';
  }

  private lose(lost: ExchangeLost): void {
    if (!this.running) return;
    this.running.exchange.lost = lost;
    this.running = undefined;
    this.isSpent = true;
  }

  private absorb(events: readonly HdlcClientEvent[], at: number): Uint8Array[] {
    const out: Uint8Array[] = [];
    for (const event of events) {
      if (event.kind === 'send') out.push(event.bytes);
      else if (event.kind === 'apdu') out.push(...this.onApdu(event.apdu, at));
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
    if (apdu[0] === 0x0f) {
      this.notified(apdu);
      return [];
    }
    return this.running ? this.advance(this.running.conversation.next(apdu), at) : [];
  }

  private advance(step: IteratorResult<Uint8Array, unknown>, at: number): Uint8Array[] {
    const running = this.running!;
    if (step.done) {
      running.exchange.result = step.value;
      this.running = undefined;
      return [];
    }
    // The link may have gone down with the very bytes that brought the answer.
    if (!this.ready) {
      this.lose('linkDown');
      return [];
    }
    running.since = at;
    const { client: source, server: destination } = this.options;
    if (this.hdlc) return this.absorb(this.hdlc.send(step.value, at), at);
    return [encodeWrapper({ source, destination, apdu: step.value })];
  }
}
