import { endOfLondonDate, startOfLondonDate } from '../../../src/time.ts';
import type { Fault, Scenario } from '../../scenario/schema.ts';
import { addresses } from '../dice/addresses.ts';
import { durationsOf, pickerOf } from '../dice/distributions.ts';
import { FOREVER } from '../alternating.ts';
import { DataErrorFault } from './dataError.ts';
import { DRAWS_A_FAULT, PersistentFault } from './persistent.ts';

/** Persistent faults draw below 2^30 in the index space of the fault stream, data errors above. */
const PERSISTENT_BLOCKS = 2 ** 18;
const DATA_ERRORS_FROM = 2 ** 30;
const DRAWS_A_DATA_ERROR = 4;
const DATA_ERROR_BLOCKS = 2 ** 27;

/** The fault models of a scenario as numbers, by kind. */
export interface CompiledFaults {
  readonly persistent: PersistentFault[];
  readonly dataErrors: DataErrorFault[];
  /** Their names in the scenario, by the same positions. */
  readonly names: { readonly persistent: readonly string[]; readonly dataErrors: readonly string[] };
  /** Position of each fault of the scenario among its kind. */
  readonly position: readonly number[];
}

/** Where the draws of each fault begin follows from its name, so that another fault in the scenario moves none of them. */
export function compileFaults(scenario: Scenario): CompiledFaults {
  const rows = Object.entries(scenario.faults);
  const ofKind = <K extends Fault['kind']>(kind: K) =>
    rows.filter((row): row is [string, Fault & { kind: K }] => row[1].kind === kind);
  const persistent = ofKind('persistent');
  const dataErrors = ofKind('dataError');
  const names = { persistent: persistent.map(([name]) => name), dataErrors: dataErrors.map(([name]) => name) };
  const persistentBlocks = addresses(names.persistent, PERSISTENT_BLOCKS);
  const dataErrorBlocks = addresses(names.dataErrors, DATA_ERROR_BLOCKS);
  return {
    persistent: persistent.map(([, fault], i) =>
      persistentFault(fault, (persistentBlocks[i] as number) * DRAWS_A_FAULT),
    ),
    dataErrors: dataErrors.map(([, fault], i) =>
      dataErrorFault(fault, DATA_ERRORS_FROM + (dataErrorBlocks[i] as number) * DRAWS_A_DATA_ERROR),
    ),
    names,
    position: rows.map(([name, { kind }]) =>
      (kind === 'dataError' ? names.dataErrors : names.persistent).indexOf(name),
    ),
  };
}

function stretchOf({ from, to }: Fault): { from: number; to: number } {
  return {
    from: from === undefined ? -Infinity : startOfLondonDate(from),
    to: to === undefined ? FOREVER : endOfLondonDate(to) + 1,
  };
}

function dataErrorFault(fault: Fault & { kind: 'dataError' }, index: number): DataErrorFault {
  const { share, fixableShare, cleansingDays } = fault;
  return Object.assign(new DataErrorFault(), {
    index,
    share,
    fixableShare,
    cleansing: durationsOf(cleansingDays),
    ...stretchOf(fault),
  });
}

function persistentFault(fault: Fault & { kind: 'persistent' }, index: number): PersistentFault {
  const { share, deadShare, success, attemptsAffectedMax } = fault;
  const compiled = Object.assign(new PersistentFault(), { index, share, deadShare, ...stretchOf(fault) });
  if ('betaA' in success) Object.assign(compiled, { betaA: success.betaA, betaB: success.betaB });
  else {
    const classes = 'classes' in success ? success.classes : [{ share: 1, chance: success.chance }];
    compiled.picker = pickerOf(classes.map((row) => row.share));
    compiled.chances = Float64Array.from(classes, (row) => row.chance);
  }
  if (attemptsAffectedMax !== undefined) compiled.affectedMax = attemptsAffectedMax;
  return compiled;
}
