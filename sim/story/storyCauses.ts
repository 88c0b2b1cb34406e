import { assert } from '../../src/assert.ts';
import { CHECKS, type CheckId } from '../../src/migration/checks.ts';
import type { CheckLimits, Facts } from '../../src/migration/facts.ts';
import { OK, OK_ESME, type Attempt } from '../../src/migration/history.ts';
import type { Observation } from '../../src/migration/observations.ts';
import { STEPS, type StepId } from '../../src/migration/steps.ts';
import type { Instant } from '../../src/time.ts';
import { compileLimits } from '../kernel/model/compileLimits.ts';
import type { Limits } from '../kernel/model/kernelLimits.ts';
import type { Model } from '../kernel/model/model.ts';
import type { LifeView } from './lifeView.ts';
import { BY_DATA_ERROR, BY_KEY, BY_LINK, BY_NOBODY, BY_PERSISTENT, BY_SYSTEM } from '../kernel/life/strikes.ts';
import type { Outage } from './storyLinks.ts';

/** A check that an attempt reached, with the values that the check compared. */
export interface CheckTold {
  readonly step: StepId;
  readonly check: CheckId;
  readonly passed: boolean;
  /** For a check of contact: the latest contact, its age, and the window in force. For any other check: null. */
  readonly contact: {
    readonly at: Instant;
    readonly ageSeconds: number;
    readonly windowSeconds: number;
  } | null;
}

/** The cause of a failed step. */
export type Culprit =
  | { readonly by: 'check' }
  | {
      readonly by: 'fault';
      /** The name of the fault in the scenario. */
      readonly name: string;
      readonly kind: 'persistent' | 'dataError';
      /** The number of times that the fault has struck this installation, this attempt included. */
      readonly struck: number;
      /**
       * The success chance that stays with the installation. Null for a data error, and for a fault whose chance is not drawn as
       * a number.
       */
      readonly chance: number | null;
      /** The instant at which the data are cleansed; null for other faults. */
      readonly cleansedAt: Instant | null;
    }
  | { readonly by: 'masterKey' }
  | { readonly by: 'link' }
  | { readonly by: 'system'; readonly outages: readonly Outage[] };

/** What happened at a migration attempt. */
export interface AttemptTold {
  readonly esmeOnly: boolean;
  /** The checks that the attempt reached, in the order of the walk. */
  readonly checks: readonly CheckTold[];
  /** True if the walk skipped the checks on the gas meter because the WAN was down and hid its state. */
  readonly gsmeUnjudged: boolean;
  /** The failed step, the observation there, and the cause. Null if the attempt migrated the installation. */
  readonly failed: { readonly step: StepId; readonly observation: Observation; readonly culprit: Culprit } | null;
}

/** For each check of contact: the contact and the window that it compares. */
const CONTACT_CHECKS: Partial<Record<CheckId, (facts: Facts, limits: CheckLimits) => [Instant, number]>> = {
  wanRecent: (facts, limits) => [facts.lastWanContact, limits.wanWindowSeconds],
  hanRecent: (facts, limits) => [facts.lastHanContact, limits.gt01WindowSeconds],
};

/** Finds the cause of each outcome while the life runs. It reads the same tables as the walk. */
export class StoryCauses {
  private readonly model: Model;
  private readonly limits: Limits;
  private readonly struck = new Map<string, number>();
  private system: readonly Outage[] = [];

  constructor(model: Model) {
    this.model = model;
    this.limits = compileLimits(model.rules.rules);
  }

  begin(system: readonly Outage[]): void {
    this.struck.clear();
    this.system = system;
  }

