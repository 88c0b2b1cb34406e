import { Command } from 'commander';
import { shellWord } from '../../text/shellWord.ts';
import { counted } from '../../text/table.ts';
import type { Shell } from '../shell/command.ts';
import { UsageError, type ExitCode } from '../shell/exit.ts';
import { writeNew } from '../shell/fileErrors.ts';
import { checkFiles } from '../shell/fileKind.ts';
import { type Io, writeAnswer } from '../shell/io.ts';
import { folder, oneOf, repeatable, whole } from '../shell/options.ts';
import { startingName } from '../rig/startingName.ts';
import { runFleetFile, tryFleet, type FleetGiven } from './fleetRun.ts';

/** `fleet FLEET.yaml`: many installations, emulated or attached, under one head-end. */
export function fleetCommand({ action }: Shell): Command {
  const fleet = new Command('fleet')
    .argument('[file]', 'a fleet file (YAML)')
    .option('--out <dir>', 'write records (CSV), missed.csv, fleet.json, manifest.json', folder)
    .option('--format <format>', 'text or json', oneOf('text', 'json'), 'text')
    .addOption(
      repeatable('--only <id>', 'this installation alone; may be repeated. It lives as it does among the others'),
    )
    .addHelpText(
      'after',
      `
Examples:
  smets1-bench fleet scenarios/fleets/hundred.yaml                        a hundred homes, four weeks, in memory
  smets1-bench fleet scenarios/fleets/hundred.yaml --out out/hundred      and their records: decide reads them as they are
  smets1-bench live out/hundred                                           meanwhile, in a browser
  smets1-bench fleet init my.yaml --installations 50 --rig rig.yaml       a file of your own to start from
  smets1-bench fleet check my.yaml

Every installation is a whole rig: hub and meters with real cryptography, the SMSO's and the DCC's head-ends, ledgers. They
share one head-end that has at most headEnd.connections connections open at once. What is due waits in one queue, by due time;
an installation has one thing under way at a time, and the rest between two tries of an instruction holds no connection. What
waits for longer than headEnd.lateSeconds is missed: a contact leaves a gap in what is known, an attempt or an instruction is
recorded with cause system. Neither counts against a device. missed.csv lists them.

In virtual time the same file and seed give the same bytes. Installations that are attached stand in rig files of their own:
allow-lists, keys, ledgers and locks are as for \`rig\`, and what is not allowed is not written. With something attached the
clock is the wall's; with clock virtual the weeks between the events of an attached one pass at once.

Exit codes: 0 done, also when attempts failed: that is data; 1 usage or file wrong, or a device that cannot be had; 3 a defect.
Interrupted (Ctrl-C), it lets go of everything, writes what there is marked as partial, and ends with 130. A fleet in
virtual time that was stopped, also by a full disk or by the end of its process, goes on with the same command from the
turns in turns.jsonl, to the same bytes as one that ran through. One with attached devices, or by the wall clock, cannot:
the command completes its records, marks them as partial and says how to run it again.`,
    )
    .action(
      action(async (io: Io, file: string | undefined, options: FleetGiven) => {
        if (file === undefined)
          throw new UsageError('fleet: name a fleet file; `fleet init` writes one to start from.');
        await runFleetFile(io, file, options);
      }),
    );
  fleet
    .command('init')
    .description('Write a fleet file to start from; asks nothing, overwrites nothing.')
    .argument('[file]', 'where to write it', 'fleet.yaml')
    .option('--installations <n>', 'how many emulated installations', whole(1, Number.MAX_SAFE_INTEGER), 10)
    .option('--rig <file>', 'an attached installation: its rig file, relative to the fleet file')
    .action(action(init));
  fleet
    .command('check')
    .description('Check fleet files and the rig files that they name; no device is spoken to.')
    .argument('<file...>', 'fleet files, YAML')
    .action(action(check));
  fleet
    .command('schema')
    .description('Print what a fleet file may say.')
    .option('--markdown', 'as the list of scenarios/README.md instead of JSON Schema')
    .action(action(schema));
  return fleet;
}

async function init(io: Io, file: string, options: { installations: number; rig?: string }): Promise<void> {
  const { startingFleet } = await import('../../../devices/index.ts');
  writeNew(file, startingFleet({ ...options, name: startingName(file, 'fleet') }));
  writeAnswer(io.out, `${file}: written\nnext: smets1-bench fleet check ${shellWord(file)}\n`);
}

function check(io: Io, files: readonly string[]): Promise<ExitCode> {
  return checkFiles(io, { kind: 'fleet', files }, async (path) => {
    const loaded = await tryFleet(io, path);
    if (!loaded.ok) return loaded;
    const { setup, hash } = loaded;
    const { document, clock, rules, groups, attached } = setup;
    const lines = [
      `${document.name}#${hash}, clock ${clock}, rules ${rules.name}`,
      ...groups.map(({ name, first, document: group }) => `  ${name}: ${counted(group.installations, 'installation')}, ${first} to ${first + group.installations - 1}`), // prettier-ignore
      ...attached.map(({ name, setup: rig }) => `  ${name}: attached, installation ${rig.installation.installationId}`),
    ];
    return { words: lines.join('\n') };
  });
}

async function schema(io: Io, { markdown }: { markdown?: true }): Promise<void> {
  const { fleetFieldTable, fleetJsonSchema } = await import('../../../devices/index.ts');
  io.out.write(markdown ? fleetFieldTable() : fleetJsonSchema());
}
