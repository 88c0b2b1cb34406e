// A fleet that was stopped goes on from its recorded turns, and is then the fleet that ran through.
import { afterAll, describe, expect, test } from 'vitest';
import { turnTakenSchema, TurnsDifferError, type TurnTaken } from '../../../devices/fleet/turnTaken.ts';
import { sampleSize } from '../../sampleSize.ts';
import { seedText } from '../../seed.ts';
import { fleetBench, type FleetRan } from './fleetBench.ts';

const bench = fleetBench();
afterAll(bench.stop);
const SEED = seedText(import.meta.filename, 'resumed');
/** Where it is stopped, as a share of its turns. */
const STOPS = sampleSize('FLEET_STOPS', { whole: 8, part: 2 }) > 2 ? [0, 0.1, 0.2, 0.4, 0.6, 0.8, 0.9, 0.99] : [0, 0.5];
const HOMES = sampleSize('FLEET_HOMES', { whole: 30, part: 3 });

// Few connections, so that installations wait for each other; contacts that rest, faults, a wrong Master Key.
const FLEET = `
name: stopped
seed: '${SEED}'
days: 16
headEnd: { connections: 1, lateSeconds: 600 }
links:
  wan:
    sick: { contact: { mode: daily, wakeUpLossChance: 0.1 }, classes: { sick: { upDaysMean: 6, down: [{ share: 1, duration: { kind: exponential, daysMean: 3 } }] } } }
groups:
  sick: { installations: ${HOMES}, wan: sick, attempts: { daysBetween: 4 } }
  wrong: { installations: 1, installation: { masterKey: wrong, cohort: MOC_MDS } }
  struck: { installations: 1, faults: [{ attempt: 1, step: rotateKeys, effect: silence, silence: answersDropped, fromFrame: 9, pick: 3 }] }
`;

/** Runs until so many new turns are made; with `past`, from where that ended. */
async function until(turns: number, past: readonly TurnTaken[] = []): Promise<FleetRan> {
  const abort = new AbortController();
  let seen = 0;
  return bench.run(FLEET, {
    signal: abort.signal,
    past,
    onTurn: (_, __, taken) => {
      if (taken && (seen += 1) >= turns) abort.abort();
      return undefined;
    },
  });
}

describe('a fleet that was stopped', () => {
  test('goes on as if it had run through, wherever it was stopped, and however often', async () => {
    const whole = await until(Infinity);
    const total = whole.taken.length;
    expect(total).toBeGreaterThan(60);
    for (const line of whole.taken) expect(turnTakenSchema.parse(line)).toEqual(line);
    // An instruction of a hub that is silent rests between its tries: some turns end no event.
    expect(whole.taken.some(({ result }) => result === undefined)).toBe(true);
    for (const part of STOPS.map((share) => Math.max(1, Math.floor(total * share)))) {
      const first = await until(part);
      expect(first.isWhole).toBe(false);
      const second = await until(Math.floor(total / 5), first.taken);
      const past = [...first.taken, ...second.taken];
      const rest = second.isWhole ? second : await until(Infinity, past);
      expect(rest.isWhole).toBe(true);
      expect(rest.order).toEqual(whole.order);
      expect(rest.turns).toEqual(whole.turns);
      const plain = (ran: FleetRan) => JSON.stringify([...ran.histories].map(([id, { attempts, contacts }]) => [id, attempts, contacts])); // prettier-ignore
      expect(plain(rest)).toBe(plain(whole));
      expect([...past, ...(rest === second ? [] : rest.taken)]).toEqual(whole.taken);
    }
  });

  test('makes no installation again that is done, and refuses turns that do not follow from its file', async () => {
    const first = await until(60);
    const other = { ...(first.taken[40] as TurnTaken) };
    const changed = (line: TurnTaken): TurnTaken[] => first.taken.map((one, i) => (i === 40 ? line : one));
    const late = await until(Infinity, changed({ ...other, begin: other.begin + 1 }));
    expect(late.failure).toBeInstanceOf(TurnsDifferError);
    const due = await until(Infinity, changed({ ...other, due: (other.due ?? other.free) + 1 }));
    expect(due.failure).toMatchObject({ id: other.id });
  });
});
