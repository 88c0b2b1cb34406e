import type { SourceId } from '../regulation/sources.ts';
import { spanWords } from '../time.ts';
import { displaysFit, isEntered, isRecent } from './checkFunctions.ts';
import type { CheckLimits, Facts } from './facts.ts';
import type { Observation } from './observations.ts';

/** A check on facts. The kernel and the rig use the same function object. */
export interface Check {
  /** Describes the requirement of the check, with the window in force. */
  readonly meaning: (limits: CheckLimits) => string;
  readonly source: SourceId;
  /** The observation that a head-end records when the check fails. */
  readonly fails: Observation;
  readonly passes: (facts: Facts, limits: CheckLimits) => boolean;
}

export const CHECKS = {
  epclEntered: {
    meaning: () => 'the DMC stands on the EPCL (MA110)',
    source: 'dccPages',
    fails: 'unmatched',
    passes: (facts, limits) => isEntered(facts.at, facts.epclEntryFrom, limits.epclChecked),
  },
  displaysDefined: {
    meaning: () => 'every in-home display meets the SMETS1 PPMID or IHD definition that applies',
    source: 'various1.q9',
    fails: 'badData',
    passes: (facts) => displaysFit(facts.displayBlocked),
  },
  wanRecent: {
    meaning: (limits) =>
      `WAN contact with the CHF within the window, ${spanWords(limits.wanWindowSeconds)} (5.12(c), MA112)`,
    source: 'various1.q4',
    fails: 'stale',
    passes: (facts, limits) =>
      isRecent(facts.at, facts.lastWanContact, limits.wanWindowSeconds, limits.windowEdgeSeconds),
  },
  hanRecent: {
    meaning: (limits) =>
      `HAN communication with the gas meter within the window, ${spanWords(limits.gt01WindowSeconds)} (GT01)`,
    source: 'various1.q8',
    fails: 'stale',
    passes: (facts, limits) =>
      isRecent(facts.at, facts.lastHanContact, limits.gt01WindowSeconds, limits.windowEdgeSeconds),
  },
} as const satisfies Record<string, Check>;

export type CheckId = keyof typeof CHECKS;
