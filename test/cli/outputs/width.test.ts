// Every line of every answer fits a terminal of 80 columns. What no line can be broken for is named here.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { calledCommands, lineOf, someOf, type Called } from './commandRows.ts';
import { makePlace, type Place } from './place.ts';

/** The width of a pipe, and of the terminal of these tests. */
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

/** What a terminal shows line by line: progress is written over again, and its control characters take no room. */
function linesOf(text: string): readonly string[] {
  // eslint-disable-next-line no-control-regex
  return text.split(/\n|\r|\u001b\[[\d?]*[A-Za-z]|\u001b\d/);
}

/** True of a line that is too wide although it could be broken: it has more than one word. */
function isTooWide(line: string): boolean {
  return line.length > COLUMNS && line.trim().includes(' ');
}

async function answerOf(one: Called, columns?: number) {
  const needed = NEED_OUT.includes(one.name) ? ['--out', place.fresh('.csv')] : [];
  const answer = await place.run(lineOf(one, [...one.row.args(place), ...needed]), columns);
  const isRight = (one.row.codes ?? [0]).includes(answer.code);
  expect({ code: answer.code, err: isRight ? '' : answer.err }).toEqual({ code: answer.code, err: '' });
  return answer;
}

describe.each(someOf(asked, 2).map((one) => [one.name, one] as const))('%s', (_, one) => {
  test.skipIf(one.row.pipeWidth !== undefined)('no line of its answer is wider than 80 columns in a pipe', async () => {
    const { out } = await answerOf(one);
    expect(linesOf(out).filter(isTooWide)).toEqual([]);
  });

  test('no line of its answer or its notes is wider than a terminal of 80 columns', async () => {
    const { out, err } = await answerOf(one, COLUMNS);
    expect(linesOf(`${out}\n${err}`).filter(isTooWide)).toEqual([]);
  });
});
