/**
 * The secondary (server) side of the HDLC data link, sans-I/O. One station serves many pairs of client and server address;
 * each pair is a link with a state of its own. The server sends only when it is polled, as IEC 62056-46 demands.
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
import { encodeFrame, FRAME_BYTES_MAX, type HdlcAddress, type HdlcFrame, HdlcParser } from './hdlcFrame.ts';

/** Longest APDU put together from segments, in bytes. */
export const REASSEMBLED_BYTES_MAX = 0x10000;
/** Most links one station keeps; further SNRMs are answered DM. */
const LINKS_MAX = 32;

export interface HdlcServerOptions {
  /** Whether a logical and physical address is served here. Broadcast addresses never connect. */
  readonly serves: (server: HdlcAddress, client: number) => boolean;
  /** The most this station would agree to. */
  readonly limits?: HdlcParameters;
  /** Longest information field sent, where a shorter one than negotiated is wanted; bytes. */
  readonly segmentBytesMax?: number;
  /** Silence after which a link is dropped, seconds (IEC 62056-46: 120 by default; 0 means never). */
  readonly inactivitySeconds?: number;
  readonly interOctetSeconds?: number;
}

/** What happened on the wire: bytes to send, a whole APDU, or a link that came up or went down. */
export type HdlcServerEvent =
  | { readonly kind: 'send'; readonly bytes: Uint8Array }
  | { readonly kind: 'apdu'; readonly link: HdlcServerLink; readonly apdu: Uint8Array }
  | { readonly kind: 'connected' | 'disconnected'; readonly link: HdlcServerLink };

/** What this station agrees to by default: long frames, and windows of 7. */
const SERVER_LIMITS: HdlcParameters = {
  transmitBytesMax: 1024,
  receiveBytesMax: 1024,
  transmitWindow: 7,
  receiveWindow: 7,
};

/** One client/server address pair in normal response mode. */
export class HdlcServerLink {
  readonly client: HdlcAddress;
  readonly server: HdlcAddress;
  parameters: HdlcParameters = DEFAULT_PARAMETERS;
  lastAt = 0;
  private vs = 0;
  private vr = 0;
  private acknowledged = 0;
  private peerBusy = false;
  /** Segments of the answer; index 0 has sequence number `acknowledged`. */
  private queue: { bytes: Uint8Array; segmented: boolean }[] = [];
  private sent = 0;
  /** Segments of a request so far. */
  private parts: Writer | undefined;
  private readonly segmentBytesMax: number;

  constructor(client: HdlcAddress, server: HdlcAddress, segmentBytesMax = FRAME_BYTES_MAX) {
    this.client = client;
    this.server = server;
    this.segmentBytesMax = segmentBytesMax;
  }

  /** True if the next I frame begins an APDU. */
  get startsApdu(): boolean {
    return this.parts === undefined;
  }

  /** Back to the state after UA, with what was negotiated. */
  reset(parameters: HdlcParameters): void {
    this.parameters = parameters;
    this.vs = this.vr = this.acknowledged = this.sent = 0;
    this.peerBusy = false;
    this.queue = [];
    this.parts = undefined;
  }

  frame(control: number, information: Uint8Array = NO_BYTES, segmented = false): Uint8Array {
    return encodeFrame({ destination: this.client, source: this.server, control, segmented, information });
  }

  /** Queues an answer and gives the frames that the window lets out now. */
  send(apdu: Uint8Array): Uint8Array[] {
    this.hold(apdu);
    return this.flush();
  }

  /** Queues an answer that comes too late for its poll; the next poll takes it. */
  hold(apdu: Uint8Array): [] {
    const whole = concat(LLC_RESPONSE, apdu);
    const step = Math.min(this.parameters.transmitBytesMax, this.segmentBytesMax);
    for (let at = 0; at < whole.length; at += step) {
      this.queue.push({ bytes: whole.subarray(at, at + step), segmented: at + step < whole.length });
    }
    return [];
  }

