// Four weeks and a day of a watch over a lab home: real frames and cryptography, virtual time. The golden says that nothing has
// changed; that an outage is the device's and downtime is not stands in the tests beside it, and in laws.test.ts.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { writeWatchFiles } from '../../../../src/cli/rig/watchFiles.ts';
import { watchSummary } from '../../../../src/cli/rig/watchSummary.ts';
import { recordText, statusText } from '../../../../src/cli/rig/watchText.ts';
import { historyOf, watchTrace } from '../../../../src/cli/rig/watchTrace.ts';
import { evaluate } from '../../../../src/exclusion/reference/evaluate.ts';
import { formatInstant, instant } from '../../../../src/time.ts';
import * as face from '../../../../devices/index.ts';
import { commandLine } from '../../../cli/harness.ts';
import { rigBench } from '../bench.ts';
import { labOf, type Lab } from './lab.ts';

const bench = rigBench();
afterAll(bench.stop);
const provenance = { command: 'smets1-bench rig lab', set: [], scenarios: [], rules: null, seed: null, replications: null, version: 'test' }; // prettier-ignore
const head = { rig: 'lab', rigHash: 'hash', clock: 'wall', version: 'test', provenance } as const;

async function verdicts(lab: Lab, setup: face.RigSetup, asOf: string): Promise<string> {
  const { state, folder } = lab;
  const at = instant(asOf);
  const trace = watchTrace(state, setup, face, at);
  const summary = watchSummary({ state, setup, head, trace, face });
  await writeWatchFiles(folder, { run: face.watchHistory(state), setup, head, summary });
  const inputs = ['installations', 'attempts', 'events'].flatMap((name) => [`--${name}`, join(folder, `${name}.csv`)]);
  const { code, err } = await commandLine([
    'decide',
    ...inputs,
    '--as-of',
    asOf,
    '--out',
    join(folder, 'verdicts.csv'),
  ]);
  expect([code, err]).toEqual([0, expect.stringContaining('1 installation')]);
  return readFileSync(join(folder, 'verdicts.csv'), 'utf8');
}

/** The rows that `decide` wrote, by the reference evaluator. */
function expected(lab: Lab, setup: face.RigSetup, asOf: string): string[] {
  const { verdicts: rows } = evaluate(historyOf(lab.state, setup, face), setup.rules, instant(asOf));
  const text = (at: number | null): string => (at === null ? '' : formatInstant(at));
  return rows.map((row) =>
    [
      setup.installation.installationId,
      row.category,
      row.clause,
      row.excludes,
      text(row.metAt),
      text(row.effectiveFrom),
      row.counted ?? '',
      row.evidence.map(formatInstant).join(';'),
      row.reported ? 'yes' : 'no',
    ].join(','),
  );
}

async function fourWeeks(setup: face.RigSetup): Promise<Lab & { close(): void }> {
  const lab = labOf(setup, '2022-01-10T00:00:00Z');
  await lab.start();
  await lab.until('2022-01-14T00:00:00Z');
  lab.wan(false);
  await lab.until('2022-01-19T12:00:00Z');
  await lab.stop();
  // Two days without a watch, in the middle of the outage.
  await lab.until('2022-01-21T09:00:00Z');
  await lab.start();
  await lab.until('2022-01-26T00:00:00Z');
  lab.wan(true);
  await lab.until('2022-02-05T12:00:00Z');
  await lab.stop();
  // And a Monday.
  await lab.until('2022-02-07T12:00:00Z');
  await lab.start();
  await lab.until('2022-02-08T00:00:00Z');
  await lab.stop();
  return lab;
}

describe('four weeks with an outage, across two restarts', () => {
  const setup = bench.setup('name: lab\ninstallation: { number: 7 }\n');

  test('what is told, on record and said of it', async () => {
    const lab = await fourWeeks(setup);
    const told = lab.records.map((record) =>
      recordText(record, lab.state, {
        trace: () => watchTrace(lab.state, setup, face, instant(record.t)),
        face,
        rules: setup.rules,
      }),
    );
    const asOf = '2022-02-08T00:00:00Z';
    const trace = watchTrace(lab.state, setup, face, instant(asOf));
    const summary = watchSummary({ state: lab.state, setup, head, trace, face });
    const verdictRows = await verdicts(lab, setup, asOf);
    const files = ['attempts', 'contacts'].map((name) => readFileSync(join(lab.folder, `${name}.csv`), 'utf8'));
    const status = statusText({ summary, setup, state: lab.state, trace, face, asOf: instant(asOf) });
    await expect([told.join(''), ...files, verdictRows, status].join('\n')).toMatchFileSnapshot(
      'goldens/fourWeeks.txt',
    );
    expect(verdictRows.trimEnd().split('\n').slice(1)).toEqual(expected(lab, setup, asOf));
    lab.close();
  });

  test('the outage is attributed to the device, the downtime is not, and a restart costs no attempt', async () => {
    const lab = await fourWeeks(setup);
    const settled = lab.state.settled.map((one) => [one.at, one.is, 'cause' in one ? one.cause : '']);
    expect(settled).toEqual([
      ['2022-01-10T10:00:00Z', 'passed', ''],
      ['2022-01-17T10:00:00Z', 'attempt', 'device'],
      ['2022-01-24T10:00:00Z', 'attempt', 'device'],
      ['2022-01-31T10:00:00Z', 'passed', ''],
      ['2022-02-07T10:00:00Z', 'missed', ''],
    ]);
    lab.close();
  });
});

