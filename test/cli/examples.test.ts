import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { decideCommand } from '../../src/cli/decide/decideCommand.ts';
import { RECORDS } from '../../src/interchange/record/records.ts';
import { explainCommand } from '../../src/cli/explain/explainCommand.ts';
import { fitCommand } from '../../src/cli/calibrate/fitCommand.ts';
import { diskFiles } from '../../src/cli/shell/readText.ts';
import { runCommand } from '../../src/cli/run/runCommand.ts';
import { scenarioCommand } from '../../src/cli/scenario/scenarioCommand.ts';
import { silentShell } from './harness.ts';
import { loadScenario } from '../../sim/scenario/load.ts';

// That what the documents and the help texts show can be typed: each example that names a scenario loads it with the very
// settings that it shows, and each option that it uses is there. It does not run them; .ci/run runs those of the READMEs.

const COMMANDS: readonly Command[] = [runCommand, explainCommand, fitCommand, scenarioCommand].map((make) =>
  make(silentShell()),
);

function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => void (text += part) }).outputHelp();
  return [text, ...command.commands.map(helpOf)].join('\n');
}

/** Words of a line as a shell takes them: quotes, no variables, a comment or a pipe ends it. */
function wordsOf(line: string): readonly string[] {
  const command = line.replace(/ +#.*$/, '').replace(/ \|.*$/, '');
  return [...command.matchAll(/(?:'[^']*'|[^\s'])+/g)].map(([word]) => word.replaceAll("'", ''));
}

const README = readFileSync('scenarios/README.md', 'utf8');
const TEXTS: readonly (readonly [string, string])[] = [
  ['README.md', readFileSync('README.md', 'utf8')],
  ['scenarios/README.md', README],
  ['src/README.md', readFileSync('src/README.md', 'utf8')],
  ['sim/README.md', readFileSync('sim/README.md', 'utf8')],
  ...COMMANDS.map((command) => [`${command.name()} --help`, helpOf(command)] as const),
];

const EXAMPLES = TEXTS.flatMap(([where, text]) =>
  [
    ...text
      .replaceAll(/ \\\n */g, ' ')
      .matchAll(/^ *(?:\$ )?(?:npx )?smets1-bench ((?:run|explain|fit|scenario (?:print|check)) .*)$/gm),
  ].map(([, line]) => [where, wordsOf(line as string)] as const),
);

describe('examples', () => {
  test('examples are found in the documents and in the help texts', () => {
    expect(new Set(EXAMPLES.map(([where]) => where))).toEqual(new Set(['README.md', 'scenarios/README.md', 'run --help', 'explain --help', 'fit --help', 'scenario --help'])); // prettier-ignore
    expect(EXAMPLES.length).toBeGreaterThan(15);
  });

  test('examples of --set name the scenario on which they work', () => {
    for (const [, text] of TEXTS) expect(text).not.toMatch(/^ *--set [^ <]+=/m);
    expect(EXAMPLES.filter(([where, words]) => where === 'scenarios/README.md' && words.includes('--set')).length).toBeGreaterThan(3); // prettier-ignore
  });

  test.each(EXAMPLES)('the example %s works: %j', (_, words) => {
    const top = COMMANDS.find((one) => one.name() === words[0]) as Command;
    const command = top.commands.find((one) => one.name() === words[1]) ?? top;
    const flags = command.options.flatMap(({ long, short }) => [long, short]);
    for (const word of words.filter((one) => one.startsWith('-'))) expect(flags).toContain(word);
    const set = words.flatMap((word, i) => (words[i - 1] === '--set' ? [word] : []));
    for (const path of words.filter(
      (word, i) => word.endsWith('.yaml') && !word.includes('*') && words[i - 1] !== '--set',
    )) {
      const loaded = loadScenario({ path, files: diskFiles, set });
      expect(loaded.ok ? [] : loaded.errors).toEqual([]);
    }
  });

  test('decide --help names every column that it reads, and every value that may stand in one', () => {
    const help = helpOf(decideCommand(silentShell()));
    for (const { columns } of [RECORDS.installations, RECORDS.attempts, RECORDS.events]) {
      for (const { name, allowed = [] } of columns) {
        expect(help).toMatch(new RegExp(`^ +${name}\\*? `, 'm'));
        for (const value of allowed) expect(help).toContain(value);
      }
    }
    for (const line of help.split('\n')) expect(line.length).toBeLessThanOrEqual(130);
  });

  test('the scenario that a beginner is shown is valid', () => {
    const text = /```yaml\n *(# yaml-language-server[^]*?)```/.exec(README)?.[1]?.replace(/^ {3}/gm, '') as string;
    const path = 'scenarios/shorter-outages.yaml';
    const files = { ...diskFiles, read: (name: string) => (name === path ? text : diskFiles.read(name)) };
    expect(loadScenario({ path, files })).toMatchObject({ ok: true, scenario: { name: 'shorter-outages' } });
  });
});