  private flush(): Uint8Array[] {
    const frames: Uint8Array[] = [];
    const until = this.peerBusy ? this.sent : Math.min(this.queue.length, this.parameters.transmitWindow);
    while (this.sent < until) {
      const part = this.queue[this.sent]!;
      this.sent++;
      // The final bit goes on the last frame of the window: it hands the line back to the client.
      const control = controlI(this.vs, this.vr, this.sent === until);
      this.vs = (this.vs + 1) & 7;
      frames.push(this.frame(control, part.bytes, part.segmented));
    }
    return frames;
  }

  /** Takes the peer's N(R); false when it acknowledges what was never sent. */
  private acknowledge(nr: number): boolean {
    const count = (nr - this.acknowledged) & 7;
    if (count > this.sent) return false;
    this.queue.splice(0, count);
    this.sent -= count;
    this.acknowledged = nr;
    return true;
  }

  /** Frames sent but not acknowledged go again from the first of them. */
  private rewind(): void {
    this.vs = this.acknowledged;
    this.sent = 0;
  }

  private reject(control: number, reason: number): Uint8Array[] {
    const information = new Uint8Array([control, (this.vr << 5) | (this.vs << 1), reason]);
    return [this.frame(FRMR | POLL_FINAL, information)];
  }

  /** An I or S frame in normal response mode. `apdu` is set when one is complete. */
  receive(frame: HdlcFrame): { send: Uint8Array[]; apdu?: Uint8Array } {
    const control = readControl(frame.control);
    if (control.kind === 'U') return { send: this.reject(frame.control, 1) };
    if (control.kind !== 'I' && frame.information.length > 0) return { send: this.reject(frame.control, 3) };
    if (frame.information.length > this.parameters.receiveBytesMax) return { send: this.reject(frame.control, 4) };
    if (!this.acknowledge(control.nr)) return { send: this.reject(frame.control, 8) };
    if (control.kind === 'I') return this.receiveI(frame, control);
    this.peerBusy = control.kind === 'RNR';
    if (!control.final) return { send: [] };
    // A poll while frames are outstanding means that they did not arrive.
    this.rewind();
    const frames = this.flush();
    return { send: frames.length > 0 ? frames : [this.frame(controlRR(this.vr, true))] };
  }

  private receiveI(
    frame: HdlcFrame,
    control: { ns: number; final: boolean },
  ): { send: Uint8Array[]; apdu?: Uint8Array } {
    this.peerBusy = false;
    if (control.ns !== this.vr) {
      // A repeat of what was taken: the client missed the answer, so it goes again. A gap: say what is expected.
      if (!control.final) return { send: [] };
      this.rewind();
      const frames = control.ns === ((this.vr - 1) & 7) ? this.flush() : [];
      return { send: frames.length > 0 ? frames : [this.frame(controlRR(this.vr, true))] };
    }
    this.vr = (this.vr + 1) & 7;
    const parts = (this.parts ??= new Writer());
    // One byte too many is kept, and tells that the whole does not fit.
    const room = REASSEMBLED_BYTES_MAX + 1 - parts.written;
    parts.raw(frame.information.subarray(0, room));
    if (frame.segmented) return { send: control.final ? [this.frame(controlRR(this.vr, true))] : [] };
    const fits = parts.written <= REASSEMBLED_BYTES_MAX;
    const whole = parts.bytes();
    this.parts = undefined;
    // E6E7 would be a response, which a server never takes.
    const isLlc = fits && whole.length >= 3 && whole[0] === LLC_COMMAND[0] && whole[1] === LLC_COMMAND[1];
    if (!isLlc) return { send: control.final ? [this.frame(controlRR(this.vr, true))] : [] };
    // A new request makes an answer that the client no longer waits for void; its sequence numbers are used again,
    // because the client's N(R) still asks for them.
    this.queue = [];
    this.rewind();
    return { send: [], apdu: whole.slice(3) };
  }

  /** What to say when the application has no answer to an APDU. */
  idle(): Uint8Array[] {
    return [this.frame(controlRR(this.vr, true))];
  }
}

