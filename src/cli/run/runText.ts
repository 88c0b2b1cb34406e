import { fiveRetries } from '../../clauses/fiveRetries.ts';
import { asOfText, cohortText, endText, migratedText, monthText, publishedText } from '../../report/detailText.ts';
import { firstScreen, SCREEN_WIDTH } from '../../report/firstScreen.ts';
import type { KnownRanges } from '../../report/ranges/knownRanges.ts';
import { knownText } from '../../report/forecast/knownTables.ts';
import type { RunReport } from '../../report/runReport.ts';
import { wholeNumber } from '../../text/numberWords.ts';
import { shellWord } from '../../text/shellWord.ts';
import { wrapped } from '../../text/wrap.ts';

/** What the reader asked to see, and where the outputs went. */
export interface Shown {
  readonly detail: boolean;
  readonly byCohort: boolean;
  readonly monthly: boolean;
  /** Only ASCII in the small pictures. */
  readonly plain: boolean;
  /** How the reader starts the bench. */
  readonly bench: string;
  readonly path: string;
  readonly set: readonly string[];
  readonly out: string | undefined;
  readonly page: string | undefined;
  readonly seconds: number;
  readonly kernelSeconds: number;
  readonly workers: number;
  /** Ranges over the priors, where they are known of this very scenario. */
  readonly known: KnownRanges | undefined;
}

/** The text of a run: the first screen, what was asked for beside it, and what to ask next. */
export function runText(report: RunReport, shown: Shown): string {
  const { detail, byCohort, monthly, known } = shown;
  const sections: (string | undefined)[] = [firstScreen(report, known)];
  if (detail) sections.push(publishedText(report));
  if (detail && known !== undefined) sections.push(knownText(known, report.lines));
  if (detail || byCohort) sections.push(cohortText(report));
  if (monthly) sections.push(monthText(report, shown.plain));
  if (detail) sections.push(asOfText(report), endText(report), migratedText(report), speedText(report, shown));
  sections.push(nextText(report, shown));
  return `${sections.filter((text) => text !== undefined).join('\n\n')}\n`;
}

function speedText({ installations, replications }: RunReport, { seconds, kernelSeconds, workers }: Shown): string {
  const speed = (installations * replications) / kernelSeconds;
  const threads = workers === 1 ? '1 worker' : `${workers} workers`;
  return `Took ${seconds.toFixed(1)} s, of which the kernel ${kernelSeconds.toFixed(1)} s: ${wholeNumber(speed)} installations/s on ${threads}.`; // prettier-ignore
}

function nextText(report: RunReport, { bench, path, set, out, page, detail, monthly }: Shown): string {
  const scenario = shellWord(path);
  const changed = set.map((text) => ` --set ${shellWord(text)}`).join('');
  const lines: string[] = [];
  if (page !== undefined) lines.push(`pictures, tables, what-ifs:  ${page}`);
  if (out !== undefined) lines.push(`every record of replication 0, and every count:  ${out}`);
  const more = [...(detail ? [] : ['--detail']), ...(monthly ? [] : ['--monthly'])];
  if (more.length > 0) lines.push(`the rest of the numbers:  add ${more.join(' or ')}`);
  lines.push(
    `one home's story:  ${bench} explain ${scenario}${changed} --seed ${shellWord(report.seed)} --installation 0`,
  );
  if (set.length === 0 && report.headline.installations.some(({ category }) => category === fiveRetries.category)) {
    lines.push(`what if four weeks were enough:  ${bench} run ${scenario} --set amendments.clauses.${fiveRetries.category}.shows.atLeast=4`); // prettier-ignore
  }
  lines.push(`where each number comes from:  ${bench} scenario print ${scenario}${changed}`);
  lines.push(`what a word means:  ${bench} glossary TERM`);
  return ['Next', ...lines.flatMap(nextLines)].join('\n');
}

/** A question and its command on one line where they fit, else the command below, as a shell takes it. */
function nextLines(line: string): readonly string[] {
  if (line.length + 2 <= SCREEN_WIDTH) return [`  ${line}`];
  const [question = '', command = ''] = line.split(/: {2}/);
  const broken = wrapped(command, SCREEN_WIDTH - 8);
  const last = broken.length - 1;
  return [`  ${question}:`, ...broken.map((text, i) => `    ${i === 0 ? '' : '  '}${text}${i === last ? '' : ' \\'}`)];
}
