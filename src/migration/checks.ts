import type { SourceId } from '../regulation/sources.ts';
import { spanWords } from '../time.ts';
import { displaysFit, isEntered, isRecent } from './checkFunctions.ts';
import type { CheckLimits, Facts } from './facts.ts';
import type { Observation } from './observations.ts';

/** A check on facts: the same function object serves the kernel and the rig. */
export interface Check {
  /** What the check asks for, with the window in force. */
  readonly meaning: (limits: CheckLimits) => string;
  readonly source: SourceId;
  /** What a head-end notes when the check fails. */
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
