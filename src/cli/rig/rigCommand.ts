import { Command, Option } from 'commander';
import { PCAP_DRAWS } from '../../../devices/transport/pcap.ts';
import { formatProblems } from '../../document/problem.ts';
import { shellWord } from '../../text/shellWord.ts';
import type { Shell } from '../shell/command.ts';
import { UsageError, type ExitCode } from '../shell/exit.ts';
import { writeNew } from '../shell/fileErrors.ts';
import { checkFiles } from '../shell/fileKind.ts';
import { type Io, writeAnswer } from '../shell/io.ts';
import { folder, instantOrDate, oneOf } from '../shell/options.ts';
import { runRigFile, type TraceGiven } from './rigRun.ts';
import { tellStatus, type StatusGiven } from './rigStatus.ts';
import { watchRigFile, type WatchGiven } from './rigWatch.ts';
import { deviceLines } from './rigText.ts';
import { ledgerFolderOf, tryRig } from './readRigFile.ts';
import { startingName } from './startingName.ts';

/**
 * `rig RIG.yaml`: carries out one installation's migration end to end on the wire. Its subcommands work on rig files.
 */
export function rigCommand({ action }: Shell): Command {
  const rig = new Command('rig')
    .argument('[file]', 'a rig file (YAML)')
    .option(
      '--out <dir>',
      'write records (CSV), frames (JSON lines, pcap), steps.json, junit.xml, manifest.json',
      folder,
    )
    .option('--format <format>', 'text or json', oneOf('text', 'json'), 'text')
    .option('--trace', 'show each frame on standard error as it crosses; not with --watch')
    .option('--keys <file>', 'with --trace or --out, frames in words: YAML that says where the keys stand, or lab')
    .option(
      '--pcap <as>',
      `how frames are drawn in frames.pcap: ${PCAP_DRAWS.join(', ')}; default tcp`,
      oneOf(...PCAP_DRAWS),
    )
    .option('--watch', 'probe on the calendar of the watch section, for weeks; restarts go on where the calendar is')
    .option('--once', 'with --watch: do what is due now, and end (for cron)')
    .addHelpText(
      'after',
      `
Examples:
  smets1-bench rig scenarios/rigs/lab.yaml                       all in memory; the story
  smets1-bench rig scenarios/rigs/lab.yaml --out out/lab         and its records: decide reads them as they are
  smets1-bench rig init my.yaml --device esme --serial /dev/ttyUSB0
  smets1-bench rig check my.yaml
  smets1-bench rig scenarios/rigs/watch.yaml --watch --out out/watch
  smets1-bench rig status scenarios/rigs/watch.yaml --out out/watch

Attached hardware is read only: association, reading, checks. Keys, firmware and configuration are written to devices
alone whose system title, as learnt on the wire, is on the file's allow-list; else that is said, and nothing is sent.
Their keys are kept in a ledger of one file a device (mode 0600), by default in $XDG_STATE_HOME/smets1-bench/keys/NAME
(~/.local/state/smets1-bench/keys/NAME), or where the file says (ledger: {folder: ...}); never inside --out.

A watch makes a daily contact and a weekly attempt at instants of the calendar (watch: ... in the file says otherwise), and
keeps a journal in --out from which all its outputs follow; decide reads them as they are. What falls into its own downtime
is recorded with cause system, never as a failure of the device. Attempts only read unless the file says watch.migrate: true
beside an allow-list: one that finds nothing wrong is then no migration, and in no record. One watch at a time writes there;
Ctrl-C lays it down, and the next start takes it up again.

An earlier run's --out is never replaced: name another directory. (A rig in memory may write its own bytes again.) Before the
first write to a device the attempt is on the disk; the story is told even if the outputs cannot be written. What a killed
run left is moved to broken-off-N in the directory. A device belongs to one rig at a time, by its address or title.

Exit codes: 0 done, also when an attempt failed with a code: that is data; 1 usage or file wrong, or a device that cannot
be had; 3 a defect. Interrupted (Ctrl-C), it lets go of everything, writes what there is marked as partial, and ends with 130.
DLMS security suite 0 is a standards-based stand-in: no source says that SMETS1 devices speak it.`,
    )
    .action(
      action(async (io: Io, file: string | undefined, options: WatchGiven & TraceGiven & { watch?: true }) => {
        if (file === undefined) throw new UsageError('rig: name a rig file; `rig init` writes one to start from.');
        const { watch, once, trace, keys, pcap, ...rest } = options;
        if (trace && watch) throw new UsageError('--trace goes with a rig that is run once: leave --watch out.');
        if (keys !== undefined && (watch || (!trace && rest.out === undefined)))
          throw new UsageError('--keys opens what --trace shows and --out writes: give one of them, without --watch.');
        if (pcap !== undefined && (watch || rest.out === undefined))
          throw new UsageError('--pcap says how --out draws frames: give --out, without --watch.');
        if (once && !watch) throw new UsageError('--once goes with --watch: without it a rig is run once anyway.');
        await (watch
          ? watchRigFile(io, file, { ...rest, ...(once && { once }) })
          : runRigFile(io, file, {
              ...rest,
              ...(trace && { trace }),
              ...(keys !== undefined && { keys }),
              ...(pcap && { pcap }),
            }));
      }),
    );

  rig
    .command('status')
    .description('Where a watch stands, and how near each clause is; only reads, also while it runs.')
    .argument('<file>', 'the rig file of the watch')
    .option('--out <dir>', 'the directory of the watch', folder)
    .option(
      '--as-of <instant|date>',
      'a date is the last second of that London day; default: its last sign of life',
      instantOrDate,
    )
    .option('--format <format>', 'text or json', oneOf('text', 'json'), 'text')
    // `rig` has options with these names too, and takes them wherever they stand.
    .action(
      action((io: Io, file: string, _: unknown, command: Command) =>
        tellStatus(io, file, command.optsWithGlobals<StatusGiven>()),
      ),
    );

  rig
    .command('init')
    .description('Write a rig file to start from; asks nothing, overwrites nothing.')
    .argument('[file]', 'where to write it', 'rig.yaml')
    .addOption(
      new Option('--device <device>', 'which device the address is of').choices(['chf', 'esme', 'gsme']).default('chf'),
    )
    .option('--tcp <host:port>', 'it is attached over TCP')
    .option('--serial <path>', 'it is attached to a serial port: /dev/ttyUSB0, COM3')
    .option('--mqtt <url>', 'it is attached over a broker')
    .option('--driver <command>', 'it is reached through a program of yours (devices/hardware/README.md)')
    .action(action(init));

  rig
    .command('check')
    .description('Check rig files: exit code 0, or 1 with everything that is wrong; no device is spoken to.')
    .argument('<file...>', 'rig files, YAML')
    .action(action(check));

  rig
    .command('schema')
    .description('Print what a rig file may say, or what steps.json says.')
    .addOption(
      new Option('--of <what>', 'rig: the rig file; steps: steps.json').choices(['rig', 'steps']).default('rig'),
    )
    .option('--markdown', 'as the table of scenarios/README.md instead of JSON Schema')
    .action(action(schema));
  return rig;
}