/** A server station: all links behind one byte stream. */
export class HdlcServer {
  readonly links = new Map<string, HdlcServerLink>();
  private readonly parser: HdlcParser;
  private readonly serves: HdlcServerOptions['serves'];
  private readonly limits: HdlcParameters;
  private readonly inactivitySeconds: number;
  private readonly segmentBytesMax: number | undefined;
  /** A server alone sends UA, DM, FRMR and the LLC header E6E7. */
  private readonly echo = new HdlcEcho({ codes: [UA, DM, FRMR], llc: LLC_RESPONSE[1]! });

  constructor(options: HdlcServerOptions) {
    this.parser = new HdlcParser(options.interOctetSeconds);
    this.serves = options.serves;
    this.limits = withinFrames(options.limits ?? SERVER_LIMITS);
    this.inactivitySeconds = options.inactivitySeconds ?? 120;
    this.segmentBytesMax = options.segmentBytesMax;
  }

  get pendingBytes(): number {
    return this.parser.pendingBytes;
  }

  /** Bytes received at instant `at` (seconds). */
  receive(bytes: Uint8Array, at: number): HdlcServerEvent[] {
    const events = this.poll(at);
    for (const frame of this.parser.receive(bytes, at)) this.handle(frame, at, events);
    return events;
  }

  /** Notes frames that the owner sends by itself, so that their echo is recognised. */
  noteSent(frames: readonly Uint8Array[]): void {
    this.echo.note(frames);
  }

  /** Drops links that were silent too long. */
  poll(at: number): HdlcServerEvent[] {
    const events: HdlcServerEvent[] = [];
    if (this.inactivitySeconds === 0) return events;
    for (const [key, link] of this.links) {
      if (at - link.lastAt <= this.inactivitySeconds) continue;
      this.links.delete(key);
      events.push({ kind: 'disconnected', link });
    }
    return events;
  }

  private handle(frame: HdlcFrame, at: number, events: HdlcServerEvent[]): void {
    if (!this.serves(frame.destination, frame.source.upper)) return;
    const { upper, lower, bytes } = frame.destination;
    const key = `${frame.source.upper}.${frame.source.bytes}>${upper}.${lower}.${bytes}`;
    const link = this.links.get(key);
    if (this.echo.isEcho(frame, link?.startsApdu ?? true)) return;
    const before = events.length;
    this.act(frame, link, { key, at, events });
    this.echo.note(events.slice(before).flatMap((event) => (event.kind === 'send' ? [event.bytes] : [])));
  }

  private act(
    frame: HdlcFrame,
    link: HdlcServerLink | undefined,
    { key, at, events }: { readonly key: string; readonly at: number; readonly events: HdlcServerEvent[] },
  ): void {
    const final = (frame.control & POLL_FINAL) !== 0;
    const code = frame.control & ~POLL_FINAL;
    const answer = (reply: HdlcServerLink, control: number, information?: Uint8Array): void => {
      if (final) events.push({ kind: 'send', bytes: reply.frame(control | POLL_FINAL, information) });
    };
    if (code === UI) return;
    if (code === SNRM) {
      const target = link ?? new HdlcServerLink(frame.source, frame.destination, this.segmentBytesMax);
      const asked = decodeParameters(frame.information);
      if (!asked.ok || (!link && this.links.size >= LINKS_MAX)) return answer(target, DM);
      target.lastAt = at;
      // Without parameters in the SNRM the defaults hold, whatever this station could do.
      target.reset(negotiate(this.limits, asked.value));
      this.links.set(key, target);
      events.push({ kind: 'connected', link: target });
      return answer(target, UA, encodeParameters(target.parameters));
    }
    if (!link) return answer(new HdlcServerLink(frame.source, frame.destination), DM);
    link.lastAt = at;
    if (code === DISC) {
      this.links.delete(key);
      events.push({ kind: 'disconnected', link });
      // A UA may carry an information field, and clients exist that compute its header check as if one always stood there:
      // without it they wait until they give up. The parameters harm nobody.
      return answer(link, UA, encodeParameters(link.parameters));
    }
    const result = link.receive(frame);
    for (const out of result.send) events.push({ kind: 'send', bytes: out });
    if (result.apdu) events.push({ kind: 'apdu', link, apdu: result.apdu });
  }
}
