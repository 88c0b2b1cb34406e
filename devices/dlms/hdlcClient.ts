/**
 * The primary (client) side of the HDLC data link, sans-I/O: connect, send an APDU, disconnect, and a poll that repeats
 * after silence. One outstanding exchange at a time, as a primary in normal response mode has.
 */
import { concat, NO_BYTES, Writer } from './bytes.ts';
import {
  controlI,
  controlRR,
  decodeParameters,
  DEFAULT_PARAMETERS,
  DISC,
  DM,
  encodeParameters,
  FRMR,
  type HdlcParameters,
  LLC_COMMAND,
  negotiate,
  POLL_FINAL,
  readControl,
  SNRM,
  UA,
  withinFrames,
} from './hdlcControl.ts';
import { encodeFrame, type HdlcAddress, type HdlcFrame, HdlcParser } from './hdlcFrame.ts';
import { REASSEMBLED_BYTES_MAX } from './hdlcServer.ts';

export interface HdlcClientOptions {
  readonly client: HdlcAddress;
  readonly server: HdlcAddress;
  /** Proposed limits; left out: an SNRM without parameters, and the defaults of 128 bytes and window 1. */
  readonly propose?: HdlcParameters;
  /** Silence before a repeat, seconds. */
  readonly timeoutSeconds?: number;
  /** Repeats without any progress before the link is given up. */
  readonly repeatsMax?: number;
}

const REPEATS_MAX = 3;

/** What came of received bytes or of the clock. */
export type HdlcClientEvent =
  | { readonly kind: 'send'; readonly bytes: Uint8Array }
  | { readonly kind: 'connected'; readonly parameters: HdlcParameters }
  | { readonly kind: 'apdu'; readonly apdu: Uint8Array }
  | { readonly kind: 'disconnected'; readonly reason: DisconnectReason };

/** `timeout`: silence, or answers that never move on; `tooLong`: an APDU in more segments than any holds. */
type DisconnectReason = 'asked' | 'refused' | 'frameReject' | 'timeout' | 'tooLong';

type LinkState = 'closed' | 'connecting' | 'open' | 'closing';

/** One client link. */
export class HdlcClient {
  state: LinkState = 'closed';
  parameters: HdlcParameters = DEFAULT_PARAMETERS;
  private readonly parser = new HdlcParser();
  private readonly options: HdlcClientOptions;
  private vs = 0;
  private vr = 0;
  private queue: { bytes: Uint8Array; segmented: boolean }[] = [];
  private sent = 0;
  /** Segments of the answer so far. */
  private parts = new Writer();
  private waitingSince: number | undefined;
  private repeats = 0;
  private lastFrames: Uint8Array[] = [];

  constructor(options: HdlcClientOptions) {
    const { propose } = options;
    this.options = propose ? { ...options, propose: withinFrames(propose) } : options;
  }

  private frame(control: number, information: Uint8Array = NO_BYTES, segmented = false): Uint8Array {
    const { server: destination, client: source } = this.options;
    return encodeFrame({ destination, source, control, segmented, information });
  }

  /** Says something that moves the exchange on. */
  private transmit(frames: Uint8Array[], at: number): HdlcClientEvent[] {
    this.repeats = 0;
    return this.say(frames, at);
  }

  private say(frames: Uint8Array[], at: number): HdlcClientEvent[] {
    this.lastFrames = frames;
    this.waitingSince = at;
    return frames.map((bytes) => ({ kind: 'send', bytes }));
  }

  /** Says something again because the answer did not move on. It counts as silence would: two ends must not talk for ever. */
  private repeat(frames: Uint8Array[], at: number): HdlcClientEvent[] {
    if (this.repeats >= (this.options.repeatsMax ?? REPEATS_MAX)) return this.drop('timeout');
    this.repeats++;
    return this.say(frames, at);
  }

  /** SNRM. */
  connect(at: number): HdlcClientEvent[] {
    this.state = 'connecting';
    const { propose } = this.options;
    return this.transmit([this.frame(SNRM | POLL_FINAL, propose ? encodeParameters(propose) : NO_BYTES)], at);
  }

  /** DISC. */
  disconnect(at: number): HdlcClientEvent[] {
    this.state = 'closing';
    return this.transmit([this.frame(DISC | POLL_FINAL)], at);
  }

  /** An APDU in as many segments as it needs. The link must be open. */
  send(apdu: Uint8Array, at: number): HdlcClientEvent[] {
    if (this.state !== 'open') throw new Error(`HdlcClient.send: the link is ${this.state}; connect first`);
    const whole = concat(LLC_COMMAND, apdu);
    const step = this.parameters.transmitBytesMax;
    this.queue = [];
    for (let from = 0; from < whole.length; from += step) {
      this.queue.push({ bytes: whole.subarray(from, from + step), segmented: from + step < whole.length });
    }
    this.sent = 0;
    this.parts = new Writer();
    return this.transmit(this.window(), at);
  }

