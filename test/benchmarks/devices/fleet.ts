import { createCipheriv, createDecipheriv } from 'node:crypto';
import { memberCalendar, memberPlan } from '../../../devices/fleet/emulatedMember.ts';
import { fleetFileSchema } from '../../../devices/fleet/fleetSchema.ts';
import { fleetSetupOf, type FleetSetup } from '../../../devices/fleet/fleetSetup.ts';
import { decide, memberEvents, type DueEvent } from '../../../devices/fleet/memberEvents.ts';
import { emulatedWorld, fleetCalendar, runFleet } from '../../../devices/fleet/runFleet.ts';
import { isCiphered } from '../../../devices/dlms/security/ciphering.ts';
import { unwrapKey, wrapKey } from '../../../devices/dlms/security/keyWrap.ts';
import { LAB_KEYS } from '../../../devices/personas/labProfile.ts';
import { runPlan } from '../../../devices/rig/run/plan.ts';
import { assert } from '../../../src/assert.ts';
import { VARIOUS1 } from '../../../src/rules/builtInRules.ts';
import { figure, printTable } from '../print.ts';
import { timed } from '../measure.ts';
import type { Sizes } from '../sizes.ts';

const HOMES = 10_000;
const HOMES_QUICK = 200;
/** The cryptography of so many homes is done in turn with the fleet, so that a slow spell of the machine meets both. */
const BLOCK = 50;
const WRAPPER_BYTES = 8;
const TAG_BYTES = 12;
/** Tag, lengths, control and counter around a ciphered APDU. */
const AROUND_BYTES = 12;

/** A day: every hub is called at night, and every home is attempted by day, with a rotation of all its keys. */
function dayOf(installations: number): FleetSetup {
  const document = fleetFileSchema.parse({
    name: 'day',
    days: 1,
    headEnd: { connections: 10_000, lateSeconds: 86_400 },
    groups: { homes: { installations, preparation: false, attempts: { firstDay: 0, overDays: 0.99 } } },
  });
  return fleetSetupOf(document, { rules: VARIOUS1, rigs: new Map() });
}

/** What one home has to seal, open, prove and wrap on such a day. */
interface HomeCryptography {
  readonly sealedBytes: readonly number[];
  readonly proofs: number;
  readonly wraps: number;
}

function cryptographyOf(setup: FleetSetup): HomeCryptography {
  const { start, end } = fleetCalendar(setup, 0);
  const world = emulatedWorld(setup, { start, end, wall: undefined, onResult: () => undefined });
  const group = setup.groups[0]!;
  const calendar = memberCalendar(world, group, 0);
  const events: DueEvent[] = [];
  for (const event of memberEvents(calendar)) {
    decide(event, calendar, { at: event.at, number: 1 });
    events.push(event);
  }
  const sealedBytes: number[] = [];
  let proofs = 0;
  const plan = { ...memberPlan(world, { group, position: 0, calendar }, events), events, hanContacts: heardAlways };
  const { attempts } = runPlan(plan, {
    onFrame: ({ bytes }) => {
      if (isCiphered(bytes[WRAPPER_BYTES] ?? 0)) sealedBytes.push(Math.max(1, bytes.length - WRAPPER_BYTES - AROUND_BYTES - TAG_BYTES)); // prettier-ignore
    },
    // Either side proves its keys, and verifies the proof of the other.
    onCall: ({ client }) => void (proofs += client === 1 ? 2 : 0),
  });
  assert(attempts.at(-1)?.outcome === 'ok', 'a home with nothing in its way migrates');
  return { sealedBytes, proofs, wraps: 2 * 3 };
}

/** Every wake is heard. */
const heardAlways = Object.assign(new Set<number>(), { has: () => true });

const IV = new Uint8Array(12).fill(7);
const AAD = new Uint8Array(17).fill(3);
const OPTIONS = { authTagLength: TAG_BYTES };

/** The cryptography of one home by node:crypto alone. */
function bare({ sealedBytes, proofs, wraps }: HomeCryptography): number {
  let done = 0;
  const once = (plain: Uint8Array, aad: Uint8Array): void => {
    const cipher = createCipheriv('aes-128-gcm', LAB_KEYS.guek, IV, OPTIONS).setAAD(aad);
    const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
    const opened = createDecipheriv('aes-128-gcm', LAB_KEYS.guek, IV, OPTIONS)
      .setAAD(aad)
      .setAuthTag(cipher.getAuthTag());
    done += opened.update(sealed).length + opened.final().length;
  };
  for (const bytes of sealedBytes) once(new Uint8Array(bytes), AAD);
  for (let i = 0; i < proofs; i += 1) once(new Uint8Array(0), new Uint8Array(33));
  for (let i = 0; i < wraps; i += 1) done += unwrapKey(LAB_KEYS.kek, wrapKey(LAB_KEYS.kek, LAB_KEYS.gak)).ok ? 1 : 0;
  return done;
}

/** A fleet of ten thousand homes in one process, a day of contacts and attempts, beside its bare cryptography. */
export async function fleetBenchmark({ quick }: Sizes): Promise<void> {
  const homes = quick ? HOMES_QUICK : HOMES;
  const setup = dayOf(homes);
  const own = cryptographyOf(setup);
  let turns = 0;
  let proven = 0;
  let cryptography = 0;
  let migrated = 0;
  const turnsInAll = 2 * homes;
  const whole = await timed(async () => {
    await runFleet(setup, {
      signal: new AbortController().signal,
      ledgerFolder: () => '',
      onNote: () => undefined,
      onResult: (_, { attempt }) => void (migrated += attempt?.outcome === 'ok' ? 1 : 0),
      onTurn: () => {
        turns += 1;
        if ((turns * homes) / turnsInAll < proven + BLOCK) return undefined;
        return timed(() => {
          for (let i = 0; i < BLOCK; i += 1) bare(own);
        }).then(({ processor }) => {
          proven += BLOCK;
          cryptography += processor;
        });
      },
    });
  });
  assert(migrated === homes, `every home migrates: ${migrated} of ${homes}`);
  const fleet = whole.processor - cryptography;
  const bareWhole = (cryptography / proven) * homes;
  console.log(`A fleet of ${homes} homes, a day: a contact, and an attempt that rotates all keys; processor time`);
  printTable(
    ['', 'whole day', 'a home'],
    [
      ['the fleet', `${figure(fleet)} s`, `${figure((1000 * fleet) / homes)} ms`],
      ['bare cryptography of its messages', `${figure(bareWhole)} s`, `${figure((1000 * bareWhole) / homes)} ms`],
      ['ratio', figure(fleet / bareWhole), ''],
    ],
  );
  const { rss } = process.memoryUsage();
  console.log(
    `a home: ${own.sealedBytes.length} ciphered messages, ${own.proofs} proofs, ${own.wraps} wrapped keys; the process holds ${Math.round(rss / 1e6)} MB`,
  );
}
