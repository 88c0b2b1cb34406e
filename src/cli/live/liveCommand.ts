import { existsSync, statSync } from 'node:fs';
import { Command } from 'commander';
import { livePage } from '../../report/html/livePage.ts';
import { pageScript } from '../report/pageScripts.ts';
import type { Shell } from '../shell/command.ts';
import { UsageError } from '../shell/exit.ts';
import { writeLine, type Io } from '../shell/io.ts';
import { foundInstead } from '../shell/readText.ts';
import { liveBlock } from './liveBlocks.ts';
import { serveLive } from './liveServer.ts';

const EVERY_MILLISECONDS = 1000;

/** `smets1-bench live DIR...`: sweeps, watches and runs as they go on, in a browser. */
export function liveCommand({ action }: Shell): Command {
  return new Command('live')
    .argument('<dir...>', 'folders that commands write to')
    .option('--listen <host:port>', 'where to serve; port 0 is any that is free', '127.0.0.1:0')
    .addHelpText(
      'after',
      `
It only reads the folders: what goes on in them is not disturbed. The address that it prints holds a token, without which
nothing is served. It goes on until Ctrl-C.

Examples:
  smets1-bench live out/quick
  smets1-bench live out/watch out/quick --listen 127.0.0.1:8080`,
    )
    .action(action(live));
}

async function live(io: Io, directories: readonly string[], { listen }: { readonly listen: string }): Promise<void> {
  for (const directory of directories) {
    if (!existsSync(directory) || !statSync(directory).isDirectory())
      throw new UsageError(
        `${directory}: found ${foundInstead(directory, 'files')}, expected a folder that a command writes to`,
      );
  }
  const { host, port } = addressOf(listen);
  const server = await serveLive({
    host,
    port,
    page: livePage(await pageScript('live')),
    state: () => JSON.stringify(directories.map((directory) => liveBlock(directory, io.now()))),
    everyMilliseconds: EVERY_MILLISECONDS,
  });
  const interruption = io.interruption();
  writeLine(io.out, server.url);
  if (!interruption.aborted) await new Promise((resolve) => interruption.addEventListener('abort', resolve));
  await server.close();
}

function addressOf(listen: string): { readonly host: string; readonly port: number } {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(listen) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined || Number(port) > 65_535) throw new UsageError(`--listen ${listen}: expected HOST:PORT such as 127.0.0.1:0, the port from 0 to 65535`); // prettier-ignore
  return { host, port: Number(port) };
}
