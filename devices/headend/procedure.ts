/**
 * The procedures of a head-end, as generators. They yield wants (a connection, a conversation, a wait, or an order at
 * the SMSO's desk) and receive the results. They know no socket, timer or clock. `runner.ts` carries a procedure out
 * over any carrier. A procedure that is never resumed is a head-end that crashed.
 */
import type { Descriptor } from '../dlms/apdu/apdu.ts';
import type { ClientResult, Conversation } from '../dlms/client/client.ts';
import type { HdlcClientOptions } from '../dlms/framing/hdlcClient.ts';
import { LOST, lostBy, type LostHow, type WireError } from './wireError.ts';

export { LOST } from './wireError.ts';
export type { WireError } from './wireError.ts';

/** A device of an installation. An endpoint of attached hardware may stand for any of them. */
export type DeviceName = 'chf' | 'esme' | 'gsme';

/** A call: the client and server SAPs, and the time allowed for an answer (half an hour for a sleepy device). */
export interface Call {
  readonly device: DeviceName;
  readonly client: number;
  readonly server: number;
  readonly timeoutSeconds: number;
  /** HDLC: the lower address of the server; 0 or undefined for none. */
  readonly physical?: number;
  /** HDLC: bytes of the server's address. Default: the shortest form. */
  readonly addressBytes?: 1 | 2 | 4;
  /** HDLC: limits to propose, and when to ask a silent server again. */
  readonly hdlc?: Pick<HdlcClientOptions, 'propose' | 'pollSeconds'>;
  /** Default: the runner's framing. */
  readonly framing?: 'wrapper' | 'hdlc';
}

export type Want =
  | { readonly want: 'connect'; readonly call: Call }
  | { readonly want: 'converse'; readonly conversation: Conversation<ClientResult<unknown>> }
  | { readonly want: 'disconnect' }
  | { readonly want: 'wait'; readonly seconds: number }
  /** As `wait`, but a head-end with other work may put the procedure off meanwhile. */
  | { readonly want: 'rest'; readonly seconds: number }
  | { readonly want: 'clock' }
  | { readonly want: 'order'; readonly order: unknown }
  | { readonly want: 'drive'; readonly device: DeviceName; readonly request: unknown };

/** `about` names the requested object, if there was one. */
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
 * A procedure of a head-end, as a generator: it yields what it wants from the wire and receives the answer. It does no
 * I/O.
 */
export type Procedure<T> = Generator<Want, T, Reply>;

/** Opens the link. True if the link came up. */
export function* connect(call: Call): Procedure<boolean> {
  return (yield* linked(call)).ok;
}

/** Opens the link. The error tells whether the device itself refused it, or nobody answered. */
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

/** Lets time pass that belongs to nobody: between two tries that lie hours apart. No link is open. */
export function* rest(seconds: number): Procedure<void> {
  yield { want: 'rest', seconds };
}

/** Returns the instant by the runner's clock, in seconds, with fractions. */
export function* clock(): Procedure<number> {
  return (yield { want: 'clock' }) as number;
}

/** Asks a device through its driver. The request and the answer follow the driver protocol. */
export function* drive(device: DeviceName, request: unknown): Procedure<unknown> {
  return yield { want: 'drive', device, request };
}

/** Returns the desk's answer, or undefined if no answer came. */
export function* order(text: unknown): Procedure<unknown> {
  return yield { want: 'order', order: text };
}
