// What every command with JSON states of its origin, and that equal commands give equal JSON.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Provenance } from '../../../src/report/provenance.ts';
import { answersJson, calledCommands, lineOf, someOf, type Called } from './commandRows.ts';
import { makePlace, type Place } from './place.ts';

const { rows, missing } = await calledCommands();
const asked = rows.filter((one) => one.row.notCalled === undefined && answersJson(one));
let place: Place;
beforeAll(async () => {
  place = await makePlace();
});
afterAll(() => place.stop());

test('every command has a row in the table of commands', () => {
  expect(missing).toEqual([]);
});

/** The origin that a text of JSON, or the first of its lines, states. */
function originOf(text: string): Provenance | undefined {
  const [first = ''] = text.split('\n');
  const whole = ((): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      return JSON.parse(first);
    }
  })();
  return (whole as { readonly provenance?: Provenance }).provenance;
}

/** The text without the fields that are no result. */
function results(text: string, notResults: readonly string[] = []): string {
  return notResults.reduce((left, name) => left.replace(new RegExp(`"${name}": ?("[^"]*"|[\\d.e-]+),?`), ''), text);
}

async function answerOf(one: Called): Promise<string> {
  const outputs = Object.entries(one.row.writes ?? {})
    .filter(([option]) => one.row.neverReplaces === undefined && isNeeded(one, option))
    .flatMap(([option]) => [`--${option}`, place.fresh()]);
  const { code, out, err } = await place.run(lineOf(one, [...one.row.args(place), ...outputs, '--format', 'json']));
  expect({ code, err: (one.row.codes ?? [0]).includes(code) ? '' : err }).toEqual({ code, err: '' });
  expect(one.row.codes ?? [0]).toContain(code);
  return out;
}

/** Sweeps and mergers have no answer without a folder. */
function isNeeded({ name }: Called, option: string): boolean {
  return option === 'out' && (name === 'sweep' || name === 'sweep merge');
}

describe.each(someOf(asked, 1).map((one) => [one.name, one] as const))('%s --format json', (_, one) => {
  const { withoutOrigin, notResults, originWords = lineOf(one, []).join(' ') } = one.row;

  test('two equal commands give equal JSON, which states its origin', async () => {
    const [first, second] = [await answerOf(one), await answerOf(one)];
    expect(first.length).toBeGreaterThan(1);
    expect(results(second, notResults)).toBe(results(first, notResults));
    if (withoutOrigin !== undefined) return;
    const origin = originOf(first);
    expect(origin?.version).toMatch(/^\d/);
    expect(Array.isArray(origin?.set)).toBe(true);
    expect(origin?.command).toMatch(new RegExp(`^smets1-bench ${originWords}( |$)`));
    // It says nothing of where the bench runs, and nothing of where its outputs go.
    expect(JSON.stringify(origin)).not.toContain(place.folder);
    expect(origin?.command).not.toMatch(/--(out|html|junit|format|workers)\b/);
  });
});

test('the origin of a changed scenario has its settings, and the hash of what it resolves to', async () => {
  const of = async (...more: readonly string[]): Promise<Provenance | undefined> => {
    const args = ['check', 'scenario', 'various1', '--installations', '20', '--cases', place.at('cases')];
    return originOf((await place.run([...args, ...more, '--format', 'json'])).out);
  };
  const set = ['amendments.clauses.five-retries.shows.atLeast=4', 'changes.supplierPerYear=0'];
  const [plain, changed] = [await of(), await of(...set.flatMap((text) => ['--set', text]))];
  expect(plain?.set).toEqual([]);
  expect(changed?.set).toEqual(set);
  expect(changed?.command).toContain(set.map((text) => `--set ${text}`).join(' '));
  expect(changed?.scenarios[0]?.name).toBe('various1');
  expect(changed?.scenarios[0]?.hash).not.toBe(plain?.scenarios[0]?.hash);
});

test('the origin of an answer on records has the hash of each file that was read', async () => {
  const args = ['explain', ...place.records, '--installation', '5', '--format', 'json'];
  const { inputs } = originOf((await place.run(args)).out) as Provenance;
  expect(inputs?.map(({ name }) => name)).toEqual(['installations.parquet', 'attempts.parquet', 'events.parquet']);
  for (const { sha256 } of inputs ?? []) expect(sha256).toMatch(/^[0-9a-f]{64}$/);
});
