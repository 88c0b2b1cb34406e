import type { Clause, ExclusionCategory } from '../../../src/clauses/clause.ts';
import type { Installation } from '../../../src/installation/installation.ts';
import {
  DMC_EVENTS,
  GAS_EVENTS,
  type Attempt,
  type EventName,
  type HistoryEvent,
} from '../../../src/migration/history.ts';
import type { RuleSet } from '../../../src/rules/ruleset.ts';
import { DAY, WEEK, type Instant } from '../../../src/time.ts';
import { chance, pick, type Dice } from './dice.ts';
import { bounded, datesOf, mondayOf, startWeek } from './instants.ts';
import type { Swarm } from './swarm.ts';

/** The parts of a question that exist before the events are drawn. */
export interface Scene {
  readonly category: ExclusionCategory;
  readonly clause: Clause | undefined;
  readonly rules: RuleSet;
  readonly installation: Installation;
  readonly attempts: readonly Attempt[];
}

const STANDING: readonly EventName[] = [
  'master-key-unobtainable',
  'master-key-obtained',
  'sos-uneconomic',
  'sos-direct-otherwise',
  'dcc-recommends',
];
const PAYMENT: readonly EventName[] = ['electricity-payment-mode', 'gas-payment-mode'];
const DORMANCY: readonly EventName[] = ['esme-dormant', 'gsme-dormant'];
const SUPPLIER: readonly EventName[] = ['electricity-supplier', 'gas-supplier'];

/** The events of a question: those that its category stands on, and the disturbances that the swarm allows. */
export function eventsFor(dice: Dice, swarm: Swarm, scene: Scene): HistoryEvent[] {
  const { clause, installation } = scene;
  const events: HistoryEvent[] = [];
  const add = (event: EventName, value = '', at = instantFor(dice, scene)): void => {
    if (installation.gas === null && GAS_EVENTS.includes(event)) return;
    // If the DMC is not known, no decision can be recorded for it.
    if (installation.dmc === '' && (DMC_EVENTS as readonly EventName[]).includes(event)) return;
    events.push({ at: bounded(at), event, value });
  };
  if (clause?.shows.type === 'standing') addStanding(dice, clause, add);
  else if (clause?.dormancy === 'gsmeRoutes') addInstructions(dice, swarm, installation, add);
  const some = (percent: number, most: number, one: () => void): void => {
    if (chance(dice, percent)) for (let n = 1 + dice.below(most); n > 0; n -= 1) one();
  };
  some(swarm.standing, 3, () => add(pick(dice, STANDING)));
  some(swarm.dormancyChanges, 3, () => add(pick(dice, DORMANCY), chance(dice, 50) ? 'yes' : 'no'));
  some(swarm.suppliers, 3, () => add(pick(dice, SUPPLIER), pick(dice, ['G', 'H', 'E', 'A', ''])));
  some(swarm.payment, 2, () => add(pick(dice, PAYMENT), chance(dice, 50) ? 'credit' : 'prepayment'));
  some(swarm.readmits, 2, () => add('readmit'));
  return events;
}

type Add = (event: EventName, value?: string, at?: Instant) => void;

/** Adds the finding that a standing clause requires, and often an opposite finding before, at or after it. */
function addStanding(dice: Dice, { shows }: Clause, add: Add): void {
  if (shows.type !== 'standing') return;
  for (let n = 1 + dice.below(3); n > 0; n -= 1) add(chance(dice, 65) ? shows.holds : pick(dice, shows.family));
}

/**
 * Adds an Active gas meter with an instruction by its supplier, a former supplier or a stranger, and changes of
 * supplier before and after.
 */
function addInstructions(dice: Dice, swarm: Swarm, { gas }: Installation, add: Add): void {
  const supplier = gas?.supplier ?? '';
  const isActive = gas !== null && (!gas.dormant || chance(dice, swarm.dormancyChanges));
  if (isActive && gas.dormant) add('gsme-dormant', 'no');
  if (!isActive && !chance(dice, 25)) return;
  for (let n = 1 + dice.below(2); n > 0; n -= 1) {
    add('supplier-gsme-exclusion', chance(dice, 70) ? supplier : pick(dice, ['G', 'H', 'A', '']));
  }
  if (!chance(dice, swarm.suppliers)) return;
  add('gas-supplier', pick(dice, ['H', 'A', supplier]));
  if (chance(dice, 50)) add('gas-supplier', supplier);
  if (chance(dice, 50)) add('supplier-gsme-exclusion', pick(dice, ['H', 'A', supplier]));
}

/** An instant exactly at an attempt, one second from it, between attempts, at a date of the rules, or anywhere near. */
function instantFor(dice: Dice, { attempts, rules }: Scene): Instant {
  const how = dice.below(12);
  if (attempts.length > 0) {
    const { at } = pick(dice, attempts);
    if (how < 4) return at;
    if (how < 6) return at + pick(dice, [1, -1]);
    if (how < 10) return at + pick(dice, [DAY, -DAY, 2 * DAY, WEEK, -WEEK, 3 * WEEK]);
  }
  if (how < 11) return mondayOf(startWeek(dice, rules)) + dice.below(7) * DAY + pick(dice, [0, 36_000]);
  return pick(dice, datesOf(rules)) + pick(dice, [0, 0, -1, 1]);
}
