import { spawnSync } from 'node:child_process';
import { describe, expect, inject, test } from 'vitest';
import { commandLine, unbroken } from './harness.ts';

const explain = (...args: readonly string[]) => commandLine(['explain', ...args]);

// What a person gets who types the command on a scenario. That the story is true is shown in test/sim/story/story.test.ts.

const SMALL = 'test/cli/fixtures/small.yaml';

/** Without the hash and the version, which change with every field that scenarios gain. */
function steady(text: string): string {
  return text.replace(/#[0-9a-f]{12}/g, '#HASH').replace(/version=\S+/g, 'version=VERSION');
}

/** Migration attempts in the part of a text that tells what happened. */
function attemptsIn(text: string): number {
  return text.match(/^ {2}\S+Z {2}migration {2}/gm)?.length ?? 0;
}

describe('explain of a scenario', () => {
  test('tells one story from the facts to the clauses (golden; -u rewrites it)', async () => {
    // Without the outages that are dice: those of the data alone make a story that is easier to read.
    const set = ['--set', 'sharedOutages.storm.perYear=0'];
    const { code, out, err: errors } = await explain(SMALL, '--installation', '7', ...set);
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    await expect(steady(out)).toMatchFileSnapshot('fixtures/story-7.txt');
  });

  test('says of a five-retries that took over from gt01 what the verdict says, and since when it is reported', async () => {
    const set = ['populations.a-dormant.han=dead', 'populations.a-dormant.wan=good', 'process.IOC.attemptsMax=200', 'faults.slow-commission.share=1', 'faults.slow-commission.deadShare=1', 'changes.replacementPerYear=0'].flatMap((text) => ['--set', text]); // prettier-ignore
    let out = '';
    for (let n = 0; !/\nEnd: excluded:five-retries[^\n]*until then gt01 was/.test(out); n += 1) {
      expect(n).toBeLessThan(120);
      out = unbroken((await explain(SMALL, '--installation', String(n), ...set)).out);
    }
    const five = out.slice(out.indexOf('five-retries (18.9'));
    const [, effective] = /\n {2}effective: (\S+Z):/.exec(five) as unknown as [string, string];
    const [, end, since] = /\nEnd: excluded:five-retries at (\S+Z): .*reported since (\S+Z), until/.exec(
      out,
    ) as unknown as string[];
    expect(end).toBe(effective);
    expect(five).toContain(`reported since ${since}, until then gt01 was`);
    const alone = [...out.matchAll(/^ {2}(\S+Z) {2}migration .*\n {6}an attempt for the ESME alone/gm)].map(
      ([, at]) => at as string,
    );
    expect(alone.at(-1)).toBe(since); // it is by the last of these that five-retries takes over
    expect(alone.filter((at) => at > (end as string)).length).toBeGreaterThan(1);
  });

  test('says in words that a limit of the scenario ended the attempts, and the instructions', async () => {
    const ended = async (words: string, ...set: readonly string[]): Promise<string> => {
      for (let n = 0; n < 120; n += 1) {
        const out = unbroken(
          (await explain(SMALL, '--installation', String(n), ...set.flatMap((text) => ['--set', text]))).out,
        );
        if (out.includes(words)) return out;
      }
      return '';
    };
    const attempts = await ended('attemptsMax allows', 'process.IOC.attemptsMax=2');
    expect(attempts).toContain('\nNo attempt follows the last: 2 were made, as many as process.IOC.attemptsMax allows');
    expect(attemptsIn(attempts)).toBe(2);
    const instructions = await ended('instructionsMax allows', 'process.IOC.preparation.instructionsMax=2');
    expect(instructions).toContain('\nNo instruction follows the last: 2 were made, as many as process.IOC.preparation.instructionsMax allows'); // prettier-ignore
    expect(instructions.match(/^ {2}\S+Z {2}instruction/gm)).toHaveLength(2);
  });

  test('says how often the SMSO tried, also where an instruction was completed', async () => {
    let out = '';
    for (let n = 0; !/instruction {2}ok/.test(out); n += 1)
      out = unbroken((await explain(SMALL, '--installation', String(n))).out);
    const [, count, through, tries] = /instruction {2}ok.*\n +(\w+) tries, (\d) got through: (.*)/.exec(
      out,
    ) as unknown as string[];
    expect(tries?.split('; ')).toHaveLength(Number(count));
    expect(tries?.match(/got through/g)).toHaveLength(Number(through));
  });

  test('says how to replay it, and the replay says the same', async () => {
    const asked = ['--installation', '7', '--seed', "it's mine", '--replication', '3', '--as-of', '2021-12-31'];
    const { out } = await explain(SMALL, ...asked, '--set', 'process.IOC.daysBetweenAttempts=14');
    const replay = unbroken(out.trimEnd()).split('\n').at(-1) as string;
    expect(replay).toBe(
      `replay: smets1-bench explain ${SMALL} --installation 7 --seed 'it'\\''s mine' --replication 3 --set process.IOC.daysBetweenAttempts=14 --as-of 2021-12-31`,
    );
    const words = replay.replace("'it'\\''s mine'", 'SEED').split(' ').slice(3);
    const again = await explain(...words.map((word) => (word === 'SEED' ? "it's mine" : word)));
    expect(again.out).toBe(out);
    const other = await explain(...words);
    expect(other.out).not.toBe(out); // another seed is another story
  });

  test('says which as-of it takes, and leaves out what comes after it', async () => {
    const asOf = ['--as-of', '2021-08-31'];
    let atHorizon = '';
    let out = '';
    // The first that was attempted before and after that day; which one it is, the dice say.
    for (let n = 0; !(attemptsIn(out) > 0 && attemptsIn(out) < attemptsIn(atHorizon)); n += 1) {
      atHorizon = (await explain(SMALL, '--installation', String(n))).out;
      ({ out } = await explain(SMALL, '--installation', String(n), ...asOf));
    }
    expect(atHorizon).toContain('as of 2022-12-31T23:59:59Z, the horizon (the default)');
    expect(out).toContain('as of 2021-08-31T22:59:59Z; the horizon is 2022-12-31T23:59:59Z');
    expect(out).toMatch(/and \d+ after the as-of, not shown/);
    expect(atHorizon).not.toContain('not shown');
  });

  test('shows at most 20 outages one by one and counts the rest', async () => {
    let out = '';
    for (let n = 120; !/\nHAN[^]*shorter ones[^]*\nWhat/.test(out); n += 1) {
      ({ out } = await explain(SMALL, '--installation', String(n)));
    }
    const han = out.slice(out.indexOf('\nHAN:'), out.indexOf('\nWhat happened'));
    expect(han.match(/^ {2}\S+Z to /gm)).toHaveLength(20);
    expect(han).toMatch(/and \d+ shorter ones, .* together/);
  });

  test('gives the same as JSON, with instants as the records write them', async () => {
    const { out } = await explain(SMALL, '--installation', '7', '--format', 'json');
    const told = JSON.parse(out) as {
      asOf: string;
      end: string;
      endAt: string;
      facts: { installation: { installationId: string } };
      entries: { type: string; attempt?: { at: string; outcome: string } }[];
      trace: { clauses: { category: string; holds: boolean; citations: string[] }[] };
    };
    expect(told.asOf).toBe('2022-12-31T23:59:59Z');
    expect(told.facts.installation.installationId).toBe('7');
    expect(told.trace.clauses).toHaveLength(6);
    const { out: text } = await explain(SMALL, '--installation', '7');
    expect(text).toContain(`End: ${told.end} at ${told.endAt}`);
    const attempts = told.entries.flatMap(({ attempt }) => attempt ?? []);
    expect(attempts.length).toBeGreaterThan(0);
    for (const { at, outcome } of attempts) expect(text).toMatch(new RegExp(`${at}  \\w+ +${outcome}:`));
    expect(out).not.toMatch(/: 16\d{8}\b/); // no instant left as a number
  });
});

describe('explain refuses', () => {
  test.each([
    [[SMALL, '--installation', '380'], 'a whole number from 0 to 379'],
    [[SMALL, '--installation', '-1'], 'a whole number from 0 to 379'],
    [[SMALL, '--installation', 'x'], 'a whole number from 0 to 379'],
    [[SMALL], '--installation'],
    [[SMALL, '--installation', '1', '--as-of', '2023-01-01'], 'from 2021-02-01 to 2022-12-31'],
    [[SMALL, '--installation', '1', '--as-of', '31 May'], 'YYYY-MM-DD'],
    [[SMALL, '--installation', '1', '--replication', '-1'], 'from 0 to 9999'],
    [[SMALL, '--installation', '1', '--installations', 'i.csv'], 'not both'],
    [[SMALL, '--installation', '1', '--rules', 'in-force'], '--rules goes with records'],
    [['--installation', '1'], 'Name a scenario, or records'],
    [['--installation', '1', '--installations', 'i.csv'], '--attempts is missing'],
    [['--installation', '1', '--installations', 'i.csv', '--seed', 'x'], '--seed goes with a scenario'],
    [['nowhere.yaml', '--installation', '1'], 'nowhere.yaml'],
  ])('%j, and says what it expected', async (args, expected) => {
    const { code, out, err: errors } = await explain(...args);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(errors).toContain(expected);
  });
});

describe('explain in a pipe', () => {
  test('ends quietly when its reader has enough, and writes no escape codes', () => {
    const command = `node '${inject('command')}' explain ${SMALL} --installation 3; echo "code $?" >&2`;
    const whole = spawnSync('bash', ['-c', command], { encoding: 'utf8', env: { ...process.env, FORCE_COLOR: '1' } });
    expect(whole.stderr.trim()).toMatch(/code 0$/);
    expect(whole.stdout.includes('\u001b')).toBe(false);
    const cut = spawnSync('bash', ['-c', `set -o pipefail; (${command}) | head -1`], { encoding: 'utf8' });
    expect(cut.stdout).toBe(`${whole.stdout.split('\n')[0]}\n`);
    expect(cut.stderr.trim()).toMatch(/code 0$/);
  });
});
