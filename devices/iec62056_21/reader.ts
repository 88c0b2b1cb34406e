/** The reading end of an optical port, sans-I/O: modes A to D of IEC 62056-21, and mode E, which leads to HDLC. */
import {
  ACK,
  BAUD_RATES,
  commandBlock,
  MODE_B_BAUD_RATES,
  MODE_D_LINE,
  NAK,
  OPENING_MODE,
  optionMessage,
  parseIdentification,
  protocolMode,
  requestMessage,
  WAKE_UP,
} from './frames.ts';
import type { Identification } from './frames.ts';
import type { LineAction } from './lineAction.ts';
import { parseReadout } from './readout.ts';
import type { Readout } from './readout.ts';
import { scanner } from './scanner.ts';
import type { Message, Phase, ScannerOptions } from './scanner.ts';

export interface ModeCReaderOptions extends ScannerOptions {
  /** `listen` sends nothing: it waits for a meter of mode D, which sends by itself or at the push of its button. */
  readonly goal: 'identify' | 'readout' | 'programming' | 'hdlc' | 'listen';
  /** Address of the meter. Default: none, and any meter answers. */
  readonly address?: string;
  /** Z: no faster than this, whatever the meter offers. Default: as fast as it offers. */
  readonly baudMax?: string;
  /** Data bits, parity and stop bits of HDLC. Default 8N1. */
  readonly hdlcFraming?: string;
  /** How long to wait for each answer. Default 3 s; 300 Bd is slow, but answers begin within 1.5 s. */
  readonly answerMilliseconds?: number;
  /** True: sends NULs for 2.2 s before the request, which wakes up a battery-operated meter. Default false. */
  readonly wakeUp?: boolean;
}

/** What the reader learnt. Every event but `identified`, `granted` and `values` ends the conversation. */
export type ReaderEvent =
  | { readonly kind: 'identified'; readonly identification: Identification }
  | { readonly kind: 'readout'; readonly readout: Readout }
  /** The meter is in programming mode. A password may be derived from the operand. */
  | { readonly kind: 'programming'; readonly operand: string }
  | { readonly kind: 'granted' }
  | { readonly kind: 'values'; readonly readout: Readout }
  /** The meter answered with an error message, or ended the session. */
  | { readonly kind: 'refused' }
  | { readonly kind: 'hdlc' }
  | { readonly kind: 'failed'; readonly reason: ReaderFailure };

/**
 * `noAnswer`: silence, or octets that make no sense. `badCheck`: a block whose check is wrong, several times. `tooLong`: an
 * answer above its bound. `noModeC`: the meter has no mode with options. `noHdlc`: it does not offer mode E. `optionRefused`:
 * it offers mode E and answers the option with NAK.
 */
export type ReaderFailure = 'noAnswer' | 'badCheck' | 'tooLong' | 'noModeC' | 'noHdlc' | 'optionRefused';

/** Each failure in words. */
export const FAILURE_WORDS: Readonly<Record<ReaderFailure, string>> = {
  noAnswer: 'no meter answers',
  badCheck: 'the check of a block was wrong several times',
  tooLong: 'an answer does not end',
  noModeC: 'the meter has no mode with options',
  noHdlc: 'the meter does not offer mode E',
  optionRefused: 'the meter refuses the option for mode E',
};

export type ReaderAction = LineAction | { readonly do: 'tell'; readonly event: ReaderEvent };

export type ReaderState =
  'closed' | 'waking' | 'asking' | 'reading' | 'entering' | 'programming' | 'waiting' | 'switching' | 'hdlc';

/** The reading end: it takes octets and instants, and gives actions. */
export interface ModeCReader {
  readonly state: ReaderState;
  readonly deadline: number | undefined;
  start(atMilliseconds: number): ReaderAction[];
  receive(bytes: Uint8Array, atMilliseconds: number): ReaderAction[];
  expire(atMilliseconds: number): ReaderAction[];
  /** In programming mode: sends a password for level 1 or 2. */
  password(level: 1 | 2, secret: string, atMilliseconds: number): ReaderAction[];
  /** In programming mode: reads one register. */
  read(address: string, atMilliseconds: number): ReaderAction[];
  /** Ends the session, in any state. */
  stop(): ReaderAction[];
}

