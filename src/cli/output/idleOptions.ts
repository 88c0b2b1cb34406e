import { DECIDE_NOTHING } from '../shell/command.ts';
import { UsageError } from '../shell/exit.ts';
import { writeLine, type Io } from '../shell/io.ts';

/** Options that change nothing in a call, each with the reason; undefined: it changes something. */
export type IdleOptions = Readonly<Record<string, string | undefined>>;

/**
 * Says which of the typed options change nothing in this call. One that would decide a result is refused: whoever typed
 * it believes that the answer takes it into account. One that decides no result is told on standard error.
 * @throws UsageError
 */
export function refuseIdle(io: Io, idle: IdleOptions): void {
  for (const [name, why] of Object.entries(idle)) {
    if (why === undefined || !io.asked.typed.has(name)) continue;
    const words = `--${name} changes nothing here: ${why}`;
    if (!DECIDE_NOTHING.has(name)) throw new UsageError(words);
    writeLine(io.err, words);
  }
}

/** The options that say how records are read, where no records are read. */
export function idleRecordOptions(hasRecords: boolean): IdleOptions {
  const why = hasRecords ? undefined : 'no histories are read';
  return { 'max-errors': why, 'times-without-zone': why, 'ignore-columns': why, 'rename-column': why };
}

/** `--replace`, where nothing is written that could be replaced. */
export function idleReplace(...outputs: readonly (string | undefined)[]): IdleOptions {
  const isWritten = outputs.some((path) => path !== undefined);
  return { replace: isWritten ? undefined : 'no file is written' };
}
