// Histories a second on one thread of the reference evaluator, with and without its trace. By hand:
//   npx tsx test/benchmarks/evaluate.bench.ts
// What it does not prove: anything of reading, or of histories longer than a dozen rows.
import { performance } from 'node:perf_hooks';
import { evaluate } from '../../src/exclusion/evaluate.ts';
import { trace } from '../../src/exclusion/trace.ts';
import { COHORTS } from '../../src/installation/cohort.ts';
import type { Attempt, History, HistoryEvent } from '../../src/migration/history.ts';
import { VARIOUS1 } from '../../src/regulation/ruleset.ts';
import { DAY, instant, WEEK } from '../../src/time.ts';

const HISTORIES = 20_000;
const ROUNDS = 5;
const START = instant('2021-10-04T09:00:00Z');
const AS_OF = instant('2022-06-30T12:00:00Z');

/** A small generator of its own, so that the histories are the same on every run: Lehmer's, modulus 2^31 - 1. */
let state = 42;
function below(n: number): number {
  state = (state * 48_271) % 2_147_483_647;
  return state % n;
}

function history(): History {
  const cohort = COHORTS[below(4)] ?? 'IOC';
  const attempts: Attempt[] = [];
  const events: HistoryEvent[] = [];
  const rows = 3 + below(10);
  const codes = ['MA112', 'GT01', 'SYN-TN01', 'SYN-DF01'];
  const code = codes[below(4)] as string;
  for (let i = 0; i < rows; i += 1) {
    const at = START + i * WEEK + below(5) * DAY;
    const roll = below(10);
    if (roll < 6) {
      const outcome = below(4) === 0 ? (codes[below(4)] as string) : code;
      attempts.push({ at, kind: 'migration', outcome, cause: 'device', table510: outcome.startsWith('SYN-DF') });
    } else if (roll < 8) {
      attempts.push({ at, kind: 'instruction', outcome: 'NO-WAN', cause: 'device', table510: false });
    } else if (roll < 9) {
      events.push({ at, event: 'gas-supplier', value: below(2) === 0 ? 'A' : 'B' });
    } else {
      events.push({ at, event: 'supplier-gsme-exclusion', value: 'A' });
    }
  }
  return {
    installation: {
      installationId: '1',
      cohort,
      groupId: '',
      mpan: '2000000000015',
      esmeDormant: below(5) > 0,
      electricityPaymentMode: 'credit',
      electricitySupplier: 'A',
      dmc: '',
      gas: { mprn: '3938424403', dormant: below(4) > 0, paymentMode: 'credit', supplier: 'A' },
    },
    attempts,
    events,
  };
}

const histories = Array.from({ length: HISTORIES }, history);
const rows = histories.reduce((sum, { attempts, events }) => sum + attempts.length + events.length, 0);
console.log(`${HISTORIES} histories, ${(rows / HISTORIES).toFixed(1)} rows each on average, as of 2022-06-30`);
for (const [name, run] of Object.entries({ evaluate, trace })) {
  const wall: number[] = [];
  const cpu: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const from = performance.now();
    const used = process.cpuUsage();
    for (const one of histories) run(one, VARIOUS1, AS_OF);
    wall.push((HISTORIES / (performance.now() - from)) * 1000);
    // On a busy machine the wall clock measures the others; user time is this process's alone, its collector included.
    cpu.push((HISTORIES / process.cpuUsage(used).user) * 1_000_000);
  }
  console.log(`${name.padEnd(9)} histories/s: ${spread(wall)} by the clock, ${spread(cpu)} by user time`);
}

function spread(rates: readonly number[]): string {
  const [lowest, median, highest] = [0, ROUNDS >> 1, ROUNDS - 1]
    .map((i) => rates.toSorted((a, b) => a - b)[i] as number)
    .map(Math.round);
  return `${median} (${lowest} to ${highest})`;
}
