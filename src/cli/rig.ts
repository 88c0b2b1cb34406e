import { Command, Option } from 'commander';
import type { Problem } from '../interchange/yaml/problem.ts';
import { formatProblems } from '../interchange/yaml/problem.ts';
import { EXIT } from './exit.ts';
import { rigJsonSchema, rigFieldTable } from '../../devices/rig/rigSchemaText.ts';
import { tryRig } from './loadRig.ts';

/** `rig`: one installation's migration on the wire. */
export function rigCommand(): Command {
  const rig = new Command('rig').description("one installation's migration on the wire");

  rig
    .command('check')
    .description('check rig files: exit code 0, or 1 with everything that is wrong; no device is spoken to')
    .argument('<file...>', 'rig files, YAML')
    .action(check);

  rig
    .command('schema')
    .description('print what a rig file may say')
    .addOption(
      new Option('--format <format>', 'json: for editors; markdown: the table of scenarios/README.md')
        .choices(['json', 'markdown'])
        .default('json'),
    )
    .action(({ format }: { format: 'json' | 'markdown' }) => {
      process.stdout.write(format === 'json' ? rigJsonSchema() : rigFieldTable());
    });
  return rig;
}

function check(files: readonly string[]): void {
  const problems: Problem[] = [];
  for (const path of files) {
    const loaded = tryRig(path);
    if (!loaded.ok) problems.push(...loaded.problems);
    else process.stdout.write(`${path}: ok, ${loaded.setup.document.name}#${loaded.hash}\n`);
  }
  if (problems.length === 0) return;
  process.stderr.write(`${formatProblems(problems)}\n`);
  process.exitCode = EXIT.usage;
}
