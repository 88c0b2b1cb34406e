import { runCommandLine } from './app.ts';
import { processIo } from './shell/processIo.ts';

const code = await runCommandLine(process.argv.slice(2), processIo());
// It is set already where standard output could not be written.
process.exitCode ??= code;
