import { Readable, Writable } from 'node:stream';
import { runCommandLine } from '../../src/cli/app.ts';
import { shellOver, type Shell } from '../../src/cli/shell/command.ts';
import { Interrupted, type Interruption } from '../../src/cli/shell/exit.ts';
import { NOT_ASKED, type Io } from '../../src/cli/shell/io.ts';

/** What a command line printed and how it ended. */
export interface Answer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** What a test may put in place of the process's own. */
export interface Place {
  /** Default: the variables of the test's own process. */
  readonly env?: Io['env'];
  readonly stdin?: string | Uint8Array;
  /** Width of a terminal that stands behind both outputs; without it, two pipes. */
  readonly columns?: number;
  /** Gets every text as it is written; `interrupt` does what Ctrl-C does. */
  readonly onText?: (text: string, interrupt: (by?: Interruption) => void) => void;
}

/** Runs one command line in this process, as `main.ts` does, and returns all that it printed. Calls may overlap. */
export async function commandLine(args: readonly string[], place: Place = {}): Promise<Answer> {
  const { io, out, err } = inMemory(place);
  const code = await runCommandLine(args, io);
  return { code, out: out.text(), err: err.text() };
}

/** A shell whose commands print into nothing: for tests of what commands are, not of what they do. */
export function silentShell(): Shell {
  return shellOver(inMemory({}).io).shell;
}

/** A text as it was before its wide lines were broken at 80 columns, for a search. Paragraphs stay broken. */
export function unbroken(text: string): string {
  const lines: string[] = [];
  let width = 0;
  for (const line of text.split('\n')) {
    const before = lines.at(-1) ?? '';
    const [word = ''] = line.trimStart().split(' ');
    const isCommand = before.endsWith(' \\') || (word === 'smets1-bench' && before.endsWith(':'));
    // The break was needed: the next word had no room. What is no paragraph goes on further in.
    const isPushed = word !== '' && width + 1 + word.length > 80;
    const goesOn = indentOf(line) > indentOf(before);
    if (isCommand || (isPushed && goesOn))
      lines.push(`${(lines.pop() as string).replace(/ \\$/, '')} ${line.trimStart()}`);
    else lines.push(line);
    width = line.length;
  }
  return lines.join('\n');
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

function inMemory(place: Place) {
  const controller = new AbortController();
  const interrupt = (by: Interruption = 'SIGINT'): void => controller.abort(new Interrupted(by));
  const out = collector((text) => place.onText?.(text, interrupt));
  const err = collector((text) => place.onText?.(text, interrupt));
  const { columns } = place;
  const terminal = columns === undefined ? {} : { columns, isTTY: true };
  const io: Io = {
    asked: NOT_ASKED,
    out: Object.assign(out.stream, terminal),
    err: Object.assign(err.stream, terminal),
    stdin: Readable.from(place.stdin === undefined ? [] : [place.stdin]),
    env: place.env ?? process.env,
    now: Date.now,
    elapsed: () => performance.now() / 1000,
    interruption: () => controller.signal,
  };
  return { io, out, err };
}

function collector(onText: (text: string) => void): { readonly stream: Writable; readonly text: () => string } {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    decodeStrings: true,
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      onText(chunk.toString('utf8'));
      done();
    },
  });
  return { stream, text: () => Buffer.concat(chunks).toString('utf8') };
}
