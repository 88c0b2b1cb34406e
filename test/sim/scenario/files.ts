import { filesOf } from '../../../src/document/files.ts';
import {
  loadScenario,
  type LoadedScenario,
  type LoadResult,
  type ScenarioProblem,
} from '../../../sim/scenario/load.ts';

/** A scenario that is right, in 30 lines: what the tests break. */
export const BASE = `format: 1
name: base
title: A scenario that is right
from: 2021-02-01
horizon: 2022-12-31
populations:
  ioc-dormant:
    cohort: IOC
    dormancy: dormant
    installations: 1000
    entry: main
    wan: usual
    han: usual
entryCurves:
  main:
    firstAttempt:
      - { date: 2021-06-01, share: 0.2 }
      - { date: 2021-12-01, share: 1 }
process:
  IOC: {}
links:
  wan:
    usual:
      contact: { mode: continuous }
      classes:
        healthy: { upDaysMean: 365, down: [{ share: 1, duration: { kind: exponential, daysMean: 0.5 } }] }
        dead: { share: 0.07, dead: true }
  han:
    usual:
      classes:
        only: { share: 1, upDaysMean: 400, down: [{ share: 1, duration: { kind: exponential, daysMean: 0.2 } }] }
faults:
  silent: { kind: persistent, step: deviceState, effect: silence, success: { chance: 0.9 } }
marks:
  - { paths: ['*'], mark: our assumption, note: everything }
`;

/** Loads `main.yaml`, which extends `base.yaml` and says what is given. */
function load(text: string, set: readonly string[] = [], more: Readonly<Record<string, string>> = {}): LoadResult {
  const files = { 's/base.yaml': BASE, 's/main.yaml': `extends: base.yaml\n${text}`, ...more };
  return loadScenario({ path: 's/main.yaml', files: filesOf(files), set });
}

export function loaded(
  text: string,
  set: readonly string[] = [],
  more: Readonly<Record<string, string>> = {},
): LoadedScenario {
  const result = load(text, set, more);
  if (!result.ok) throw new Error(JSON.stringify(result.errors));
  return result;
}

export function problems(
  text: string,
  set: readonly string[] = [],
  more: Readonly<Record<string, string>> = {},
): readonly ScenarioProblem[] {
  const result = load(text, set, more);
  return result.ok ? [] : result.errors;
}
