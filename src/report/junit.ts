import { escapeMarkup } from '../text/markup.ts';
import { ORIGIN_MARK } from './pageMark.ts';
import type { Provenance } from './provenance.ts';

/** One test case of a JUnit report. Without `failure` and `skipped` it has passed. */
export interface JunitCase {
  readonly name: string;
  readonly seconds?: number;
  /** The failure. Its first line is the message, and the whole is the text. */
  readonly failure?: string;
  readonly skipped?: string;
}

export interface JunitSuite {
  readonly name: string;
  readonly cases: readonly JunitCase[];
}

/** Where a JUnit report comes from. */
export interface JunitOrigin {
  readonly provenance: Provenance;
  /** The digest that tells the report from those of other commands. */
  readonly identity: string;
}

/**
 * A JUnit report in the form that CI systems read: suites of cases, each passed, failed, or skipped with its reason. Each
 * suite has the origin of the report as its properties.
 */
export function junitText(name: string, suites: readonly JunitSuite[], origin: JunitOrigin): string {
  const all = suites.flatMap(({ cases }) => cases);
  const lines = suites.flatMap((suite) => [
    `  <testsuite name="${attribute(`${name} ${suite.name}`)}"${countsText(suite.cases)}>`,
    ...propertyLines(origin),
    ...suite.cases.flatMap((one) => caseLines(one, `${name}.${suite.name}`)),
    '  </testsuite>',
  ]);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${attribute(name)}"${countsText(all)}>`,
    ...lines,
    '</testsuites>',
    '',
  ].join('\n');
}

/** The properties of a suite: the command, what it read, and the version. */
export function propertyLines({ provenance, identity }: JunitOrigin): readonly string[] {
  const { command, scenarios, rules, seed, version } = provenance;
  const properties: readonly (readonly [string, string | null])[] = [
    [ORIGIN_MARK, identity],
    ['command', command],
    ['scenario', scenarios.length === 0 ? null : scenarios.map((one) => `${one.name}#${one.hash}`).join(', ')],
    ['rules', rules],
    ['seed', seed],
    ['version', version],
  ];
  const lines = properties.flatMap(([name, value]) =>
    value === null ? [] : [`      <property name="${name}" value="${attribute(value)}"/>`],
  );
  return ['    <properties>', ...lines, '    </properties>'];
}

function countsText(cases: readonly JunitCase[]): string {
  const seconds = cases.reduce((sum, one) => sum + (one.seconds ?? 0), 0);
  const failures = cases.filter(({ failure }) => failure !== undefined).length;
  const skipped = cases.filter((one) => one.failure === undefined && one.skipped !== undefined).length;
  return ` tests="${cases.length}" failures="${failures}" errors="0" skipped="${skipped}" time="${seconds.toFixed(3)}"`;
}

function caseLines({ name, seconds = 0, failure, skipped }: JunitCase, classname: string): string[] {
  const head = `    <testcase classname="${attribute(classname)}" name="${attribute(name)}" time="${seconds.toFixed(3)}"`;
  if (failure !== undefined) {
    const message = attribute(failure.split('\n')[0] ?? '');
    return [`${head}>`, `      <failure message="${message}">${content(failure)}</failure>`, '    </testcase>'];
  }
  if (skipped === undefined) return [`${head}/>`];
  return [`${head}>`, `      <skipped message="${attribute(skipped)}"/>`, '    </testcase>'];
}

/** Escapes a text. XML 1.0 has no form for most control characters, so they are left out. */
function content(text: string): string {
  return escapeMarkup([...text].filter((one) => one >= ' ' || one === '\n' || one === '\t').join(''));
}

function attribute(text: string): string {
  return content(text).replaceAll('\n', ' ');
}
