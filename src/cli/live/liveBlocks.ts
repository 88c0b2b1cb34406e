/** What a folder of outputs says of itself at the moment, as words and tables. It is only read. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { JOURNAL, MANIFEST } from '../shell/outDirectory.ts';
import type { LiveBlock } from './liveTypes.ts';
import { PROGRESS_FILE } from '../sweep/progressFile.ts';
import { FLEET_STATUS } from '../fleet/fleetFiles.ts';
import { fleetBlock } from './fleetBlock.ts';
import { RIG_STATUS } from '../rig/rigDirectory.ts';
import { RIG_PROGRESS, RIG_STEPS, rigBlock } from './rigBlock.ts';
import { sweepBlock } from './sweepBlock.ts';
import { watchBlock } from './watchBlock.ts';

const CELLS = 'cells';

/** What stands in a folder now. `now` is in milliseconds since the epoch. */
export function liveBlock(directory: string, now: number): LiveBlock {
  const name = basename(directory);
  try {
    if (existsSync(join(directory, JOURNAL))) return watchBlock(directory, name, now);
    if (existsSync(join(directory, FLEET_STATUS))) return fleetBlock(directory, FLEET_STATUS, { name, now });
    if (existsSync(join(directory, CELLS))) return sweepBlock(directory, join(directory, CELLS), name, now);
    if (isStore(directory)) return sweepBlock(directory, directory, name, now);
    return outputBlock(directory, name, now);
  } catch (error) {
    // A file that is being replaced at this moment: the next reading has it.
    return { title: name, facts: [['not readable just now', error instanceof Error ? error.message.split(',')[0] as string : '']], tables: [] }; // prettier-ignore
  }
}

/** True for a folder of cells that a sweep keeps apart from its tables (`--store`). */
function isStore(directory: string): boolean {
  return readdirSync(directory).some((name) => name.startsWith(PROGRESS_FILE) || /^[0-9a-f]{2}$/.test(name));
}

/** A run, a rig, or a folder that is still being written. */
function outputBlock(directory: string, name: string, now: number): LiveBlock {
  const names = existsSync(directory) ? readdirSync(directory) : [];
  if ([RIG_STEPS, RIG_PROGRESS, RIG_STATUS].some((file) => names.includes(file))) return rigBlock(directory, name, now);
  const path = join(directory, MANIFEST);
  if (!names.includes(MANIFEST)) {
    const partial = names.find((file) => file.startsWith('.partial-'));
    const written = partial === undefined ? [] : readdirSync(join(directory, partial));
    const rows = written.map((file) => [file, String(statSync(join(directory, partial as string, file)).size)]);
    return {
      title: `${name}: ${partial === undefined ? 'nothing yet' : 'being written'}`,
      facts: [],
      tables: rows.length === 0 ? [] : [{ caption: 'Files so far', head: ['file', 'bytes'], rows }],
    };
  }
  const manifest = z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(path, 'utf8')));
  const facts = Object.entries(manifest).flatMap(([key, value]): [string, string][] =>
    typeof value === 'string' || typeof value === 'number' ? [[key, String(value)]] : [],
  );
  return { title: `${name}: complete`, facts, tables: [] };
}
