/**
 * Carries a procedure out over byte channels. The timers supply the time: virtual in tests and in the rig, wall time
 * with attached hardware. Every failure of a carrier ends as `lost`.
 */
import { assert } from '../../src/assert.ts';
import { ClientSession, type ClientSessionOptions, type Exchange } from '../dlms/client/clientSession.ts';
import { type SkippedBytes, skippedText } from '../dlms/framing/wrapper.ts';
import type { ByteChannel } from '../transport/transport.ts';
import type { Cancel, Timers } from '../transport/timers.ts';
import type { Call, DeviceName, Procedure, Want } from './procedure.ts';
import { lostBy } from './wireError.ts';

/** Opens a link for a call; `done` receives undefined if there is none. */
export type Dial = (call: Call, done: (channel: ByteChannel | undefined) => void) => void;

/** Options of a runner: timers, a way to dial, the framing, and the other parties. */
export interface RunnerOptions {
  readonly timers: Timers;
  readonly dial: Dial;
  readonly framing: 'wrapper' | 'hdlc';
  readonly session?: Pick<ClientSessionOptions, 'physical' | 'hdlc'>;
  /** Passes orders of a procedure to the SMSO's desk. */
  readonly desk?: (order: unknown, done: (answer: unknown) => void) => void;
  /** Passes requests of a procedure to a device's driver. */
  readonly drive?: (device: DeviceName, request: unknown, done: (answer: unknown) => void) => void;
  /** Puts a procedure off that rests between two tries, and calls `resume` when it may go on. Default: it waits. */
  readonly rest?: (seconds: number, resume: () => void) => void;
  /** Called with each call that is made. The number of calls is the number of tries of a recovery. */
  readonly onCall?: (call: Call) => void;
  /** Called with each APDU that a device sent unasked, as it came. It may be ciphered. */
  readonly onNotification?: (call: Call, apdu: Uint8Array) => void;
  /** Called with notes for the user, for example about skipped bytes. They hold no payload. */
  readonly onNote?: (note: string) => void;
}

/** Abandons a procedure, as if the head-end had crashed. Its link is cut and it is never resumed. */
export type Crash = () => void;

/** Runs a procedure to its end. `done` may be called before this returns if nothing takes time. */
export function run<T>(procedure: Procedure<T>, options: RunnerOptions, done: (value: T) => void): Crash {
  let crashed = false;
  const advance = (next: () => IteratorResult<Want, T>): void => {
    if (crashed) return;
    const step = next();
    if (step.done) {
      line.end();
      return done(step.value);
    }
    try {
      line.grant(step.value, resume);
    } catch (error) {
      raise(error);
    }
  };
  const resume = (reply: unknown): void => advance(() => procedure.next(reply));
  // An error on the line, such as a ledger that cannot be written or a defect, is thrown into the procedure. If it is
  // not caught there, the caller gets it.
  const raise = (error: unknown): void => advance(() => procedure.throw(error));
  const line = new Line(options, raise);
  resume(undefined);
  return () => {
    crashed = true;
    line.end();
  };
}

/** {@link run} as a promise, for carriers in real time. */
export function runAsync<T>(procedure: Procedure<T>, options: RunnerOptions): Promise<T> {
  return new Promise((resolve) => run(procedure, options, resolve));
}

const HDLC_REPEAT_SECONDS = 5;

/** Holds one link at a time, and the conversation on it. */
class Line {
  private channel: ByteChannel | undefined;
  private call: Call | undefined;
  private session: ClientSession | undefined;
  private poll: Cancel | undefined;
  private exchange: Exchange<unknown> | undefined;
  private timeoutSeconds = 0;
  private isOver = false;
  private waiting: ((reply: unknown) => void) | undefined;
  private readonly options: RunnerOptions;
  private readonly raise: (error: unknown) => void;

  constructor(options: RunnerOptions, raise: (error: unknown) => void) {
    this.options = options;
    this.raise = raise;
  }

  private now(): number {
    return this.options.timers.nowMilliseconds() / 1000;
  }

  grant(want: Want, reply: (value: unknown) => void): void {
    const { timers, desk, drive } = this.options;
    switch (want.want) {
      case 'connect':
        return this.connect(want.call, reply);
      case 'converse':
        return this.converse(want, reply);
      case 'disconnect':
        this.hangUp();
        return reply(undefined);
      case 'wait':
        timers.after(want.seconds * 1000, () => reply(undefined));
        return;
      case 'rest':
        if (this.options.rest) return this.options.rest(want.seconds, () => reply(undefined));
        timers.after(want.seconds * 1000, () => reply(undefined));
        return;
      case 'clock':
        return reply(this.now());
      case 'order':
        assert(desk !== undefined, 'this procedure orders at the desk: give the runner one');
        return desk(want.order, reply);
      case 'drive':
        assert(drive !== undefined, 'this procedure asks a driver: give the runner one');
        return drive(want.device, want.request, reply);
    }
  }

