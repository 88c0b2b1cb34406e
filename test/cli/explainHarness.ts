import { explainCommand } from '../../src/cli/explain/explainCommand.ts';
import { EXIT, UsageError } from '../../src/cli/shell/exit.ts';
import { AssertionError } from '../../src/assert.ts';

/** What the command answered: its exit code and both streams. */
export interface Answer {
  readonly code: number;
  readonly out: string;
  readonly errors: string;
}

/** Runs the command in this process with its streams caught, and answers exceptions as `main` does. One at a time. */
export async function explain(...args: readonly string[]): Promise<Answer> {
  const streams = { out: '', errors: '' };
  const stdout = process.stdout.write.bind(process.stdout);
  const stderr = process.stderr.write.bind(process.stderr);
  const catching =
    (name: keyof typeof streams): typeof process.stdout.write =>
    (text: string): boolean => {
      streams[name] += text;
      return true;
    };
  process.stdout.write = catching('out');
  process.stderr.write = catching('errors');
  process.exitCode = undefined;
  let code: number;
  try {
    await explainCommand().exitOverride().parseAsync(args, { from: 'user' });
    code = Number(process.exitCode ?? EXIT.done);
  } catch (error) {
    if (error instanceof AssertionError) code = EXIT.internal;
    else if (error instanceof UsageError || (error as Error).name === 'CommanderError') code = EXIT.usage;
    else throw error;
    streams.errors += (error as Error).message;
  } finally {
    process.stdout.write = stdout;
    process.stderr.write = stderr;
    process.exitCode = undefined;
  }
  return { code, ...streams };
}