describe('three weeks of silence', () => {
  const setup = bench.setup('name: lab\ninstallation: { number: 7 }\n');

  test('of the WAN are three separate weeks; decide says what the reference evaluator says', async () => {
    const lab = labOf(setup, '2022-01-03T12:00:00Z');
    await lab.start();
    await lab.until('2022-01-05T00:00:00Z');
    lab.wan(false);
    await lab.until('2022-02-01T00:00:00Z');
    const asOf = '2022-02-01T00:00:00Z';
    const rows = await verdicts(lab, setup, asOf);
    expect(rows).toContain('no-wan-attempting,18.8,installation,2022-01-31T10:00:00Z,2022-01-31T10:00:00Z,3,');
    expect(rows.trimEnd().split('\n').slice(1)).toEqual(expected(lab, setup, asOf));
    // At the first the hub was heard within seven days, silent as it is now: no MA112. The others are known from what was tried
    // and not answered.
    const judged = face.watchHistory(lab.state).rows.filter(({ step }) => step === 'wanRecent');
    expect(judged.map(({ observation, byCheck }) => [observation, byCheck])).toEqual([
      ['answered', false],
      ['stale', true],
      ['stale', true],
      ['stale', true],
    ]);
    await lab.stop();
    lab.close();
  });

  test('of the gas meter are three separate weeks as well, and the hub says so itself', async () => {
    const lab = labOf(setup, '2022-01-03T12:00:00Z');
    await lab.start();
    lab.han(false);
    await lab.until('2022-01-25T00:00:00Z');
    const asOf = '2022-01-25T00:00:00Z';
    const rows = await verdicts(lab, setup, asOf);
    expect(rows).toContain(',gt01,18.6,gsme,2022-01-24T10:00:00Z,');
    expect(rows.trimEnd().split('\n').slice(1)).toEqual(expected(lab, setup, asOf));
    await lab.stop();
    lab.close();
  });

  test('of the watch are nothing: what it slept through is of the system, and the first attempt after it asks the hub', async () => {
    const lab = labOf(setup, '2022-01-03T12:00:00Z');
    await lab.start();
    await lab.until('2022-01-04T12:00:00Z');
    await lab.stop();
    await lab.until('2022-01-30T12:00:00Z');
    await lab.start();
    await lab.until('2022-02-01T00:00:00Z');
    // Its latest contact is 27 days old, and no fault of the hub.
    lab.wan(true);
    const settled = lab.state.settled.map((one) => [one.at, one.is]);
    expect(settled).toEqual([
      ['2022-01-10T10:00:00Z', 'missed'],
      ['2022-01-17T10:00:00Z', 'missed'],
      ['2022-01-24T10:00:00Z', 'missed'],
      ['2022-01-31T10:00:00Z', 'passed'],
    ]);
    expect(await verdicts(lab, setup, '2022-02-01T00:00:00Z')).toBe(
      'installation_id,category,clause,excludes,met_at,effective_from,counted,evidence,reported\n',
    );
    await lab.stop();
    lab.close();
  });

  test('and where every contact of the week before was slept through as well, age alone does not judge', async () => {
    const once = bench.setup('name: lab\ninstallation: { number: 7 }\nwatch: { contact: { tries: 1 } }\n');
    const lab = labOf(once, '2022-01-03T12:00:00Z');
    await lab.start();
    await lab.until('2022-01-04T12:00:00Z');
    await lab.stop();
    // Up again within the hour of the attempt, after the contact of the day.
    await lab.until('2022-01-31T09:30:00Z');
    await lab.start();
    await lab.until('2022-02-01T00:00:00Z');
    expect(lab.state.settled.map(({ is }) => is)).toEqual(['missed', 'missed', 'missed', 'passed']);
    await lab.stop();
    lab.close();
  });
});
