import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RULE_SETS, VARIOUS1 } from '../../src/rules/builtInRules.ts';
import { commandLine, type Answer } from './harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'rules-'));
const file = (name: string): string => join(folder, name);
const rules = (...args: string[]): Promise<Answer> => commandLine(['rules', ...args]);

beforeAll(() => {
  writeFileSync(
    file('right.yaml'),
    `extends: ${VARIOUS1.name}\nname: right\nclauses: { five-retries: { shows: { atLeast: 4 } } }\n`,
  );
  writeFileSync(file('wrong.yaml'), `extends: ${VARIOUS1.name}\nname: wrong\nreadings: { mixd: barred }\n`);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('rules', () => {
  test('rules list prints every name with its dates and title', async () => {
    const { out } = await rules('list');
    for (const set of RULE_SETS)
      expect(out).toMatch(new RegExp(`^${set.name} .*expires ${set.expiresOn}\\n  ${set.title}$`, 'm'));
    expect(out).toContain('in force from 2021-12-07');
  });

  test.each(RULE_SETS)(
    'what print --format yaml writes of $name is a file that check takes and diff finds equal',
    async (set) => {
      const { out } = await rules('print', set.name, '--format', 'yaml');
      writeFileSync(file('copy.yaml'), out);
      expect(await rules('check', file('copy.yaml'))).toMatchObject({ code: 0, err: '' });
      expect((await rules('diff', set.name, file('copy.yaml'))).out).toBe('no difference\n');
    },
  );

  test('rules print --format json prints the rule set', async () => {
    const { out } = await rules('print', VARIOUS1.name, '--format', 'json');
    expect(JSON.parse(out)).toEqual(VARIOUS1);
  });

  test('rules print in words takes what-ifs, and in-force takes its day', async () => {
    expect((await rules('print', VARIOUS1.name, '--set-rule', 'mixed=anyDormant')).out).toContain(
      '* mixed: anyDormant',
    );
    expect((await rules('print', 'in-force', '--as-of', '2021-12-06')).out).toContain('No category of exclusion.');
    expect((await rules('print', 'in-force')).out).toContain(VARIOUS1.title);
    expect(await rules('print', 'in-force', '--as-of', 'yesterday')).toMatchObject({ code: 1 });
  });

  test('rules check reports the faults of each file', async () => {
    const { out, err, code } = await rules('check', file('wrong.yaml'), file('right.yaml'), file('none.yaml'));
    expect(code).toBe(1);
    expect(out).toBe(`${file('right.yaml')}: ok, right, 6 categories\n`);
    expect(err).toContain('wrong.yaml:3:13 › readings.mixd: found an unknown name');
    expect(err).toContain('Did you mean `mixed`?');
    expect(err).toContain('none.yaml: found no such file');
  });

  test('rules diff prints the paths that differ and both values', async () => {
    const { out } = await rules('diff', VARIOUS1.name, file('right.yaml'));
    expect(out).toContain('clauses.five-retries.shows.atLeast\n  - 5\n  + 4\n');
    const { out: json } = await rules('diff', VARIOUS1.name, '--set-rule', 'clauses.gt01=null', '--format', 'json');
    expect((JSON.parse(json) as { differences: { path: string }[] }).differences.map(({ path }) => path)).toEqual([
      'name',
      'clauses.gt01',
    ]);
    expect(await rules('diff', VARIOUS1.name)).toMatchObject({ code: 1, out: '' });
  });
});