const ANSWER_MILLISECONDS = 3000;
/** Some meters do not echo the mode E option. They have switched after this time. */
const ECHO_MILLISECONDS = 1500;
const REPEATS_MAX = 2;
/** Longest answer put together from blocks, in characters. */
const ANSWER_MAX = 1 << 18;
const UNREAD_MAX = 1 << 18;
/** Characters a second at 300 Bd: ten bits each. */
const CHARACTERS_A_SECOND = 30;
/** NULs are as many as the opening speed sends in the time of a wake-up. */
const WAKE_UP_NULS = Math.ceil((WAKE_UP.nulMilliseconds / 1000) * CHARACTERS_A_SECOND);

export function modeCReader(options: ModeCReaderOptions): ModeCReader {
  const found = scanner(options);
  const patience = options.answerMilliseconds ?? ANSWER_MILLISECONDS;
  let state: ReaderState = 'closed';
  let deadline: number | undefined;
  let repeats = 0;
  let hdlcMode = '';
  let parts: string[] = [];
  let partsLength = 0;
  /** Octets since the last message that moved something. A line full of noise must not keep the reader waiting for ever. */
  let unread = 0;
  /** True while a meter sends by itself, in mode A, B or D: then data may come without a block check. */
  let isPlain = false;

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
    const mode = protocolMode(identification);
    const sendsByItself = options.goal === 'listen' || (options.goal === 'readout' && (mode === 'A' || mode === 'B'));
    if (sendsByItself) {
      isPlain = true;
      enter('reading', at + patience);
      const speed = options.goal === 'listen' ? undefined : MODE_B_BAUD_RATES[offered];
      return [told, ...(speed === undefined ? [] : [{ do: 'setMode', mode: `${speed}/7E1` } as const])];
    }
    if (BAUD_RATES[offered] === undefined) return [told, ...fail('noModeC')];
    if (options.goal === 'hdlc' && !identification.hdlc) return [told, ...fail('noHdlc')];
    const limit = options.baudMax;
    // Only the offered speed or 300 Bd can be chosen, and none between them.
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

  /** Asks again for a damaged block, a few times. A meter that sends by itself cannot be asked. */
  function again(at: number): ReaderAction[] {
    if (isPlain) return fail('badCheck');
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
    // An empty block counts as well, or empty blocks could go on for ever.
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
    if (state === 'switching' && message.kind === 'nak') return fail('optionRefused');
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

  /** What the scanner may find now. */
  function phase(): Phase {
    if (state === 'asking' || state === 'switching' || state === 'waking') return 'opening';
    return state === 'reading' && isPlain ? 'readout' : 'programming';
  }

  function request(at: number): ReaderAction {
    enter('asking', at + patience);
    return send(requestMessage(options.address));
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
      isPlain = false;
      if (options.goal === 'listen') {
        enter('asking', at + patience);
        return [{ do: 'setMode', mode: MODE_D_LINE }];
      }
      const opening = { do: 'setMode', mode: OPENING_MODE } as const;
      if (options.wakeUp !== true) return [opening, request(at)];
      enter('waking', at + WAKE_UP.nulMilliseconds + WAKE_UP.pauseMilliseconds);
      return [opening, send(new Uint8Array(WAKE_UP_NULS))];
    },
    receive(bytes, at) {
      if (state === 'hdlc') return [{ do: 'hdlc', bytes }];
      if (state === 'closed') return [];
      found.push(bytes);
      unread += bytes.length;
      if (deadline !== undefined && state !== 'switching' && state !== 'waking')
        deadline = Math.max(deadline, at + patience);
      const actions: ReaderAction[] = [];
      for (;;) {
        const message = found.next(phase());
        if (message === undefined) return unread > UNREAD_MAX ? [...actions, ...fail('tooLong')] : actions;
        const moved = handle(message, at);
        actions.push(...moved);
        if (done()) return actions;
        // A message that moved nothing counts as noise.
        if (moved.length > 0) unread = 0;
      }
    },
    expire(at) {
      if (deadline === undefined || at < deadline) return [];
      if (state === 'waking') return [request(at)];
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
