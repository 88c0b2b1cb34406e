import fc from 'fast-check';
import { READING_NAMES, READINGS } from '../../src/regulation/readings.ts';

/** Every value of every reading, each by itself, as settings of a scenario. */
export const READING_VALUES: readonly string[] = READING_NAMES.flatMap((name) =>
  Object.keys(READINGS[name].values).map((value) => `amendments.readings.${name}=${value}`),
);

/** Settings that a scenario with all processes can have, each by itself or with the others. */
const SETTINGS: readonly string[] = [
  ...READING_VALUES,
  'amendments.clauses.gt01.shows.atLeast=2',
  'amendments.clauses.five-retries.shows.atLeast=3',
  'amendments.clauses.no-wan-attempting.shows.atLeast=1',
  ...['met', 'effective', 'never'].map((stop) => `process.IOC.stopWhen=${stop}`),
  'process.IOC.esmeOnly=false',
  'process.IOC.linkNeeded=false',
  'process.MOC_MDS.daysBetweenAttempts=7.1',
  'process.IOC.attemptsMax=9',
  'changes.supplierPerYear=0.6',
  'changes.replacementPerYear=0.3',
  'changes.paymentModePerYear=0.8',
  'horizon=2022-09-30',
];

/** Up to five settings at once, no field twice. */
export const settingsArbitrary: fc.Arbitrary<readonly string[]> = fc.uniqueArray(fc.constantFrom(...SETTINGS), {
  maxLength: 5,
  selector: (text) => text.slice(0, text.indexOf('=')),
});