  /** The segments that the window lets out now. */
  private window(): Uint8Array[] {
    const frames: Uint8Array[] = [];
    const until = Math.min(this.queue.length, this.parameters.transmitWindow);
    while (this.sent < until) {
      const part = this.queue[this.sent]!;
      this.sent++;
      frames.push(
        this.frame(controlI((this.vs + this.sent - 1) & 7, this.vr, this.sent === until), part.bytes, part.segmented),
      );
    }
    return frames;
  }

  /** Repeats what was last sent, or gives up. Call it when {@link dueAt} has passed. */
  poll(at: number): HdlcClientEvent[] {
    if (this.waitingSince === undefined || at < this.dueAt()!) return [];
    return this.repeat(this.lastFrames, at);
  }

  /** The instant at which {@link poll} has something to do, if any. */
  dueAt(): number | undefined {
    return this.waitingSince === undefined ? undefined : this.waitingSince + (this.options.timeoutSeconds ?? 5);
  }

  private drop(reason: DisconnectReason): HdlcClientEvent[] {
    this.state = 'closed';
    this.waitingSince = undefined;
    this.queue = [];
    this.parts = new Writer();
    return [{ kind: 'disconnected', reason }];
  }

  /** Bytes received at instant `at` (seconds). */
  receive(bytes: Uint8Array, at: number): HdlcClientEvent[] {
    const events: HdlcClientEvent[] = [];
    for (const frame of this.parser.receive(bytes, at)) {
      const { destination, source } = frame;
      if (destination.upper !== this.options.client.upper) continue;
      if (source.upper !== this.options.server.upper || source.lower !== this.options.server.lower) continue;
      events.push(...this.handle(frame, at));
    }
    return events;
  }

  private handle(frame: HdlcFrame, at: number): HdlcClientEvent[] {
    const control = readControl(frame.control);
    if (control.kind === 'U') return this.handleUnnumbered(control.code, frame.information);
    if (this.state !== 'open') return [];
    const acknowledged = (control.nr - this.vs) & 7;
    const moved = acknowledged > 0 && acknowledged <= this.sent;
    if (moved) {
      this.queue.splice(0, acknowledged);
      this.sent -= acknowledged;
      this.vs = control.nr;
    }
    if (control.kind !== 'I') return control.final ? this.answered(control.kind, moved, at) : [];
    const rr = (): Uint8Array[] => [this.frame(controlRR(this.vr, true))];
    if (control.ns !== this.vr) return control.final ? this.repeat(rr(), at) : [];
    this.vr = (this.vr + 1) & 7;
    const { information } = frame;
    this.parts.raw(information);
    if (this.parts.written > REASSEMBLED_BYTES_MAX) return this.drop('tooLong');
    if (frame.segmented) {
      if (!control.final) return [];
      // A segment with nothing in it brings the APDU no further.
      return information.length > 0 ? this.transmit(rr(), at) : this.repeat(rr(), at);
    }
    const whole = this.parts.bytes();
    this.parts = new Writer();
    this.waitingSince = undefined;
    if (whole.length < 3 || whole[0] !== 0xe6) return [];
    return [{ kind: 'apdu', apdu: whole.slice(3) }];
  }

  /** RR, RNR or REJ with the line handed back: what was not taken goes again, or the answer is asked for. */
  private answered(kind: 'RR' | 'RNR' | 'REJ', moved: boolean, at: number): HdlcClientEvent[] {
    if (kind !== 'RNR') {
      this.sent = 0;
      if (this.queue.length > 0) return moved ? this.transmit(this.window(), at) : this.repeat(this.window(), at);
    }
    // Everything was taken but nothing came back yet, or the server is busy: the repeat timer asks, not this answer at
    // once, so that a server without an answer is not polled in a tight loop.
    if (this.waitingSince !== undefined) this.lastFrames = [this.frame(controlRR(this.vr, true))];
    return [];
  }

  private handleUnnumbered(code: number, information: Uint8Array): HdlcClientEvent[] {
    if (code === UA && this.state === 'connecting') {
      const answer = decodeParameters(information);
      if (!answer.ok) return this.drop('refused');
      this.parameters = negotiate(this.options.propose ?? DEFAULT_PARAMETERS, answer.value);
      this.state = 'open';
      this.vs = this.vr = this.sent = 0;
      this.waitingSince = undefined;
      return [{ kind: 'connected', parameters: this.parameters }];
    }
    if (code === UA && this.state === 'closing') return this.drop('asked');
    if (code === DM) return this.drop(this.state === 'closing' ? 'asked' : 'refused');
    if (code === FRMR) return this.drop('frameReject');
    return [];
  }
}
