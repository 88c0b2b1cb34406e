/**
 * The primary (client) side of the HDLC data link, sans-I/O: it connects, sends APDUs, polls, repeats after silence, and
 * disconnects. One exchange runs at a time, as in normal response mode.
 */
import { concat, NO_BYTES, Writer } from '../encoding/bytes.ts';
import { HdlcEcho } from './hdlcEcho.ts';
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
  LLC_RESPONSE,
  negotiate,
  POLL_FINAL,
  readControl,
  SNRM,
  UA,
  UI,
  withinFrames,
} from './hdlcControl.ts';
import { encodeFrame, type HdlcAddress, type HdlcFrame, HdlcParser, isAllStation } from './hdlcFrame.ts';
import { REASSEMBLED_BYTES_MAX } from './hdlcServer.ts';

export interface HdlcClientOptions {
  readonly client: HdlcAddress;
  readonly server: HdlcAddress;
  /** Limits to propose. Default: an SNRM without parameters, which means 128 bytes and a window of 1. */
  readonly propose?: HdlcParameters;
  /** Seconds of silence before a repeat. Default 5. */
  readonly timeoutSeconds?: number;
  /** Repeats without progress before the link is given up. Default 3. */
  readonly repeatsMax?: number;
  /** Seconds until a server that answered "not yet" (RR or RNR) is asked again. Doubles each time. Default 0.1. */
  readonly pollSeconds?: number;
}

const REPEATS_MAX = 3;
const TIMEOUT_SECONDS = 5;
const POLL_SECONDS = 0.1;

/** An event that received bytes or the clock caused. */
export type HdlcClientEvent =
  | { readonly kind: 'send'; readonly bytes: Uint8Array }
  | { readonly kind: 'connected'; readonly parameters: HdlcParameters }
  | { readonly kind: 'apdu'; readonly apdu: Uint8Array }
  /** An APDU in a UI frame, which a server sends without being asked. */
  | { readonly kind: 'notification'; readonly apdu: Uint8Array }
  | { readonly kind: 'disconnected'; readonly reason: DisconnectReason };

