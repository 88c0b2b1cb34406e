import {
  ACK,
  BAUD_RATES,
  commandBlock,
  NAK,
  OPENING_MODE,
  optionMessage,
  parseIdentification,
  requestMessage,
} from './frames.ts';
import type { Identification } from './frames.ts';
import type { LineAction } from './lineAction.ts';
import { parseReadout } from './readout.ts';
import type { Readout } from './readout.ts';
import { scanner } from './scanner.ts';
import type { Message, ScannerOptions } from './scanner.ts';

export interface ModeCReaderOptions extends ScannerOptions {
  readonly goal: 'identify' | 'readout' | 'programming' | 'hdlc';
  /** Of the meter; without one, whoever is there answers. */
  readonly address?: string;
  /** Z: no faster than this, whatever the meter offers. Default: what it offers. */
  readonly baudMax?: string;
  /** How the line is set for HDLC besides its speed. Default 8N1. */
  readonly hdlcFraming?: string;
  /** How long to wait for each answer. Default 3 s; 300 Bd is slow, but answers begin within 1.5 s. */
  readonly answerMilliseconds?: number;
}

/** What the reader learnt. `failed` and everything but `identified`, `granted` and `values` end the conversation. */
export type ReaderEvent =
  | { readonly kind: 'identified'; readonly identification: Identification }
  | { readonly kind: 'readout'; readonly readout: Readout }
  /** In programming mode; the operand may serve to derive a password. */
  | { readonly kind: 'programming'; readonly operand: string }
  | { readonly kind: 'granted' }
  | { readonly kind: 'values'; readonly readout: Readout }
  /** The meter answered with an error message, or broke off. */
  | { readonly kind: 'refused' }
  | { readonly kind: 'hdlc' }
  | { readonly kind: 'failed'; readonly reason: 'noAnswer' | 'badCheck' | 'tooLong' | 'noModeC' | 'noHdlc' };

export type ReaderAction = LineAction | { readonly do: 'tell'; readonly event: ReaderEvent };

export type ReaderState =
  'closed' | 'asking' | 'reading' | 'entering' | 'programming' | 'waiting' | 'switching' | 'hdlc';

/** The reading end of the optical port: octets and instants in, actions out. */
export interface ModeCReader {
  readonly state: ReaderState;
  readonly deadline: number | undefined;
  start(atMilliseconds: number): ReaderAction[];
  receive(bytes: Uint8Array, atMilliseconds: number): ReaderAction[];
  expire(atMilliseconds: number): ReaderAction[];
  /** In programming mode: offers a password for level 1 or 2. */
  password(level: 1 | 2, secret: string, atMilliseconds: number): ReaderAction[];
  /** In programming mode: asks for one register. */
  read(address: string, atMilliseconds: number): ReaderAction[];
  /** Breaks off, in any state. */
  stop(): ReaderAction[];
}

const ANSWER_MILLISECONDS = 3000;
/** Some meters do not echo the mode E option; they have switched by then. */
const ECHO_MILLISECONDS = 1500;
const REPEATS_MAX = 2;
/** Longest answer put together from blocks, in characters. */
const ANSWER_MAX = 1 << 18;
const UNREAD_MAX = 1 << 18;

