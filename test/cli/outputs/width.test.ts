// The tables of every command fit a terminal of 80 columns.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { calledCommands, lineOf, type Called } from './commandRows.ts';
import { makePlace, type Place } from './place.ts';

/** The width of a terminal that says no other, and of a pipe. */
const COLUMNS = 80;

/** Commands that do not begin without a place for their outputs. */
const NEED_OUT = ['decide', 'report supplier-files', 'sweep', 'sweep merge', 'calibrate ranges'];

const { rows } = await calledCommands();
const asked = rows.filter(({ row }) => row.notCalled === undefined && row.anyWidth === undefined);
let place: Place;
beforeAll(async () => {
  place = await makePlace();
});
afterAll(() => place.stop());

/** A row of a table: three cells or more, two spaces apart. */
function isRow(line: string): boolean {
  return line.trim().split(/ {2,}/).length > 2;
}

async function textOf(one: Called): Promise<string> {
  const needed = NEED_OUT.includes(one.name) ? ['--out', place.fresh('.csv')] : [];
  const { code, out, err } = await place.run(lineOf(one, [...one.row.args(place), ...needed]));
  const isRight = (one.row.codes ?? [0]).includes(code);
  expect({ code, err: isRight ? '' : err }).toEqual({ code, err: '' });
  // decide has its tables on standard error.
  return out + err;
}

describe.each(asked.map((one) => [one.name, one] as const))('%s', (_, one) => {
  test('no row of its tables is wider than 80 columns', async () => {
    const wide = (await textOf(one)).split('\n').filter((line) => line.length > COLUMNS && isRow(line));
    expect(wide).toEqual([]);
  });
});
