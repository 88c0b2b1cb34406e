import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { StringDecoder } from 'node:string_decoder';

/**
 * - `notStarted`: the command could not be run
 * - `crashed`: it ended while it was needed
 * - `timeout`: it did not answer in time and was ended, for what it was doing is unknown
 * - `protocol`: it said something that the protocol does not have
 * - `closed`: asked after `close`
 */
export type DriverErrorCode = 'notStarted' | 'crashed' | 'timeout' | 'protocol' | 'closed';

/** A failure of the driver, not of the device. Long hexadecimal runs (keys, frames) are removed from the text. */
export class DriverError extends Error {
  override name = 'DriverError';
  readonly code: DriverErrorCode;

  constructor(code: DriverErrorCode, message: string) {
    super(redacted(message));
    this.code = code;
  }
}

/** Replaces runs of 16 or more hexadecimal digits, because a driver's output may repeat what it read or was given. */
export function redacted(text: string): string {
  return text.replace(
    /(?:[0-9A-Fa-f]{2}[ :-]?){8,}/g,
    (run) => `[${run.replace(/[^0-9A-Fa-f]/g, '').length / 2} octets] `,
  );
}

export interface LineProcess {
  send(line: string): void;
  /** Ends the program: closes its standard input, and kills it if it still runs after this time. */
  end(graceMilliseconds: number): Promise<void>;
  kill(): void;
}

export interface LineProcessOptions {
  /** Working folder of the program. Default: the current one. */
  readonly cwd?: string;
  /** The name of the command in errors. Default: `the driver's command`. */
  readonly name?: string;
  /**
   * Runs the command's one text through the shell, in a process group of its own, so that `kill` also ends what the shell
   * started. Default: no shell.
   */
  readonly shell?: boolean;
  /** Called once if the program stops reading its standard input while it still runs. */
  readonly onInputClosed?: () => void;
  readonly onLine: (line: string) => void;
  readonly onStderr: (line: string) => void;
  /** Called once. `error` is set if the program could not be started, or wrote a line without end. */
  readonly onExit: (how: string, error: DriverError | undefined) => void;
}

/** After a broken pipe, the program gets this long to end before the pipe alone counts as closed. */
const INPUT_CLOSED_MILLISECONDS = 500;
const LINE_BYTES_MAX = 1 << 20;
/** Number of pieces of an unfinished line that are kept apart. */
const PIECES_MAX = 1024;

/** Starts a program that communicates in lines. Handles every event of the process and of its pipes. */
export function lineProcess(command: readonly string[], options: LineProcessOptions): LineProcess {
  const [program = '', ...args] = command;
  const { cwd, shell = false, name = "the driver's command" } = options;
  const isGroup = shell && process.platform !== 'win32';
  let over = false;
  let fault: DriverError | undefined;
  let exited: () => void = () => undefined;
  const exit = new Promise<void>((resolve) => (exited = resolve));

  function finish(how: string): void {
    if (over) return;
    over = true;
    process.off('exit', kill);
    if (isGroup) kill();
    exited();
    options.onExit(how, fault);
  }

  function kill(): void {
    try {
      if (isGroup && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      else child.kill('SIGKILL');
    } catch {
      // The process or its whole group has already ended.
    }
  }

  let child: ChildProcessWithoutNullStreams;
  try {
    child = spawn(shell ? withoutShellBetween(program) : program, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
      shell,
      detached: isGroup,
      ...(cwd !== undefined && { cwd }),
    });
  } catch (cause) {
    throw notStarted(name, program, cause);
  }
  if (isGroup) process.on('exit', kill);
  child.on('error', (cause) => {
    fault ??= notStarted(name, program, cause);
    finish('never started');
  });
  // A process that the shell left behind may keep the pipes open. It is killed after the time that a last line takes.
  if (isGroup) child.on('exit', () => setTimeout(kill, INPUT_CLOSED_MILLISECONDS));
  // 'close' comes after the last line of its output, 'exit' may come before.
  child.on('close', (code, signal) => finish(signal === null ? `code ${code ?? '?'}` : `signal ${signal}`));
  child.stdin.once('error', () => {
    // A program that has ended also breaks the pipe; its end is reported by itself, a moment later.
    if (options.onInputClosed) setTimeout(() => over || options.onInputClosed?.(), INPUT_CLOSED_MILLISECONDS).unref();
  });
  child.stdin.on('error', () => undefined);
  splitLines(child.stdout, options.onLine, () => {
    fault ??= new DriverError('protocol', `a line of more than ${LINE_BYTES_MAX} octets`);
    kill();
  });
  splitLines(child.stderr, options.onStderr, () => undefined);

  return {
    send(line) {
      if (!over && child.stdin.writable) child.stdin.write(`${line}\n`);
    },
    async end(graceMilliseconds) {
      if (over) return;
      child.stdin.end();
      const patience = setTimeout(kill, graceMilliseconds);
      await exit;
      clearTimeout(patience);
    },
    kill,
  };
}

/**
 * A plain command takes the place of its shell. The shell would otherwise hold the pipes open as well, and hide that the
 * program closed one of them.
 */
function withoutShellBetween(command: string): string {
  const isPlain =
    process.platform !== 'win32' && /^[^;&|<>()`\n]+$/.test(command) && !/^\s*(\w+=|exec\s)/.test(command);
  return isPlain ? `exec ${command}` : command;
}

function notStarted(name: string, program: string, cause: unknown): DriverError {
  const reason = (cause as { code?: string }).code ?? (cause instanceof Error ? cause.message : String(cause));
  return new DriverError('notStarted', `${name} '${program}' could not be started (${reason})`);
}

/**
 * Splits text that arrives in portions of any size into lines. Each octet is examined once, however small the portions
 * are. After a line that is too long, no further line is passed on.
 */
export function lineSplitter(
  onLine: (line: string) => void,
  onTooLong: () => void,
): { push(bytes: Uint8Array): void; end(): void } {
  const decoder = new StringDecoder('utf8');
  let begun: string[] = [];
  let begunLength = 0;
  let tooLong = false;

  function add(text: string): void {
    begun.push(text);
    // Many single characters take more memory apart than joined.
    if (begun.length >= PIECES_MAX) begun = [begun.join('')];
    begunLength += text.length;
    if (begunLength <= LINE_BYTES_MAX) return;
    tooLong = true;
    begun = [];
    onTooLong();
  }

  function finish(): void {
    const line = begun.join('').replace(/\r$/, '');
    begun = [];
    begunLength = 0;
    onLine(line);
  }

  return {
    push(bytes) {
      const text = decoder.write(bytes);
      for (let from = 0; !tooLong && from < text.length;) {
        const end = text.indexOf('\n', from);
        add(text.slice(from, end < 0 ? undefined : end));
        if (end < 0) return;
        if (!tooLong) finish();
        from = end + 1;
      }
    },
    end() {
      if (!tooLong && begunLength > 0) finish();
    },
  };
}

function splitLines(stream: NodeJS.ReadableStream, onLine: (line: string) => void, onTooLong: () => void): void {
  const lines = lineSplitter(onLine, onTooLong);
  stream.on('error', () => undefined);
  stream.on('data', (bytes: Buffer) => lines.push(bytes));
  stream.on('end', () => lines.end());
}
