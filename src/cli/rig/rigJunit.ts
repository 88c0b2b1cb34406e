import { formatInstant, parseInstant } from '../../time.ts';
import type { StepRow } from '../../../devices/index.ts';
import { propertyLines, type JunitOrigin } from '../../report/junit.ts';
import type { RuleSet } from '../../rules/ruleset.ts';
import { codeMeaning } from '../../text/words.ts';

/**
 * Writes the steps as JUnit: a suite for each contact, instruction and attempt, and a test case for each step. A step
 * that was not carried out is skipped. A code is a failure of the installation's migration, and no error of the bench.
 */
export function rigJunit(
  rows: readonly StepRow[],
  { rig, rules, origin }: { readonly rig: string; readonly rules: RuleSet; readonly origin: JunitOrigin },
): string {
  const suites = groups(rows);
  const lines = suites.flatMap(([name, cases]) => [
    `  <testsuite${attributes({ name: `${rig} ${name}`, timestamp: stamp(cases[0] as StepRow), ...counts(cases) })}>`,
    ...propertyLines(origin),
    ...cases.flatMap((row) => caseLines(row, `${rig}.${row.kind}${row.number}`, rules)),
    '  </testsuite>',
  ]);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: rig, ...counts(rows) })}>`,
    ...lines,
    '</testsuites>',
    '',
  ].join('\n');
}

function suiteName({ kind, number, at }: StepRow): string {
  return `${kind} ${number} ${at}`;
}

function groups(rows: readonly StepRow[]): [string, StepRow[]][] {
  const found = new Map<string, StepRow[]>();
  for (const row of rows) {
    const name = suiteName(row);
    found.set(name, [...(found.get(name) ?? []), row]);
  }
  return [...found];
}

function counts(rows: readonly StepRow[]): Record<string, string> {
  const seconds = rows.reduce((sum, { measured }) => sum + measured.seconds, 0);
  return {
    tests: String(rows.length),
    failures: String(rows.filter(isFailure).length),
    errors: '0',
    skipped: String(rows.filter(({ observation }) => observation === 'notCarriedOut').length),
    time: seconds.toFixed(3),
  };
}

function isFailure({ observation }: StepRow): boolean {
  return observation !== 'answered' && observation !== 'notCarriedOut';
}

/** An instant in JUnit's own form, which has no Z. */
function stamp({ at }: StepRow): string {
  return formatInstant(parseInstant(at) as number).slice(0, 19);
}

function caseLines(row: StepRow, classname: string, rules: RuleSet): string[] {
  const { step, asked, observation, code, byCheck, measured } = row;
  const head = `    <testcase${attributes({ classname, name: `${step}: ${asked}`, time: measured.seconds.toFixed(3) })}`;
  if (observation === 'answered') return [`${head}/>`];
  if (!isFailure(row))
    return [`${head}>`, `      <skipped${attributes({ message: row.why ?? 'not carried out' })}/>`, '    </testcase>'];
  const said = row.why === null ? '' : `: ${row.why}`;
  const found = `${observation}${byCheck ? ', by the check on facts' : ''}${said}`;
  const meaning = code === null ? '' : codeMeaning(code, { rules, at: parseInstant(row.at) as number });
  const message = code === null ? found : `${code} (${meaning}): ${found}`;
  const unrealised = row.notRealised.map((what) => `not realised: ${what}`).join('\n');
  return [
    `${head}>`,
    `      <failure${attributes({ type: code ?? observation, message })}>${escaped(unrealised)}</failure>`,
    '    </testcase>',
  ];
}

function attributes(of: Readonly<Record<string, string>>): string {
  return Object.entries(of)
    .map(([name, value]) => ` ${name}="${escaped(value)}"`)
    .join('');
}

/** Escapes a text for XML 1.0. Most control characters have no form there, so they are left out. */
function escaped(text: string): string {
  const shown = [...text].filter((one) => one >= ' ' || one === '\n' || one === '\t').join('');
  return shown.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
