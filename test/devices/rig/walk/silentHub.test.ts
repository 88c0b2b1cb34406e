// A hub that is silent at the moment of an attempt, and was heard of late: 5.12(c) asks for a contact within seven days, so that such
// an attempt carries neither MA112 nor GT01, however it ends. Silence that a plan brings upon a step is another matter: what comes of
// it is the table's, and test/differential holds it to the kernel.
import { describe, expect, test } from 'vitest';
import { familyCodes } from '../../../../src/migration/errorCodes.ts';
import { VARIOUS1 } from '../../../../src/rules/builtInRules.ts';
import { DAY, HOUR } from '../../../../src/time.ts';
import type { DriverAnswer } from '../../../../devices/hardware/driver.ts';
import { labKeySource } from '../../../../devices/headend/keySource.ts';
import { run } from '../../../../devices/headend/runner.ts';
import { deskLink } from '../../../../devices/rig/walk/desk.ts';
import { listed } from '../../../../devices/rig/bench/parties.ts';
import { runPlan, type Plan } from '../../../../devices/rig/run/plan.ts';
import { Rig } from '../../../../devices/rig/walk/rig.ts';
import type { DrivenDevice } from '../../../../devices/rig/walk/rigDevice.ts';
import type { LinkName } from '../../../../devices/rig/walk/stepWork.ts';
import { virtualTimers } from '../../../../devices/transport/timers.ts';
import { Stream } from '../../../../sim/world/dice/draws.ts';
import { seedWords, STREAMS } from '../../../../sim/world/dice/streams.ts';
import { home, numberWakingAt } from '../../../differential/rigPlans.ts';
import { NOW } from '../../headend/stage.ts';

const SILENT = familyCodes('deviceSilent');

function planOf(ages: { readonly wan: number; readonly han: number }): Plan {
  return {
    installation: home('IOC', true),
    number: numberWakingAt(NOW - ages.han),
    rules: VARIOUS1,
    epclEntryFrom: 0,
    displayBlocked: false,
    hanContacts: new Set([NOW - ages.han]),
    contactsNeeded: 1,
    events: [
      { kind: 'contact', at: NOW - ages.wan, reached: true },
      { kind: 'attempt', at: NOW, esmeOnly: false, pick: 0, wanDown: true },
    ],
  };
}

describe('a WAN that is down at the attempt', () => {
  test.each([
    ['an hour ago', { wan: HOUR, han: 2 * HOUR }],
    ['seven days ago to the second', { wan: 7 * DAY, han: 7 * DAY + HOUR }],
    ['of late, and the gas meter not for long', { wan: HOUR, han: 30 * DAY }],
  ])('if the WAN is down and the hub was heard %s, devices do not answer, and no more is said', (_, ages) => {
    const { attempts, steps, dcc } = runPlan(planOf(ages));
    expect(attempts).toMatchObject([{ outcome: SILENT[0], cause: 'device' }]);
    expect(steps.at(-1)).toMatchObject({ step: 'deviceState', observation: 'noAnswer' });
    expect(
      steps.filter(({ why, observation }) => why !== undefined && observation === 'answered').map(({ step }) => step),
    ).toEqual(['wanRecent', 'hanRecent']);
    expect(listed(dcc).every(({ ledger }) => ledger.outstanding.length === 0)).toBe(true);
  });

  test('a hub last heard a second too long ago gives MA112 before anything is sent', () => {
    const { attempts, steps } = runPlan(planOf({ wan: 7 * DAY + 1, han: 7 * DAY + HOUR }));
    expect(attempts).toMatchObject([{ outcome: 'MA112', cause: 'device' }]);
    expect(steps.at(-1)).toMatchObject({ step: 'wanRecent', observation: 'stale', byCheck: true });
  });
});

/** A hub behind a driver that says, at each question, what the script has for it. */
function driven(
  script: (op: string, link?: LinkName) => 'silence' | number | 'yes',
  known: Partial<Record<LinkName, number>>,
) {
  const device: DrivenDevice = { by: 'driver', name: 'chf', capabilities: ['lastContact', 'probe'], reads: [] };
  const timers = virtualTimers(NOW * 1000);
  const rig = new Rig({
    installation: home('IOC', true),
    rules: VARIOUS1,
    devices: { chf: device, esme: device, gsme: device },
    keySource: labKeySource(new Stream(seedWords('silent hub'), 0, STREAMS.labKeys), 1),
    epclEntryFrom: 0,
    displayBlocked: false,
    known,
    judges: () => false,
  });
  const books = { installation: home('IOC', true), displaysMeetDefinition: [true], condition: () => 'serves' as const };
  const drive = (_: string, request: unknown, done: (answer: unknown) => void): void => {
    const { op, arg } = request as { op: string; arg: { link?: LinkName } };
    const said = script(op, arg.link);
    const answer: DriverAnswer<unknown> =
      said === 'silence'
        ? { ok: false, observation: 'noAnswer', message: 'silence' }
        : {
            ok: true,
            value:
              said === 'yes' ? { answered: true } : { at: new Date(said * 1000).toISOString().replace('.000', '') },
          };
    timers.after(1, () => done(answer));
  };
  run(
    rig.attempt(NOW, { esmeOnly: false, pick: 0 }),
    { timers, dial: () => undefined, framing: 'wrapper', desk: deskLink(books, timers), drive },
    () => undefined,
  );
  timers.runUntilQuiet();
  return rig;
}

describe('a hub that falls silent between two steps', () => {
  test('an attempt is not recorded if the hub falls silent before the gas meter is judged, and answers again', () => {
    const rig = driven((op) => (op === 'lastContact' ? 'silence' : 'yes'), { wan: NOW - DAY });
    expect(rig.attempts).toEqual([]);
    expect(rig.undone).toMatchObject([
      { kind: 'migration', why: expect.stringContaining('cannot be judged') as unknown },
    ]);
  });

  test('an attempt continues if the hub falls silent after the gas meter was judged', () => {
    const rig = driven((op) => (op === 'lastContact' ? 'silence' : 'yes'), { wan: NOW - DAY, han: NOW - HOUR });
    expect(rig.steps.find(({ step }) => step === 'deviceState')).toMatchObject({ observation: 'answered' });
  });

  test('the table decides if the hub falls silent and nothing is on record', () => {
    const rig = driven(() => 'silence', {});
    expect(rig.attempts).toMatchObject([{ outcome: 'MA112', cause: 'device' }]);
  });
});
