// Attached installations beside emulated ones, under the same head-end: over TCP, in virtual and in wall time.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Emulation } from '../../../devices/emulate/emulate.ts';
import { emulated, fastTimers, TITLES } from '../rig/bench.ts';
import { fleetBench } from './fleetBench.ts';

const bench = fleetBench();
let hub: Emulation & { readonly port: number };
beforeAll(async () => {
  hub = await emulated();
});
afterAll(async () => {
  await hub.close();
  bench.stop();
});

const list = Object.values(TITLES)
  .map((title) => `'${title}'`)
  .join(', ');

function rigText(name: string, more: string): string {
  return `name: ${name}\ninstallation: { id: ${name}-home }\ndevices: { chf: { tcp: '127.0.0.1:${hub.port}' } }\n${more}`;
}

const GROUP = 'groups: { homes: { installations: 3, preparation: false, attempts: { firstDay: 1, overDays: 1 } } }\n';

describe('a hub over TCP among emulated homes', () => {
  test('reads only without an allow-list: its attempts are not carried out, and no record blames it', async () => {
    bench.write(rigText('reading', ''), 'reading.yaml');
    const run = await bench.run(
      `name: mixed\nclock: virtual\ndays: 3\n${GROUP}attached: { real: { rig: reading.yaml, attempts: { firstDay: 1, overDays: 0, daysBetween: 1 } } }\n`,
    );
    expect([run.isWhole, run.failure]).toEqual([true, undefined]);
    const { attempts, contacts, results } = run.histories.get('reading-home')!;
    expect(attempts).toEqual([]);
    expect(contacts.filter(({ link }) => link === 'wan')).toHaveLength(3);
    expect(results.flatMap(({ undone }) => undone?.why ?? []).length).toBeGreaterThanOrEqual(2);
    for (const id of ['1', '2', '3'])
      expect(run.histories.get(id)!.attempts.map(({ outcome }) => outcome)).toEqual(['ok']);
  });

  test('migrates in virtual time where it is allowed, and its keys are kept', async () => {
    bench.write(rigText('allowed', `allow: { keys: [${list}], configuration: [${list}] }\n`), 'allowed.yaml');
    const run = await bench.run(
      `name: moved\nclock: virtual\ndays: 9\n${GROUP}attached: { real: { rig: allowed.yaml, attempts: { firstDay: 2, overDays: 1 } } }\n`,
    );
    const { attempts } = run.histories.get('allowed-home')!;
    expect([run.failure, attempts.map(({ outcome }) => outcome)]).toEqual([undefined, ['ok']]);
    expect(run.ledgers.length).toBeGreaterThan(0);
  });

  test('is met beside emulated ones at the wall’s time', async () => {
    bench.write(rigText('wall', ''), 'wall.yaml');
    const timers = fastTimers(200);
    const began = Math.floor(timers.nowMilliseconds() / 1000);
    const run = await bench.run(
      `name: now
days: 0.005
contacts: { everyDays: 0.001, windowHours: 0, tries: 1 }
headEnd: { connections: 2 }
groups: { homes: { installations: 3, preparation: false, attempts: { firstDay: 0.002, overDays: 0, daysBetween: 0.01 } } }
attached: { real: { rig: wall.yaml, attempts: { firstDay: 0.003, overDays: 0, daysBetween: 0.01 } } }
`,
      { timers },
    );
    expect([run.isWhole, run.failure]).toEqual([true, undefined]);
    for (const id of ['1', '2', '3']) {
      const { attempts } = run.histories.get(id)!;
      expect(attempts.map(({ outcome, cause }) => `${outcome} ${cause}`)).toEqual(['ok device']);
      expect(attempts[0]!.at).toBeGreaterThanOrEqual(began);
    }
    const { results } = run.histories.get('wall-home')!;
    expect(results.filter(({ kind, contacted }) => kind === 'contact' && contacted?.observation === 'answered').length).toBeGreaterThan(2); // prettier-ignore
    expect(results.some(({ undone }) => undone !== undefined)).toBe(true);
  });
});

describe('what is wrong is said before anything is opened', () => {
  test.each([
    [
      'everything in it is emulated',
      'name: e\ninstallation: { id: e }\n',
      'found a rig of which everything is emulated',
    ],
    [
      'its id is that of an emulated one',
      "name: e\ndevices: { chf: { tcp: '127.0.0.1:1' } }\n",
      'found a rig whose installation is 1, as an emulated installation is',
    ],
  ])('a rig file: %s', (_, rig, words) => {
    bench.write(rig, 'wrong.yaml');
    expect(bench.problems(`name: x\n${GROUP}attached: { real: { rig: wrong.yaml } }\n`)).toContain(words);
  });

  test.each([
    ['no installation', 'name: x\n', 'found no installation'],
    [
      'an unknown profile',
      'name: x\nlinks: { wan: { usual: { contact: { mode: continuous }, classes: { dead: { dead: true } } } } }\ngroups: { a: { installations: 1, wan: usul } }\n',
      'Did you mean `usual`?',
    ],
    [
      'shares that do not sum to 1',
      'name: x\nlinks: { han: { h: { classes: { a: { share: 0.5, dead: true } } } } }\ngroups: { a: { installations: 1, han: h } }\n',
      'shares that sum to 1',
    ],
    [
      'a fault of no attempt',
      'name: x\ngroups: { a: { installations: 1, faults: [{ attempt: 9, step: commission, effect: refusal }] } }\n',
      'groups.a.faults[0].attempt: found 9, expected an attempt from 1 to 4',
    ],
    [
      'a start with clock wall',
      "name: x\nclock: wall\nstart: '2022-01-10T00:00:00Z'\ngroups: { a: { installations: 1 } }\n",
      'the calendar begins when the fleet is started',
    ],
    [
      'a meter point for all',
      "name: x\ngroups: { a: { installations: 2, installation: { electricity: { mpan: '1200000000011' } } } }\n",
      'a meter point of its own',
    ],
    [
      'more attempts than there may be',
      'name: x\ndays: 300\ngroups: { a: { installations: 1, attempts: { daysBetween: 1 } } }\n',
      'at most 100 attempts',
    ],
  ])('a fleet file: %s', (_, text, words) => {
    expect(bench.problems(text)).toContain(words);
  });
});
