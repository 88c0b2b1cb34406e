import { COHORT_LABELS } from '../installation/cohort.ts';
import type { Installation } from '../installation/installation.ts';
import { errorCode, meaningOf } from '../migration/errorCodes.ts';
import { NO_WAN, OK, OK_ESME, type Attempt } from '../migration/history.ts';
import { valueAt } from '../regulation/dated.ts';
import type { RuleSet } from '../rules/ruleset.ts';
import { DAY, HOUR, MINUTE, type Instant } from '../time.ts';

/** `9 d 4 h 12 min`. The text is exact, because an age one second beyond a window must not read like the window. */
export function duration(seconds: number): string {
  if (seconds === 0) return '0 s';
  const parts: string[] = [];
  let rest = seconds;
  for (const [size, unit] of [
    [DAY, 'd'],
    [HOUR, 'h'],
    [MINUTE, 'min'],
    [1, 's'],
  ] as const) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count} ${unit}`);
  }
  return parts.join(' ');
}

/** Labels and texts in two columns, indented. */
export function facts(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([label]) => label.length));
  return rows.map(([label, text]) => `  ${label.padEnd(width)}  ${text}`);
}

/**
 * The meaning of an attempt's outcome by the rules that judge it, or a statement that the catalogue does not list it.
 */
export function outcomeMeaning({ outcome, kind, at }: Attempt, rules: RuleSet): string {
  if (outcome === OK) return kind === 'instruction' ? 'the devices are prepared' : 'all devices migrated';
  if (outcome === OK_ESME) return 'the ESME migrated alone';
  if (errorCode(outcome)) return codeMeaning(outcome, { rules, at });
  return kind === 'instruction' && outcome === NO_WAN ? 'the last try failed for no WAN' : 'unlisted code';
}

/**
 * The meaning of a code at an instant, with the windows in force then. A code that the catalogue lacks is called
 * unlisted.
 */
export function codeMeaning(code: string, { rules, at }: { readonly rules: RuleSet; readonly at: Instant }): string {
  const row = errorCode(code);
  if (!row) return 'unlisted code';
  const meaning = meaningOf(row, (name) => valueAt(rules.windows[name], at));
  return row.synthetic ? `${meaning} (synthetic code)` : meaning;
}

/** Rows that describe an installation, common to both forms. */
export function installationRows(row: Installation): [string, string][] {
  const { gas } = row;
  const meter = (dormant: boolean, mode: string, supplier: string): string =>
    `${dormant ? 'Dormant' : 'Active'}, ${mode}, supplier ${supplier === '' ? 'not known to DCC' : supplier}`;
  return [
    ['cohort', `${COHORT_LABELS[row.cohort]}, GroupID ${row.groupId === '' ? 'not known' : row.groupId}`],
    ['DMC', row.dmc === '' ? 'not known' : row.dmc],
    ['electricity', `MPAN ${row.mpan}; ${meter(row.esmeDormant, row.electricityPaymentMode, row.electricitySupplier)}`],
    ['gas', gas === null ? 'no gas meter' : `MPRN ${gas.mprn}; ${meter(gas.dormant, gas.paymentMode, gas.supplier)}`],
  ];
}