  private connect(call: Call, reply: (value: unknown) => void): void {
    assert(this.channel === undefined, 'one link at a time: disconnect before the next call');
    this.options.onCall?.(call);
    this.options.dial(call, (channel) => {
      if (!channel || channel.closed) return reply('noLink');
      // The procedure that asked for the channel is over.
      if (this.isOver) return void channel.close();
      this.channel = channel;
      const { session } = this.options;
      const framing = call.framing ?? this.options.framing;
      // HDLC repeats frames by itself for as long as the answer may take.
      const timeoutSeconds = Math.min(HDLC_REPEAT_SECONDS, call.timeoutSeconds);
      const hdlc = {
        timeoutSeconds,
        repeatsMax: Math.ceil(call.timeoutSeconds / timeoutSeconds),
        ...session?.hdlc,
        ...call.hdlc,
      };
      const { onNote } = this.options;
      const onSkipped = onNote && ((skipped: SkippedBytes): void => onNote(`${call.device}: ${skippedText(skipped)}`));
      this.session = new ClientSession({ ...session, ...call, framing, hdlc, ...(onSkipped && { onSkipped }) });
      this.call = call;
      this.timeoutSeconds = call.timeoutSeconds;
      channel.onData((bytes) => {
        if (channel === this.channel) this.move((session) => session.receive(bytes, this.now()));
      });
      channel.onClose(() => {
        if (channel === this.channel) this.dropped();
      });
      channel.onError(() => undefined);
      if (framing === 'wrapper') return reply(true);
      this.waiting = reply;
      this.moved(this.session.open(this.now()));
    });
  }

  private converse(want: Extract<Want, { want: 'converse' }>, reply: (value: unknown) => void): void {
    if (!this.session || !this.channel || this.channel.closed || !this.session.ready) return reply(lostBy('linkDown'));
    const { exchange, send } = this.session.start(want.conversation, this.now());
    this.exchange = exchange;
    this.waiting = reply;
    this.moved(send);
  }

  /** Lets the session react to received bytes or to the time. */
  private move(act: (session: ClientSession) => readonly Uint8Array[]): void {
    if (!this.session) return;
    let frames: readonly Uint8Array[];
    try {
      frames = act(this.session);
    } catch (error) {
      return this.raise(error);
    }
    this.moved(frames);
  }

  /** Sends pending frames and checks whether an answer is complete. */
  private moved(frames: readonly Uint8Array[]): void {
    for (const frame of frames) this.channel?.write(frame);
    const { call, session } = this;
    for (const apdu of session?.notifications.splice(0) ?? []) if (call) this.options.onNotification?.(call, apdu);
    this.answer();
    this.schedule();
  }

  private answer(): void {
    const { waiting, exchange, session } = this;
    if (!waiting) return;
    if (exchange) {
      if (exchange.lost === undefined && exchange.result === undefined) return;
      this.exchange = undefined;
      this.waiting = undefined;
      waiting(exchange.lost === undefined ? exchange.result : lostBy(exchange.lost));
      return;
    }
    // For `connect`: HDLC is open, or has given up and no longer waits.
    const isOpen = session?.ready ?? false;
    if (!isOpen && session?.dueAt() !== undefined) return;
    this.waiting = undefined;
    if (!isOpen) this.hangUp();
    waiting(isOpen ? true : session?.isRefused ? 'linkRefused' : 'timeout');
  }

  private schedule(): void {
    this.poll?.();
    this.poll = undefined;
    const { timers } = this.options;
    const due = this.session?.dueAt();
    if (due === undefined && !this.exchange) return;
    // This deadline ends whatever no deadline of the session covers, such as an answer that was no APDU.
    const milliseconds = due === undefined ? this.timeoutSeconds * 1000 : due * 1000 - timers.nowMilliseconds();
    this.poll = timers.after(Math.max(1, Math.ceil(milliseconds)), () => {
      if (due === undefined) this.dropped();
      else this.move((session) => session.poll(this.now()));
    });
  }

  private dropped(): void {
    this.session?.drop();
    this.answer();
  }

  /** Ends the line, because the procedure has ended or the head-end has crashed. */
  end(): void {
    this.isOver = true;
    this.hangUp();
  }

  private hangUp(): void {
    const { channel, session } = this;
    this.poll?.();
    this.poll = undefined;
    this.channel = undefined;
    this.session = undefined;
    this.exchange = undefined;
    this.waiting = undefined;
    if (!channel) return;
    // A link that is closed while an answer is due is left without a farewell.
    if (session && !session.busy && !channel.closed)
      for (const frame of session.close(this.now())) channel.write(frame);
    void channel.close();
  }
}
