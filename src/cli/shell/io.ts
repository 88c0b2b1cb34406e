import { fitText } from '../../text/fitText.ts';
import { visible } from '../../text/visible.ts';
import type { ExitWith, Interrupted } from './exit.ts';

/** A stream that a command writes to. `isTTY` and `columns` are set where a terminal stands behind it. */
export interface OutputStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean | undefined;
  /** Width of the terminal in characters; undefined for a file or a pipe. */
  readonly columns?: number | undefined;
}

/** The command line that is carried out, as its outputs state it. */
export interface Asked {
  /** The command with what decides its results, and nothing that only says where they go. */
  readonly command: string;
  /** The values of `--set`, in order. */
  readonly set: readonly string[];
  /** The names of all options that were typed. */
  readonly typed: ReadonlySet<string>;
}

/** Before a command line is parsed, nothing is known of it. */
export const NOT_ASKED: Asked = { command: 'smets1-bench', set: [], typed: new Set() };

/**
 * Everything that a command may know of the process it runs in. Commands use this and never the globals, so that a
 * test, or another program, can run a command line in its own process (`runCommandLine`).
 */
export interface Io {
  /** The command line; `shellOver` fills it in for the command that it calls. */
  readonly asked: Asked;
  /** Results. */
  readonly out: OutputStream;
  /** Errors, progress and notes. */
  readonly err: OutputStream;
  readonly stdin: NodeJS.ReadableStream;
  /** Environment variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The wall clock, in milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** A clock that never runs backwards, in seconds from an arbitrary start. */
  readonly elapsed: () => number;
  /**
   * A signal that is aborted when the command is to end: Ctrl-C, SIGTERM, SIGHUP, or a reader that closed standard
   * output. The reason is an `Interrupted`, or an `ExitWith` where standard output cannot be written (a full disk).
   *
   * A command that calls this promises to end by itself: it stops its work, removes what is half-written, and throws
   * the reason (`signal.throwIfAborted()`) or returns. Without a call, an interruption ends the process at once. A second
   * interruption always does.
   */
  readonly interruption: () => InterruptionSignal;
}

/** An AbortSignal whose reason is one of the two below. */
export interface InterruptionSignal extends AbortSignal {
  readonly reason: Interrupted | ExitWith;
}

/** The width of words in a file or a pipe. */
const WORDS_WIDTH = 80;

/**
 * Writes the words of an answer. No line is wider than the terminal, or than 80 characters where there is none. They may
 * carry text of files, devices, drivers or brokers: its control characters are shown and do not act on the terminal.
 * Not for JSON, CSV, YAML or bytes, which go to the stream as they are.
 */
export function writeAnswer(stream: OutputStream, text: string): void {
  stream.write(fitText(visible(text), stream.columns ?? WORDS_WIDTH));
}

/**
 * Writes lines that a log is searched for: errors, notes, progress, one line for each row. A terminal breaks them as it
 * does an answer; in a file or a pipe a line stays whole. Control characters are shown and do not act.
 */
export function writeText(stream: OutputStream, text: string): void {
  stream.write(stream.columns === undefined ? visible(text) : fitText(visible(text), stream.columns));
}

/** Writes one line, as `writeText`. */
export function writeLine(stream: OutputStream, line: string): void {
  writeText(stream, `${line}\n`);
}

/** Gives way to the event loop once, so that an interruption can be noticed by a command that computes. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
