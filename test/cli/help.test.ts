import { describe, expect, test } from 'vitest';
import { fitHelp } from '../../src/cli/shell/helpText.ts';
import { benchVersion } from '../../src/cli/shell/version.ts';
import { COMMANDS, loadCommand } from '../../src/cli/commands.ts';
import { commandLine, silentShell } from './harness.ts';

/** Every command line that has a help of its own. */
async function commandPaths(): Promise<readonly (readonly string[])[]> {
  const paths: string[][] = [[]];
  for (const name of Object.keys(COMMANDS)) {
    const { commands } = await loadCommand(name, silentShell());
    paths.push([name], ...commands.map((sub) => [name, sub.name()]));
  }
  return paths;
}

const PATHS = await commandPaths();

describe('help', () => {
  test.each([80, 72, undefined])('no line of any command is wider than a terminal of %s columns', async (columns) => {
    expect(PATHS.length).toBeGreaterThan(30);
    const wide: string[] = [];
    for (const path of PATHS) {
      const { code, out } = await commandLine([...path, '--help'], columns === undefined ? {} : { columns });
      expect({ path, code }).toEqual({ path, code: 0 });
      // A single word, such as the name of a file, may be wider.
      wide.push(...out.split('\n').filter((line) => line.length > (columns ?? 80) && /\S .*\S/.test(line.trim())));
    }
    expect(wide).toEqual([]);
  });

  test('a terminal that is wide enough shows the text as it was written', async () => {
    const { out } = await commandLine(['decide', '--help'], { columns: 160 });
    expect(out).toContain('decide --installations i.csv --attempts a.csv --events e.csv --as-of 2022-12-31 --out verdicts.csv\n'); // prettier-ignore
  });

  test('an example that is broken is still one command for a shell', () => {
    const example = "  smets1-bench run a.yaml --set 'a.b={ c: 1 }' --detail --workers 2";
    const broken = fitHelp(example, 40);
    expect(broken.split('\n').length).toBeGreaterThan(1);
    expect(broken.replaceAll(/ \\\n +/g, ' ')).toBe(example);
    // An option stands beside its value.
    expect(broken).toContain("--set 'a.b={ c: 1 }'");
  });

  test('a paragraph runs on, a list does not, and no word is lost', () => {
    const text =
      'one two three four five six seven eight nine ten\neleven twelve\n\n  first of a list\n  second of a list';
    expect(fitHelp(text, 40)).toBe(
      'one two three four five six seven eight\nnine ten eleven twelve\n\n  first of a list\n  second of a list',
    );
  });
});

test.each(['-v', '-V', '--version'])('%s prints the version', async (flag) => {
  expect(await commandLine([flag])).toEqual({ code: 0, out: `${benchVersion()}\n`, err: '' });
});
