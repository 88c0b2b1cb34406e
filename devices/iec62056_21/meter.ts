/** The meter's end of an optical port, sans-I/O: mode C with readout and programming, and mode E as the way to HDLC. */
import { ACK, BAUD_RATES, commandBlock, dataBlock, identificationMessage, NAK, OPENING_MODE } from './frames.ts';
import { optionMessage } from './frames.ts';
import type { Identification, Option } from './frames.ts';
import type { LineAction } from './lineAction.ts';
import { dataSetText, readoutText } from './readout.ts';
import type { DataSet } from './readout.ts';
import { scanner } from './scanner.ts';
import type { Message, ScannerOptions } from './scanner.ts';

export interface ModeCMeterOptions extends ScannerOptions {
  readonly identification: Identification;
  /** The meter answers requests for this address, and requests without an address. */
  readonly address?: string;
  /** Gives the registers at an instant. */
  readonly readout: (atMilliseconds: number) => readonly DataSet[];
  /** Programming mode; refused if left out. */
  readonly programming?: Programming;
  /** Data bits, parity and stop bits of HDLC. Default 8N1. */
  readonly hdlcFraming?: string;
}

/** What a reader may do in programming mode. Values are read from the readout; writing is not emulated. */
export interface Programming {
  /** A number that is sent with P0. A password may be derived from it. */
  readonly operand: string;
  /** True if the secret opens this level (1 or 2). The secret appears nowhere else. */
  readonly opens: (level: 1 | 2, secret: string) => boolean;
}

export type MeterState = 'idle' | 'selecting' | 'sent' | 'programming' | 'hdlc';

/** The meter's end: it takes octets and instants, and gives actions. */
export interface ModeCMeter {
  readonly state: MeterState;
  /** When `expire` has to be called, in milliseconds; undefined while nothing is awaited. */
  readonly deadline: number | undefined;
  receive(bytes: Uint8Array, atMilliseconds: number): LineAction[];
  expire(atMilliseconds: number): LineAction[];
  /** Returns to the opening speed, because the HDLC session or the power has ended. */
  release(): LineAction[];
}

/** Reaction and inactivity times, clauses 6.3.14 and 6.4.3. The meter's own are near the upper ends. */
const SELECT_MILLISECONDS = 2000;
const REPEAT_MILLISECONDS = 1500;
const INACTIVITY_MILLISECONDS = 60_000;
const REPEATS_MAX = 3;
const WRONG_SECRETS_MAX = 3;

/** V and Y of the options that are served. Any other option leads back to idle. */
const OPTIONS: Readonly<Record<string, 'readout' | 'programming' | 'hdlc'>> = {
  '00': 'readout',
  '01': 'programming',
  '22': 'hdlc',
};

const send = (bytes: Uint8Array): LineAction => ({ do: 'send', bytes });