/** `timeout`: silence, or answers without progress. `tooLong`: an APDU longer than any may be. */
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
  /** Set while the server has said "not yet": seconds until it is asked again, and when it first said so. */
  private pollDelay: number | undefined;
  private nextPollDelay = POLL_SECONDS;
  private idleSince: number | undefined;
  /** True if the last I frame of the server handed the line over. */
  private hasLine = true;
  private echo = newEcho();

  constructor(options: HdlcClientOptions) {
    const { propose } = options;
    this.options = propose ? { ...options, propose: withinFrames(propose) } : options;
  }

  private frame(control: number, information: Uint8Array = NO_BYTES, segmented = false): Uint8Array {
    const { server: destination, client: source } = this.options;
    return encodeFrame({ destination, source, control, segmented, information });
  }

  private get timeoutSeconds(): number {
    return this.options.timeoutSeconds ?? TIMEOUT_SECONDS;
  }

  private get repeatsMax(): number {
    return this.options.repeatsMax ?? REPEATS_MAX;
  }

  /** Sends frames that move the exchange on. */
  private transmit(frames: Uint8Array[], at: number): HdlcClientEvent[] {
    this.repeats = 0;
    this.idleSince = undefined;
    this.nextPollDelay = this.options.pollSeconds ?? POLL_SECONDS;
    return this.say(frames, at);
  }

  private say(frames: Uint8Array[], at: number): HdlcClientEvent[] {
    this.lastFrames = frames;
    this.waitingSince = at;
    this.pollDelay = undefined;
    this.echo.note(frames);
    return frames.map((bytes) => ({ kind: 'send', bytes }));
  }

  /** Sends frames again because nothing moved. Counted as silence is, so that two stations cannot talk for ever. */
  private repeat(frames: Uint8Array[], at: number): HdlcClientEvent[] {
    if (this.repeats >= this.repeatsMax) return this.drop('timeout');
    this.repeats++;
    return this.say(frames, at);
  }

  /** Sends SNRM. */
  connect(at: number): HdlcClientEvent[] {
    this.state = 'connecting';
    this.echo = newEcho();
    const { propose } = this.options;
    return this.transmit([this.frame(SNRM | POLL_FINAL, propose ? encodeParameters(propose) : NO_BYTES)], at);
  }

  /** Sends DISC. */
  disconnect(at: number): HdlcClientEvent[] {
    this.state = 'closing';
    return this.transmit([this.frame(DISC | POLL_FINAL)], at);
  }

  /** Sends an APDU in as many segments as it needs. Throws if the link is not open. */
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

  /** Goes on waiting after an APDU that was not the answer: the server may have sent a notification first. */
  waitOn(at: number): HdlcClientEvent[] {
    const poll = [this.frame(controlRR(this.vr, true))];
    if (this.hasLine) return this.say(poll, at);
    this.lastFrames = poll;
    this.waitingSince = at;
    return [];
  }

  /** The segments that the window allows now. */
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

  /** Repeats the last frames, asks again, or gives up. Call it when {@link dueAt} has passed. */
  poll(at: number): HdlcClientEvent[] {
    if (this.waitingSince === undefined || at < this.dueAt()!) return [];
    const patience = this.timeoutSeconds * (this.repeatsMax + 1);
    if (this.idleSince !== undefined && at - this.idleSince >= patience) return this.drop('timeout');
    return this.pollDelay === undefined ? this.repeat(this.lastFrames, at) : this.say(this.lastFrames, at);
  }

  /** The instant at which {@link poll} has something to do, if there is one. */
  dueAt(): number | undefined {
    return this.waitingSince === undefined ? undefined : this.waitingSince + (this.pollDelay ?? this.timeoutSeconds);
  }

  private drop(reason: DisconnectReason): HdlcClientEvent[] {
    this.state = 'closed';
    this.waitingSince = undefined;
    this.queue = [];
    this.parts = new Writer();
    return [{ kind: 'disconnected', reason }];
  }

  /** Takes bytes received at instant `at` (seconds). */
  receive(bytes: Uint8Array, at: number): HdlcClientEvent[] {
    const events: HdlcClientEvent[] = [];
    for (const frame of this.parser.receive(bytes, at)) {
      const { destination, source } = frame;
      const isPush = readControl(frame.control).kind === 'U' && (frame.control & ~POLL_FINAL) === UI;
      if (isPush && (destination.upper === this.options.client.upper || isAllStation(destination))) {
        events.push(...pushed(frame));
        continue;
      }
      if (destination.upper !== this.options.client.upper) continue;
      if (source.upper !== this.options.server.upper || source.lower !== this.options.server.lower) continue;
      if (!this.echo.isEcho(frame, this.parts.written === 0)) events.push(...this.handle(frame, at));
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
      // An empty segment does not move the APDU on.
      return information.length > 0 ? this.transmit(rr(), at) : this.repeat(rr(), at);
    }
    const whole = this.parts.bytes();
    this.parts = new Writer();
    this.waitingSince = undefined;
    this.hasLine = control.final;
    if (whole.length < 3 || whole[0] !== 0xe6) return this.waitOn(at);
    return [{ kind: 'apdu', apdu: whole.slice(3) }];
  }

  /** Handles RR, RNR or REJ that hands the line over: sends again what the server did not take, or asks for the answer. */
  private answered(kind: 'RR' | 'RNR' | 'REJ', moved: boolean, at: number): HdlcClientEvent[] {
    if (kind !== 'RNR') {
      this.sent = 0;
      if (this.queue.length > 0) return moved ? this.transmit(this.window(), at) : this.repeat(this.window(), at);
    }
    if (this.waitingSince === undefined) return [];
    // The server has everything and no answer yet, or it is busy. It is asked again soon, then less and less often, so that
    // a server without an answer is not asked in a tight loop.
    this.lastFrames = [this.frame(controlRR(this.vr, true))];
    this.idleSince ??= at;
    this.waitingSince = at;
    this.pollDelay = Math.min(this.nextPollDelay, this.timeoutSeconds);
    this.nextPollDelay = this.pollDelay * 2;
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

/** A client alone sends SNRM, DISC and the LLC header E6E6. */
function newEcho(): HdlcEcho {
  return new HdlcEcho({ codes: [SNRM, DISC], llc: LLC_COMMAND[1]! });
}

/** The APDU of a UI frame, if there is a whole one with the LLC header of a response. */
function pushed({ information, segmented }: HdlcFrame): HdlcClientEvent[] {
  const isWhole = !segmented && information.length > LLC_RESPONSE.length;
  const hasLlc = information[0] === LLC_RESPONSE[0] && information[1] === LLC_RESPONSE[1];
  return isWhole && hasLlc ? [{ kind: 'notification', apdu: information.slice(LLC_RESPONSE.length) }] : [];
}
