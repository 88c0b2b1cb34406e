import { EXIT, ExitWith, Interrupted, type Interruption } from './exit.ts';
import { NOT_ASKED, type Io, type InterruptionSignal } from './io.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The `Io` of this process. Only `main.ts` calls this; it may be called once. */
export function processIo(): Io {
  return {
    asked: NOT_ASKED,
    out: process.stdout,
    err: process.stderr,
    stdin: process.stdin,
    env: process.env,
    now: Date.now,
    elapsed: () => performance.now() / 1000,
    interruption: interruptions(),
  };
}

/** Listens to signals and to the end of standard output; gives the function that a command calls to be told. */
function interruptions(): () => InterruptionSignal {
  const controller = new AbortController();
  let isAwaited = false;
  let hasFailed = false;
  const interrupt = (by: Interruption): void => {
    const reason = new Interrupted(by);
    if (!isAwaited || controller.signal.aborted) process.exit(reason.exitCode);
    controller.abort(reason);
  };
  for (const signal of SIGNALS) process.on(signal, () => interrupt(signal));
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') {
      // The stream reports every later write as well; only the first one is news.
      if (!controller.signal.aborted) interrupt('EPIPE');
      return;
    }
    // Standard output goes to a file on a full disk, for one: the user can mend that.
    if (hasFailed) return;
    hasFailed = true;
    process.stderr.write(`standard output: ${error.message}\n`);
    process.exitCode = EXIT.usage;
    if (!isAwaited) process.exit();
    if (!controller.signal.aborted) controller.abort(new ExitWith(EXIT.usage));
  });
  // A closed standard error is no error: progress and notes are lost, the result is still written.
  process.stderr.on('error', () => undefined);
  return () => {
    isAwaited = true;
    return controller.signal;
  };
}