/** Makes a meter of modes C and E. Throws a RangeError for bad options. */
export function modeCMeter(options: ModeCMeterOptions): ModeCMeter {
  const { identification, programming } = options;
  const hello = identificationMessage(identification);
  const found = scanner(options);
  let state: MeterState = 'idle';
  let deadline: number | undefined;
  let last: Uint8Array = hello;
  let repeats = 0;
  let wrongSecrets = 0;
  let level: 0 | 1 | 2 = 0;

  function enter(next: MeterState, until?: number): void {
    state = next;
    deadline = until;
  }

  function idle(): LineAction[] {
    enter('idle');
    level = 0;
    wrongSecrets = 0;
    return [{ do: 'setMode', mode: OPENING_MODE }];
  }

  const isHdlc = (): boolean => state === 'hdlc';

  function say(bytes: Uint8Array): LineAction {
    last = bytes;
    return send(bytes);
  }

  function speed(baud: string): string {
    const offered = baud === identification.baud || baud === '0';
    return `${BAUD_RATES[offered ? baud : '0']!}/`;
  }

  function readout(at: number): LineAction {
    repeats = 0;
    enter('sent', at + REPEAT_MILLISECONDS);
    return say(dataBlock(readoutText(options.readout(at))));
  }

  function requested(text: string, at: number): LineAction[] {
    const address = /^\/\?([0-9A-Za-z ]{0,32})!\r\n$/.exec(text)?.[1];
    if (address === undefined || (address !== '' && !sameAddress(address, options.address))) return [];
    const before = state === 'idle' ? [] : idle();
    enter('selecting', at + SELECT_MILLISECONDS);
    return [...before, send(hello)];
  }

  function selected(option: Option, at: number): LineAction[] {
    const wanted = OPTIONS[`${option.protocol}${option.mode}`];
    if (wanted === 'readout') return [{ do: 'setMode', mode: `${speed(option.baud)}7E1` }, readout(at)];
    if (wanted === 'programming' && programming !== undefined) {
      enter('programming', at + INACTIVITY_MILLISECONDS);
      const greeting = say(commandBlock('P0', `(${programming.operand})`));
      return [{ do: 'setMode', mode: `${speed(option.baud)}7E1` }, greeting];
    }
    if (wanted === 'hdlc' && identification.hdlc) {
      enter('hdlc');
      return [
        send(optionMessage(option)),
        { do: 'setMode', mode: `${speed(option.baud)}${options.hdlcFraming ?? '8N1'}` },
        { do: 'hdlc', bytes: found.rest() },
      ];
    }
    return idle();
  }

  function commanded(message: Message & { kind: 'command' }, at: number): LineAction[] {
    deadline = at + INACTIVITY_MILLISECONDS;
    if (!message.checked) return [send(Uint8Array.of(NAK))];
    const operand = /^\(([^()]{0,128})\)$/.exec(message.text ?? '')?.[1] ?? '';
    switch (message.command) {
      case 'P1':
      case 'P2':
        return tried(message.command === 'P1' ? 1 : 2, operand);
      case 'R1':
        return [say(dataBlock(answer(message.text ?? '', at)))];
      case 'B0':
        return idle();
      default:
        return [say(dataBlock('(ERROR)'))];
    }
  }

  function tried(wanted: 1 | 2, secret: string): LineAction[] {
    if (programming?.opens(wanted, secret) === true) {
      level = wanted;
      return [say(Uint8Array.of(ACK))];
    }
    wrongSecrets += 1;
    if (wrongSecrets >= WRONG_SECRETS_MAX) return [send(commandBlock('B0')), ...idle()];
    return [say(dataBlock('(ERROR)'))];
  }

  function answer(text: string, at: number): string {
    const address = /^([^()]{1,32})\([^()]*\)$/.exec(text)?.[1];
    const set = level === 0 ? undefined : options.readout(at).find((one) => one.address === address);
    return set === undefined ? '(ERROR)' : dataSetText(set);
  }

  function repeated(at: number): LineAction[] {
    repeats += 1;
    if (repeats > REPEATS_MAX) return idle();
    deadline = at + (state === 'sent' ? REPEAT_MILLISECONDS : INACTIVITY_MILLISECONDS);
    return [send(last)];
  }

  function handle(message: Message, at: number): LineAction[] {
    if (message.kind === 'line') return requested(message.text, at);
    if (message.kind === 'option' && state === 'selecting') return selected(message.option, at);
    if (message.kind === 'nak' && (state === 'sent' || state === 'programming')) return repeated(at);
    if (message.kind === 'ack' && state === 'sent') return idle();
    if (message.kind === 'command' && state === 'programming') {
      if (message.checked) repeats = 0;
      return commanded(message, at);
    }
    return [];
  }

  return {
    get state() {
      return state;
    },
    get deadline() {
      return deadline;
    },
    receive(bytes, at) {
      if (state === 'hdlc') return [{ do: 'hdlc', bytes }];
      found.push(bytes);
      const actions: LineAction[] = [];
      for (;;) {
        const message = found.next(state === 'programming' || state === 'sent' ? 'programming' : 'opening');
        if (message === undefined) return actions;
        actions.push(...handle(message, at));
        if (isHdlc()) return actions;
      }
    },
    expire(at) {
      if (deadline === undefined || at < deadline) return [];
      found.rest();
      // Without an option the meter reads out at the opening speed, as a meter of mode A does (clause 6.4.3).
      return state === 'selecting' ? [readout(at)] : idle();
    },
    release() {
      found.rest();
      return idle();
    },
  };
}

/** Compares addresses. Leading zeros do not count, clause 6.3.1. */
function sameAddress(asked: string, own: string | undefined): boolean {
  return own !== undefined && asked.replace(/^0+/, '') === own.replace(/^0+/, '');
}
