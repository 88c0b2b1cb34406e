/**
 * Plans of attempts, and the kernel's answer to them: its compiled walk, its limits and its outcome ranges, fed with the plan's
 * facts and effects instead of dice.
 */
import { COHORTS } from '../../src/installation/cohort.ts';
import type { Installation } from '../../src/installation/installation.ts';
import { OK, OK_ESME, type Attempt } from '../../src/migration/history.ts';
import { OBSERVATION_OF_EFFECT, OBSERVATIONS, type Observation } from '../../src/migration/observations.ts';
import { STEPS_OF_COHORT, type StepId } from '../../src/migration/steps.ts';
import { OBSERVATION_BITS, WALK_PASSED } from '../../sim/kernel/life/lifeWalk.ts';
import { compileLimits } from '../../sim/kernel/model/compileLimits.ts';
import { outcomeTable510, OUTCOMES, rangesOfStep } from '../../sim/kernel/model/outcomes.ts';
import { kernelWalk } from '../sim/kernel/life/walks.ts';
import type { Plan } from '../../devices/rig/run/plan.ts';
import { WAKE_SECONDS } from '../../devices/personas/gsme.ts';

export function home(cohort: Installation['cohort'], gas: boolean): Installation {
  return {
    installationId: '1',
    cohort,
    groupId: '',
    mpan: '1900000000006',
    esmeDormant: true,
    electricityPaymentMode: 'credit',
    electricitySupplier: '',
    dmc: 'dmc',
    gas: gas ? { mprn: '9000000001', dormant: true, paymentMode: 'credit', supplier: '' } : null,
  };
}

/** The lab's installation whose gas meter wakes at an instant: 7919 has an inverse modulo the wake period. */
export function numberWakingAt(at: number): number {
  for (let number = 1; number <= WAKE_SECONDS; number += 1) {
    if ((number * 7919) % WAKE_SECONDS === at % WAKE_SECONDS) return number;
  }
  throw new Error('unreachable: every phase has a number');
}

export interface KernelStep {
  readonly at: number;
  readonly step: StepId;
  readonly observation: Observation;
}

/** What the kernel makes of the attempts of a plan; facts are worked out from the plan's contacts. */
export function kernelRun(plan: Plan): { readonly attempts: Attempt[]; readonly ends: (KernelStep | null)[] } {
  const steps = STEPS_OF_COHORT[plan.installation.cohort];
  const limits = compileLimits(plan.rules);
  const attempts: Attempt[] = [];
  const ends: (KernelStep | null)[] = [];
  /** The latest HAN contact that an attempt has learnt of. */
  let learnt = 0;
  const heardBy = (until: number): number =>
    Math.max(0, ...[...plan.hanContacts].filter((contact) => contact <= until));
  const contacts = plan.events.filter((event) => event.kind === 'contact' && event.reached).map(({ at }) => at);
  for (const event of plan.events) {
    if (event.kind !== 'attempt') continue;
    const { at, esmeOnly, effect, wanDown, pick } = event;
    const lastWanContact = Math.max(0, ...contacts.filter((contact) => contact <= at));
    const facts = {
      at,
      lastWanContact,
      // As `PreparedFacts.lastHanContact` has it: with the WAN down nothing new is known of the gas meter.
      lastHanContact: wanDown ? Math.max(learnt, heardBy(lastWanContact)) : heardBy(at),
      epclEntryFrom: plan.epclEntryFrom,
      displayBlocked: plan.displayBlocked ? 1 : 0,
    };
    const observe = (position: number): number => {
      // As `Strikes` has it: a link that is down is met where a device must answer (`linked`), whatever the contacts say.
      if (wanDown && steps[position] === 'deviceState') return OBSERVATIONS.indexOf('noAnswer');
      if (!effect || steps[position] !== effect.step) return 0;
      return OBSERVATIONS.indexOf(OBSERVATION_OF_EFFECT[effect.effect]);
    };
    limits.begin(at, COHORTS.indexOf(plan.installation.cohort));
    const gsme = plan.installation.gas !== null && !esmeOnly && (!wanDown || limits.judgesOldNews === 1);
    const result = kernelWalk(steps, { facts, limits, observe, gsme });
    if (!wanDown && result >> OBSERVATION_BITS > steps.indexOf('wanRecent')) learnt = facts.lastHanContact;
    if (result === WALK_PASSED) {
      const outcome = esmeOnly ? OK_ESME : OK;
      attempts.push({ at, kind: 'migration', outcome, cause: 'device', table510: false });
      ends.push(null);
      continue;
    }
    const step = steps[result >> OBSERVATION_BITS] as StepId;
    const observation = OBSERVATIONS[result & ((1 << OBSERVATION_BITS) - 1)] as Observation;
    const range = rangesOfStep(step)[OBSERVATIONS.indexOf(observation)]!;
    const outcome = range.first + (pick % range.size);
    attempts.push({
      at,
      kind: 'migration',
      outcome: OUTCOMES[outcome] as string,
      cause: observation === 'systemFault' ? 'system' : 'device',
      table510: outcomeTable510(outcome),
    });
    ends.push({ at, step, observation });
  }
  return { attempts, ends };
}
