/**
 * What a head-end does, as generators: they want a connection, a conversation, a wait or an order at the SMSO's desk, and are
 * told what came of it. No socket, timer or clock is known here; `runner.ts` carries a procedure out over any carrier, and a
 * procedure that is never resumed is a head-end that crashed.
 */
import type { Descriptor } from '../dlms/apdu.ts';
import type { ClientResult, Conversation } from '../dlms/client.ts';
import type { HdlcClientOptions } from '../dlms/hdlcClient.ts';
import { LOST, lostBy, type LostHow, type WireError } from './wireError.ts';

export { LOST } from './wireError.ts';
export type { WireError } from './wireError.ts';

/** Which device of an installation; an endpoint of attached hardware may stand for any of them. */
export type DeviceName = 'chf' | 'esme' | 'gsme';

/** Whom to call: the client and server SAPs, and how long an answer may take (a sleepy device's may take half an hour). */
export interface Call {
  readonly device: DeviceName;
  readonly client: number;
  readonly server: number;
  readonly timeoutSeconds: number;
  /** HDLC: the lower address of the server; 0 or left out: none. */
  readonly physical?: number;
  /** HDLC: bytes of the server's address. Default: the shortest form. */
  readonly addressBytes?: 1 | 2 | 4;
  /** HDLC: limits to propose, and when a server without an answer is asked again. */
  readonly hdlc?: Pick<HdlcClientOptions, 'propose' | 'pollSeconds'>;
  /** Where it is not the runner's. */
  readonly framing?: 'wrapper' | 'hdlc';
}

export type Want =
  | { readonly want: 'connect'; readonly call: Call }
  | { readonly want: 'converse'; readonly conversation: Conversation<ClientResult<unknown>> }
  | { readonly want: 'disconnect' }
  | { readonly want: 'wait'; readonly seconds: number }
  | { readonly want: 'clock' }
  | { readonly want: 'order'; readonly order: unknown }
  | { readonly want: 'drive'; readonly device: DeviceName; readonly request: unknown };

/** `about` names the object that was asked for, where one was. */
export type Outcome<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: WireError; readonly about?: About };

/** One attribute or method of an object. */
export interface About {
  readonly target: Descriptor;
  readonly is: 'attribute' | 'method';
}

/** The runner's reply to a want: true or a `LostHow` for `connect`, seconds for `clock`, an answer or undefined for `order`. */
export type Reply = unknown;

/**
 * Something a head-end does, as a generator: it yields what it wants from the wire and is sent the answer. It does no
 * I/O.
 */
export type Procedure<T> = Generator<Want, T, Reply>;

/** True if the link came up. */
export function* connect(call: Call): Procedure<boolean> {
  return (yield* linked(call)).ok;
}

/** Opens the link; the error says whether the device itself refused it, or nobody answered. */
export function* linked(call: Call): Procedure<Outcome<undefined>> {
  const reply = yield { want: 'connect', call };
  if (reply === true) return { ok: true, value: undefined };
  return typeof reply === 'string' ? lostBy(reply as LostHow) : LOST;
}

export function* converse<T>(conversation: Conversation<ClientResult<T>>): Procedure<Outcome<T>> {
  return (yield { want: 'converse', conversation }) as Outcome<T>;
}

export function* disconnect(): Procedure<void> {
  yield { want: 'disconnect' };
}

export function* wait(seconds: number): Procedure<void> {
  yield { want: 'wait', seconds };
}

/** The instant by the runner's clock, in seconds; a fraction of a second is kept. */
export function* clock(): Procedure<number> {
  return (yield { want: 'clock' }) as number;
}

/** What a device answers that is reached through a driver; the request and the answer are the driver protocol's. */
export function* drive(device: DeviceName, request: unknown): Procedure<unknown> {
  return yield { want: 'drive', device, request };
}

/** What the desk answers, or undefined where no answer came. */
export function* order(text: unknown): Procedure<unknown> {
  return yield { want: 'order', order: text };
}
