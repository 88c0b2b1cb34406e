import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BASE } from '../sim/scenario/files.ts';
import { commandLine, type Answer } from './harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'scenario-'));
const file = (name: string): string => join(folder, name);
const scenario = (...args: string[]): Promise<Answer> => commandLine(['scenario', ...args]);

beforeAll(() => {
  writeFileSync(file('right.yaml'), BASE);
  writeFileSync(file('unmarked.yaml'), 'extends: right.yaml\nhorizon: 2022-06-30\n');
  writeFileSync(file('wrong.yaml'), 'extends: right.yaml\nhorizn: 2022-06-30\nasOf: [2020-01-01]\n');
  writeFileSync(file('binary.yaml'), Uint8Array.of(0x66, 0xff, 0xfe, 0x00));
  writeFileSync(file('bom.yaml'), `\uFEFF${BASE.replaceAll('\n', '\r\n')}`);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('scenario check', () => {
  test('scenario check reports a valid file with its name, hash and size', async () => {
    const { out, err, code } = await scenario('check', file('right.yaml'), file('bom.yaml'));
    expect([err, code]).toEqual(['', 0]);
    expect(out.split('\n')[0]).toMatch(/^.*right\.yaml: ok, base#[0-9a-f]{12}, 1000 installations$/);
    expect(out.split('\n')).toHaveLength(3);
  });

  test('numbers without a mark are a warning, and an error under --strict', async () => {
    const mild = await scenario('check', file('unmarked.yaml'));
    expect(mild).toMatchObject({ code: 0, out: expect.stringContaining('warnings: 1') as string });
    expect(mild.err).toContain('unmarked.yaml:2:10 › horizon: found 2022-06-30 without a mark');
    const strict = await scenario('check', '--strict', file('unmarked.yaml'));
    expect(strict).toMatchObject({ code: 1, out: '', err: mild.err });
  });

  test('wrong files do not hide valid ones, and every fault is reported', async () => {
    const { out, err, code } = await scenario(
      'check',
      file('wrong.yaml'),
      file('right.yaml'),
      file('binary.yaml'),
      file('none.yaml'),
      folder,
    );
    expect(code).toBe(1);
    expect(out).toContain('right.yaml: ok');
    expect(err).toContain('wrong.yaml:2:1 › horizn: found an unknown name');
    expect(err).toContain('Did you mean `horizon`?');
    expect(err).toContain('wrong.yaml:3:8 › asOf[0]: found "2020-01-01", expected a date from 2021-02-01 to');
    expect(err).toContain('binary.yaml: found bytes that are no UTF-8 text');
    expect(err).toContain('none.yaml: found no such file');
    expect(err).toContain('a folder, not a file');
  });
});

describe('scenario print', () => {
  test('scenario print writes each value on its own line with its mark, aligned and without colours', async () => {
    const { out, code } = await scenario(
      'print',
      file('right.yaml'),
      '--set',
      'populations.ioc-dormant.installations=5',
    );
    expect(code).toBe(0);
    const line = (path: string): string | undefined => out.split('\n').find((row) => row.startsWith(`${path} `));
    expect(line('populations.ioc-dormant.installations')?.split(/ {2,}/).slice(1)).toEqual([
      '5',
      'our assumption',
      '--set',
    ]);
    expect(line('populations.ioc-dormant.gasShare')?.split(/ {2,}/).slice(1)).toEqual([
      '0.8',
      'our assumption',
      'default',
    ]);
    expect(line('horizon')?.split(/ {2,}/).slice(1)).toEqual(['2022-12-31', 'our assumption', 'everything']);
    const columns = out.split('\n').filter((row) => row.includes('our assumption')).map((row) => row.indexOf('our assumption')); // prettier-ignore
    expect(new Set(columns).size).toBe(1);
    expect(out).not.toContain('\u001b');
  });

  test('scenario print --format json has the same values', async () => {
    const text = await scenario('print', file('right.yaml'));
    const { out } = await scenario('print', file('right.yaml'), '--format', 'json');
    const printed = JSON.parse(out) as {
      hash: string;
      values: { path: string }[];
      rules: { name: string };
      scenario: object;
    };
    expect(printed).toMatchObject({
      name: 'base',
      rules: { name: 'various-1-proposed-2021-11-03' },
      scenario: { horizon: '2022-12-31' },
    });
    expect(text.out).toContain(`# base#${printed.hash}  A scenario that is right`);
    expect(text.out.trimEnd().split('\n')).toHaveLength(printed.values.length + 3);
  });

  test('a wrong --set is reported with the option', async () => {
    const { err, code } = await scenario('print', file('right.yaml'), '--set', 'horizn=2022-01-01');
    expect(code).toBe(1);
    expect(err).toBe(
      '--set horizn=2022-01-01 › horizn: found an unknown name, expected one of ' + err.split('expected one of ')[1],
    );
    expect(err).toContain('Did you mean `horizon`?');
  });
});

test('scenario schema prints the committed files', async () => {
  const { out } = await scenario('schema');
  expect(out).toBe(readFileSync('scenarios/scenario.schema.json', 'utf8'));
  const table = await scenario('schema', '--format', 'markdown');
  expect(readFileSync('scenarios/README.md', 'utf8')).toContain(table.out);
});