  failed(life: LifeView, step: StepId, observation: Observation): AttemptTold {
    const esmeOnly = life.account.esmeOnly(life.facts.at);
    const { checks, gsmeUnjudged } = this.checksOf(life, esmeOnly, step);
    const culprit = this.culprit(life);
    const own = checks.find((row) => row.step === step);
    for (const row of checks) {
      if (row !== own) assert(row.passed, `${row.check} passed, for the attempt went on after it`);
    }
    if (own) assert(own.passed === (culprit.by !== 'check'), `${own.check} failed unless a fault struck the step`);
    else assert(culprit.by !== 'check', `a step without a check fails by a fault: ${step}`);
    return { esmeOnly, checks, gsmeUnjudged, failed: { step, observation, culprit } };
  }

  passed(life: LifeView, { at, outcome }: Attempt): AttemptTold {
    assert(life.facts.at === at, 'a migration attempt is made at the instant of the life');
    assert(outcome === OK || outcome === OK_ESME, `only an attempt without a failure passes: ${outcome}`);
    const { checks, gsmeUnjudged } = this.checksOf(life, outcome === OK_ESME, null);
    for (const row of checks) assert(row.passed, `${row.check} passed, for the attempt migrated`);
    return { esmeOnly: outcome === OK_ESME, checks, gsmeUnjudged, failed: null };
  }

  /** Returns the checks of the walk up to a step; null for `last` means all of them. */
  private checksOf(
    life: LifeView,
    esmeOnly: boolean,
    last: StepId | null,
  ): Pick<AttemptTold, 'checks' | 'gsmeUnjudged'> {
    const { group, attributes } = life;
    const { limits } = this;
    limits.begin(life.facts.at, group.cohort);
    const checks: CheckTold[] = [];
    const judgesGsme = limits.judgesOldNews !== 0 || life.hearsGsme(life.facts.at);
    let gsmeUnjudged = false;
    for (const id of group.steps) {
      const { check, needsGsme } = STEPS[id];
      const concerns = !needsGsme || (attributes.hasGsme && !esmeOnly);
      const taken = concerns && (!needsGsme || judgesGsme);
      gsmeUnjudged ||= concerns && !taken;
      if (check !== undefined && taken) {
        const look = CONTACT_CHECKS[check];
        const [at, windowSeconds] = look ? look(life.facts, limits) : [0, 0];
        checks.push({
          step: id,
          check,
          passed: CHECKS[check].passes(life.facts, limits),
          contact: look ? { at, ageSeconds: life.facts.at - at, windowSeconds } : null,
        });
      }
      if (id === last) break;
    }
    return { checks, gsmeUnjudged };
  }

  private culprit({ strikes, facts: { at } }: LifeView): Culprit {
    const { faultNames } = this.model;
    const f = strikes.culpritFault;
    switch (strikes.culprit) {
      case BY_NOBODY:
        return { by: 'check' };
      case BY_PERSISTENT: {
        const name = faultNames.persistent[f] as string;
        const struck = this.strike(name);
        assert(struck === strikes.persistent.failuresOf(f), 'every strike of a fault fails an attempt');
        const chance = strikes.persistent.chanceOf(f);
        return { by: 'fault', name, kind: 'persistent', struck, chance: chance < 0 ? null : chance, cleansedAt: null };
      }
      case BY_DATA_ERROR: {
        const name = faultNames.dataErrors[f] as string;
        const cleansedAt = Math.ceil(strikes.dataErrors.cleansedAtOf(f));
        return { by: 'fault', name, kind: 'dataError', struck: this.strike(name), chance: null, cleansedAt };
      }
      case BY_KEY:
        return { by: 'masterKey' };
      case BY_LINK:
        return { by: 'link' };
      default: {
        assert(strikes.culprit === BY_SYSTEM, 'every culprit is told of');
        const outages = this.system.filter((row) => row.from <= at && (row.to === null || at < row.to));
        assert(outages.length > 0, 'a failure on the system side falls into an outage');
        return { by: 'system', outages };
      }
    }
  }

  private strike(name: string): number {
    const struck = (this.struck.get(name) ?? 0) + 1;
    this.struck.set(name, struck);
    return struck;
  }
}