interface InitOptions {
  readonly device: 'chf' | 'esme' | 'gsme';
  readonly tcp?: string;
  readonly serial?: string;
  readonly mqtt?: string;
  readonly driver?: string;
}

async function init(io: Io, file: string, options: InitOptions): Promise<void> {
  const { startingRig } = await import('../../../devices/index.ts');
  const { tcp, serial, mqtt } = options;
  const places = Object.entries({ tcp, serial, mqtt }).filter(([, value]) => value !== undefined);
  if (places.length > 1)
    throw new UsageError(`rig init: one address, found --${places.map(([name]) => name).join(' and --')}`);
  const text = startingRig({ ...options, name: startingName(file, 'rig') });
  const loaded = await tryRig(io, file, text);
  if (!loaded.ok) {
    // The file does not exist yet, so the problems have no lines.
    const problems = loaded.problems.map((problem) => ({ ...problem, file: 'rig init', line: 0 }));
    throw new UsageError(formatProblems(problems));
  }
  writeNew(file, text);
  writeAnswer(io.out, `${file}: written\nnext: smets1-bench rig check ${shellWord(file)}\n`);
}

function check(io: Io, files: readonly string[]): Promise<ExitCode> {
  return checkFiles(io, { kind: 'rig', files }, async (path) => {
    const loaded = await tryRig(io, path);
    if (!loaded.ok) return loaded;
    const { setup, hash } = loaded;
    const head = `${setup.document.name}#${hash}, clock ${setup.clock}, rules ${setup.rules.name}`;
    return { words: [head, ...deviceLines(setup, await ledgerFolderOf(io, setup))].join('\n') };
  });
}

async function schema(io: Io, { of, markdown }: { of: 'rig' | 'steps'; markdown?: true }): Promise<void> {
  const { rigJsonSchema, rigFieldTable, stepsJsonSchema } = await import('../../../devices/index.ts');
  if (of === 'steps' && markdown) throw new UsageError('rig schema --markdown: of the rig file alone');
  io.out.write(of === 'steps' ? stepsJsonSchema() : markdown ? rigFieldTable() : rigJsonSchema());
}
