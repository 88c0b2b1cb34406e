// The same rig files in memory and over real carriers leave the history that the kernel makes of their plans. Over carriers the
// emulator runs at the wall's time and the calendar is nominal, so ages at the windows' exact edges are the memory rig's to show
// (rig.test.ts); refusals by devices cannot be realised from outside, and are left to it as well. Concurrent, as they wait: each
// has an emulator of its own, and a rig of its own name.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Emulation } from '../../devices/emulate/emulate.ts';
import { planOf } from '../../devices/rig/run/runRig.ts';
import { aedesBroker, type Broker } from '../devices/transport/brokers.ts';
import { ptyPair, socatMissing } from '../devices/transport/serialPair.ts';
import { ALLOWED, AWAKE, emulated, rigBench } from '../devices/rig/bench.ts';
import { errorCode } from '../../src/migration/errorCodes.ts';
import type { Attempt } from '../../src/migration/history.ts';
import { kernelRun } from './rigPlans.ts';

const bench = rigBench();
afterAll(bench.stop);

/** Faults of five weeks; the last attempt migrates. */
const PLANS: readonly (readonly [string, string])[] = [
  [
    'silence, bad data, a wrong key, an answer that was lost',
    `faults:
  - { attempt: 1, step: wanRecent, effect: silence, silence: drop }
  - { attempt: 2, step: installationData, effect: badData, pick: 7 }
  - { attempt: 3, step: rotateKeys, effect: wrongKey, pick: 1 }
  - { attempt: 4, step: rotateKeys, effect: silence, silence: answersDropped, fromFrame: 9, pick: 5 }
`,
  ],
  [
    'an outage longer than the window, a link that breaks, damage, and the system at fault',
    `outages:
  - { link: wan, from: '2022-01-12T00:00:00Z', to: '2022-01-26T00:00:00Z' }
faults:
  - { attempt: 3, step: deviceState, effect: silence, silence: cut, pick: 9 }
  - { attempt: 4, step: hanRecent, effect: silence, silence: corrupt }
  - { attempt: 5, step: commission, effect: systemFault, pick: 4 }
`,
  ],
  [
    'one meter silent after another, and a hub that nobody wakes',
    `faults:
  - { attempt: 1, step: deviceState, effect: silence, silence: wakeUpLost }
  - { attempt: 2, step: rotateKeys, effect: silence, silence: hanLost, fromFrame: 12, pick: 1 }
  - { attempt: 3, step: rotateKeys, effect: silence, silence: sleepyMissed }
  - { attempt: 4, step: requestAccepted, effect: systemFault }
`,
  ],
];

/**
 * A machine that stalls for a moment fails an attempt on our side, and the rig says so (SYN-SY01). That is right, and no
 * difference to the kernel: such a plan is carried out again. A difference comes back each time.
 */
const STALLS = { retry: 2 };

const BRIEF = 'answerSeconds: 1';
const COMMON = `schedule: { clock: nominal, preparation: false }\nheadEnds: { deskSeconds: 0.3 }\n${ALLOWED}`;
let rigs = 0;

/**
 * An attempt that met silence where no fault was planned, without the device that its code names. A rig's code names the
 * device that was asked; the kernel, which asks no single device, names the first of the family.
 */
function withoutDevice(attempt: Attempt, faults: string, number: number): Attempt {
  const meaning = errorCode(attempt.outcome)?.meaning;
  if (faults.includes(`attempt: ${number},`) || meaning?.endsWith(': no answer') !== true) return attempt;
  return { ...attempt, outcome: 'a device gave no answer' };
}

/** Runs a plan with its hub at a place, and holds it against the kernel. */
async function agrees(place: string, faults: string): Promise<void> {
  const devices = place === '' ? '{}' : `{ chf: { ${place}, ${BRIEF} }, esme: { ${BRIEF} }, gsme: { ${BRIEF} } }`;
  const setup = bench.setup(`name: carrier${(rigs += 1)}\ndevices: ${devices}\n${COMMON}${faults}`);
  const plan = planOf(setup);
  const kernel = kernelRun(plan);
  const run = await bench.run(setup);
  const named = (attempts: readonly Attempt[]) => attempts.map((attempt, i) => withoutDevice(attempt, faults, i + 1));
  expect(named(run.attempts)).toEqual(named(kernel.attempts.slice(0, run.attempts.length)));
  // The kernel would go on after a migration; the rig ends with it, or with the last of five.
  expect(run.attempts.length === 5 || run.attempts.at(-1)!.outcome === 'ok').toBe(true);
  expect(new Set(run.attempts.map(({ outcome }) => outcome)).size).toBeGreaterThanOrEqual(4);
  const ended = kernel.ends.slice(0, run.attempts.length).filter((end) => end !== null);
  const failed = run.rows.filter(({ kind, observation }) => kind === 'migration' && observation !== 'answered');
  expect(failed.map(({ step, observation }) => [step, observation])).toEqual(
    ended.map(({ step, observation }) => [step, observation]),
  );
  const reached = plan.events.filter((event) => event.kind === 'contact' && event.reached).map(({ at }) => at);
  const wan = run.contacts.filter(({ link }) => link === 'wan').map(({ at }) => at);
  expect(wan).toEqual(reached.slice(0, wan.length));
  expect(failed.flatMap(({ notRealised }) => notRealised)).toEqual([]);
}

test.concurrent.each(PLANS)('in memory: %s', (_, faults) => agrees('', faults));

/** Every plan begins with keys of the lab. */
describe.concurrent.each([
  ['wrapper', PLANS],
  ['hdlc', PLANS.slice(1, 2)],
] as const)('over TCP, %s', STALLS, (framing, plans) => {
  test.each(plans)('%s', async (_, faults) => {
    const home = await emulated(AWAKE, { framing });
    await agrees(`tcp: '127.0.0.1:${home.port}', framing: ${framing}`, faults);
    await home.close();
  });
});

describe.concurrent('over MQTT', STALLS, () => {
  let broker: Broker;
  beforeAll(async () => void (broker = await aedesBroker()));
  afterAll(() => broker.stop());
  test.each(PLANS.slice(0, 1))('%s', async (_, faults) => {
    const mqtt = { url: broker.url, bench: 'b', framing: 'wrapper', glow: false } as const;
    const home: Emulation = await emulated(AWAKE, { mqtt });
    await agrees(`mqtt: { url: '${broker.url}', bench: b, rig: SMBC00000001 }`, faults);
    await home.close();
  });
});

describe.skipIf(socatMissing !== undefined).concurrent(`over a pty (${socatMissing ?? 'socat'})`, STALLS, () => {
  test.each(PLANS.slice(0, 1))('%s', async (_, faults) => {
    const pair = await ptyPair();
    const home = await emulated(AWAKE, { serial: { path: pair.paths[0], framing: 'hdlc' } });
    await agrees(`serial: ${pair.paths[1]}`, faults);
    await home.close();
    await pair.stop();
  });
});

test('the comparison can fail: on a fault that only one side is told of', async () => {
  const [, faults] = PLANS[0]!;
  const told = planOf(bench.setup(`name: told\n${COMMON}${faults}`));
  const untold = await bench.run(
    `name: untold\n${COMMON}${faults.replace('attempt: 2, step: installationData', 'attempt: 2, step: commission').replace('badData', 'refusal')}`,
  );
  expect(untold.attempts).not.toEqual(kernelRun(told).attempts);
});
