import type { Command } from 'commander';
import { UsageError } from '../../src/cli/shell/exit.ts';

export interface Captured {
  readonly out: string;
  /** What the command wrote there itself, or the message of the UsageError that main prints there. */
  readonly err: string;
  readonly code: number;
}

/** Commands that are asked for at the same time run one after another: there is one standard output. */
let before: Promise<unknown> = Promise.resolve();

/** Runs one command in this process, as main does. */
export function captured(command: Command, args: readonly string[]): Promise<Captured> {
  const mine = before.then(() => alone(command, args));
  before = mine.catch(() => undefined);
  return mine;
}

async function alone(command: Command, args: readonly string[]): Promise<Captured> {
  const texts = { out: '', err: '' };
  const { stdout, stderr } = process;
  const write = { out: stdout.write, err: stderr.write };
  const exitCode = process.exitCode;
  stdout.write = (text: string | Uint8Array) => ((texts.out += String(text)), true);
  stderr.write = (text: string | Uint8Array) => ((texts.err += String(text)), true);
  process.exitCode = 0;
  try {
    for (const sub of [command, ...command.commands]) sub.exitOverride();
    await command.parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    texts.err += `${error.message}\n`;
    process.exitCode = 1;
  } finally {
    stdout.write = write.out;
    stderr.write = write.err;
  }
  const code = Number(process.exitCode);
  process.exitCode = exitCode;
  return { ...texts, code };
}