export function modeCReader(options: ModeCReaderOptions): ModeCReader {
  const found = scanner(options);
  const patience = options.answerMilliseconds ?? ANSWER_MILLISECONDS;
  let state: ReaderState = 'closed';
  let deadline: number | undefined;
  let repeats = 0;
  let hdlcMode = '';
  let parts: string[] = [];
  let partsLength = 0;
  /** Octets since the last message that moved something: a babbling line must not keep the reader waiting for ever. */
  let unread = 0;

  const tell = (event: ReaderEvent): ReaderAction => ({ do: 'tell', event });
  const send = (bytes: Uint8Array): ReaderAction => ({ do: 'send', bytes });

  const done = (): boolean => state === 'hdlc' || state === 'closed';

  function enter(next: ReaderState, until?: number): void {
    state = next;
    deadline = until;
  }

  function forget(): void {
    parts = [];
    partsLength = 0;
  }

  function fail(reason: (ReaderEvent & { kind: 'failed' })['reason']): ReaderAction[] {
    enter('closed');
    forget();
    return [tell({ kind: 'failed', reason })];
  }

  function identified(identification: Identification, at: number): ReaderAction[] {
    const told = tell({ kind: 'identified', identification });
    if (options.goal === 'identify') {
      enter('closed');
      return [told];
    }
    const offered = identification.baud;
    if (BAUD_RATES[offered] === undefined) return [told, ...fail('noModeC')];
    if (options.goal === 'hdlc' && !identification.hdlc) return [told, ...fail('noHdlc')];
    const limit = options.baudMax;
    // Only the offered speed or 300 Bd can be chosen; what lies between cannot.
    const baud = limit !== undefined && offered > limit ? '0' : offered;
    const speed = BAUD_RATES[baud]!;
    if (options.goal === 'hdlc') {
      hdlcMode = `${speed}/${options.hdlcFraming ?? '8N1'}`;
      enter('switching', at + ECHO_MILLISECONDS);
      return [told, send(optionMessage({ protocol: '2', baud, mode: '2' }))];
    }
    const reading = options.goal === 'readout';
    enter(reading ? 'reading' : 'entering', at + patience);
    const option = optionMessage({ protocol: '0', baud, mode: reading ? '0' : '1' });
    return [told, send(option), { do: 'setMode', mode: `${speed}/7E1` }];
  }

  function toHdlc(): ReaderAction[] {
    enter('hdlc');
    return [{ do: 'setMode', mode: hdlcMode }, tell({ kind: 'hdlc' }), { do: 'hdlc', bytes: found.rest() }];
  }

  /** Asks again for a block that came in bad, a few times. */
  function again(at: number): ReaderAction[] {
    repeats += 1;
    forget();
    if (repeats > REPEATS_MAX) return fail('badCheck');
    deadline = at + patience;
    return [send(Uint8Array.of(NAK))];
  }

  function data(message: Message & { kind: 'data' }, at: number): ReaderAction[] {
    if (!message.checked) return again(at);
    repeats = 0;
    if (state === 'reading') {
      enter('closed');
      return [tell({ kind: 'readout', readout: parseReadout(message.text) })];
    }
    if (state !== 'waiting') return [];
    parts.push(message.text);
    // A block with nothing in it counts as well, or they would never come to an end.
    partsLength += 1 + message.text.length;
    if (partsLength > ANSWER_MAX) return fail('tooLong');
    if (message.more) {
      deadline = at + patience;
      return [send(Uint8Array.of(ACK))];
    }
    const text = parts.join('');
    forget();
    enter('programming');
    if (/^\([^()]*\)$/.test(text)) return [tell({ kind: 'refused' })];
    return [tell({ kind: 'values', readout: parseReadout(text) })];
  }

  function command(message: Message & { kind: 'command' }, at: number): ReaderAction[] {
    if (!message.checked) return again(at);
    repeats = 0;
    if (message.command === 'B0') {
      enter('closed');
      return [tell({ kind: 'refused' })];
    }
    if (state !== 'entering' || message.command !== 'P0') return [];
    enter('programming');
    const operand = /^\(([^()]*)\)$/.exec(message.text ?? '')?.[1] ?? '';
    return [tell({ kind: 'programming', operand })];
  }

  function handle(message: Message, at: number): ReaderAction[] {
    if (state === 'asking' && message.kind === 'line') {
      const identification = parseIdentification(message.text);
      return identification === undefined ? [] : identified(identification, at);
    }
    if (state === 'switching' && message.kind === 'option') return toHdlc();
    if (state !== 'reading' && state !== 'entering' && state !== 'waiting') return [];
    if (message.kind === 'data') return data(message, at);
    if (message.kind === 'command') return command(message, at);
    if (message.kind === 'tooLong') return fail('tooLong');
    if (state !== 'waiting') return [];
    if (message.kind === 'ack') {
      enter('programming');
      return [tell({ kind: 'granted' })];
    }
    if (message.kind !== 'nak') return [];
    enter('programming');
    return [tell({ kind: 'refused' })];
  }

  function ask(bytes: Uint8Array, at: number): ReaderAction[] {
    if (state !== 'programming') return [];
    enter('waiting', at + patience);
    return [send(bytes)];
  }

  return {
    get state() {
      return state;
    },
    get deadline() {
      return deadline;
    },
    start(at) {
      found.rest();
      forget();
      unread = 0;
      repeats = 0;
      enter('asking', at + patience);
      return [{ do: 'setMode', mode: OPENING_MODE }, send(requestMessage(options.address))];
    },
    receive(bytes, at) {
      if (state === 'hdlc') return [{ do: 'hdlc', bytes }];
      if (state === 'closed') return [];
      found.push(bytes);
      unread += bytes.length;
      if (deadline !== undefined && state !== 'switching') deadline = Math.max(deadline, at + patience);
      const actions: ReaderAction[] = [];
      for (;;) {
        const opening = state === 'asking' || state === 'switching';
        const message = found.next(opening ? 'opening' : 'programming');
        if (message === undefined) return unread > UNREAD_MAX ? [...actions, ...fail('tooLong')] : actions;
        const moved = handle(message, at);
        actions.push(...moved);
        if (done()) return actions;
        // A message that moved nothing is babble as well.
        if (moved.length > 0) unread = 0;
      }
    },
    expire(at) {
      if (deadline === undefined || at < deadline) return [];
      return state === 'switching' ? toHdlc() : fail('noAnswer');
    },
    password: (level, secret, at) => ask(commandBlock(`P${level}`, `(${secret})`), at),
    read: (address, at) => ask(commandBlock('R1', `${address}()`), at),
    stop() {
      const inProgramming = state === 'programming' || state === 'waiting';
      enter('closed');
      return inProgramming ? [send(commandBlock('B0')), { do: 'setMode', mode: OPENING_MODE }] : [];
    },
  };
}
