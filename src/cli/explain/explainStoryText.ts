import { formatTrace } from '../../exclusion/explain/formatTrace.ts';
import type { Trace } from '../../exclusion/explain/trace.ts';
import { CHECKS } from '../../migration/checks.ts';
import type { CheckLimits } from '../../migration/facts.ts';
import { limitsAt } from '../../rules/limits.ts';
import type { RuleSet } from '../../rules/ruleset.ts';
import { formatInstant, type Instant } from '../../time.ts';
import type { End } from '../../../sim/scenario/ends.ts';
import type { Story } from '../../../sim/story/story.ts';
import { instantOf, type StoryEntry } from '../../../sim/story/storyEntry.ts';
import type { AttemptTold, CheckTold, Culprit } from '../../../sim/story/storyCauses.ts';
import type { Instructed } from '../../../sim/story/storyInstructions.ts';
import type { Stop } from '../../../sim/story/storyEnding.ts';
import { EPCL_FROM_START, type StoryFacts } from '../../../sim/story/storyFacts.ts';
import { downAt, type LinkStory } from '../../../sim/story/storyLinks.ts';
import { contactWords, linkLines, outageWords } from './explainLinks.ts';
import { duration, facts, installationRows, outcomeMeaning } from '../../text/words.ts';

/** The inputs of the command, resolved. */
export interface StoryHead {
  readonly title: string;
  readonly scenario: string;
  readonly hash: string;
  readonly seed: string;
  readonly replication: number;
  readonly version: string;
  readonly asOf: Instant;
  readonly horizon: Instant;
  readonly replay: string;
}

/** The traces of the history: at the as-of that the user gave, and at the horizon, where the story ends. */
interface Traces {
  readonly trace: Trace;
  readonly atHorizon: Trace;
  readonly rules: RuleSet;
}

/** Writes the story for a person, as plain text. It is the same in a terminal and in a pipe. */
export function storyText(head: StoryHead, story: Story, { trace, atHorizon, rules }: Traces): string {
  const { asOf, horizon } = head;
  const { wan, han } = story;
  // After the end nothing uses the links any more. Attempts for the ESME alone are an exception: they may come after
  // the date of an end.
  const lastAt = story.history.attempts.at(-1)?.at ?? 0;
  const until = Math.min(asOf, Math.max(story.endAt ?? asOf, lastAt));
  const sections = [
    [
      `Installation ${story.entity} of ${head.scenario}: ${head.title}`,
      `scenario=${head.scenario}#${head.hash}  seed=${head.seed}  replication=${head.replication}  rules=${trace.rules}  version=${head.version}`,
      `as of ${formatInstant(asOf)}${asOf === horizon ? ', the horizon (the default)' : `; the horizon is ${formatInstant(horizon)}`}`,
    ],
    ['Facts (all drawn by the bench: MPAN and MPRN are synthetic)', ...facts(factRows(story.facts))],
    linkLines('WAN', wan, until),
    han === null ? ['HAN: no gas meter'] : linkLines('HAN', han, until),
    ['What happened', ...entryLines(story, { asOf, rules })],
    [`End: ${endWords(story, atHorizon)}`, ...stopLines(story)],
  ];
  const text = sections.map((lines) => lines.join('\n')).join('\n\n');
  return `${text}\n\nClauses, on these attempts and events\n${formatTrace(trace)}\nreplay: ${head.replay}\n`;
}

function factRows(of: StoryFacts): [string, string][] {
  const rows: [string, string][] = [
    ['population', of.population],
    ...installationRows(of.installation),
    ['place', `operator ${of.operator}, hub model ${of.hubModel}, area ${of.area}`],
    ['EPCL', epclWords(of)],
    ['Master Key', KEY_WORDS[of.masterKey]],
    ['schedule', scheduleWords(of)],
    ['WAN dies', of.wanDeathAt === null ? 'never (not modelled)' : formatInstant(of.wanDeathAt)],
  ];
  if (of.installation.gas === null) return rows;
  rows.push(
    [
      'GSME battery',
      of.batteryDeadAt === null ? 'never dies (not modelled)' : `dies ${formatInstant(of.batteryDeadAt)}`,
    ],
    ['HAN join', of.joinLostAt === null ? 'never lost (not modelled)' : `lost ${formatInstant(of.joinLostAt)}`],
    ['HAN margin', of.hanMarginDb === null ? 'no link budget modelled' : `${of.hanMarginDb.toFixed(1)} dB`],
  );
  return rows;
}

function epclWords({ epclEntry, displayBlocked }: StoryFacts): string {
  const entry =
    epclEntry === null ? 'no entry' : epclEntry === EPCL_FROM_START ? 'entered from the start' : `entered ${epclEntry}`;
  return displayBlocked ? `${entry}; an in-home display blocks it` : entry;
}

const KEY_WORDS: Readonly<Record<StoryFacts['masterKey'], string>> = {
  held: 'held and right',
  missing: 'missing at the start',
  wrong: 'held but wrong, seen at rotation only',
  unobtainable: 'cannot be obtained (an input of the scenario)',
};

function scheduleWords({ schedule }: StoryFacts): string {
  const { place, firstInstruction, firstAttempt, instructedShare, attemptedShare } = schedule;
  const attempt = firstAttempt ?? `none (the share ever attempted is ${attemptedShare})`;
  const words = `place ${place.toFixed(4)} in its entry curves; first attempt due ${attempt}`;
  if (firstInstruction !== null) return `${words}; first instruction due ${firstInstruction}`;
  return instructedShare < 1 ? `${words}; no instruction (the share ever instructed is ${instructedShare})` : words;
}

interface Judged {
  readonly asOf: Instant;
  readonly rules: RuleSet;
}

function entryLines(story: Story, { asOf, rules }: Judged): string[] {
  const told = story.entries.filter((entry) => instantOf(entry) <= asOf);
  const later = story.entries.length - told.length;
  const lines = told.flatMap((entry) => linesOf(entry, story, rules));
  if (told.length === 0) lines.push('  no instruction, attempt or event');
  if (later > 0) lines.push(`  and ${later} after the as-of, not shown`);
  return lines;
}

function linesOf(entry: StoryEntry, { wan, han, facts: { installation } }: Story, rules: RuleSet): string[] {
  const at = formatInstant(instantOf(entry));
  if (entry.type === 'event') {
    const { event, value } = entry.event;
    return [`  ${at}  event        ${event}${value === '' ? '' : ` ${value}`}${entry.ofModel ? ' (of the DMC)' : ''}`];
  }
  const { attempt } = entry;
  const marks = `${attempt.cause === 'system' ? ', system side' : ''}${attempt.table510 ? ', Table 5.10' : ''}`;
  const head = `${attempt.outcome}: ${outcomeMeaning(attempt, rules)}${marks}`;
  const why =
    entry.type === 'instruction'
      ? instructedLines(entry.instructed, attempt.at, wan)
      : toldLines(entry.told, attempt.at, { wan, han, limits: limitsAt(rules, attempt.at, installation.cohort) });
  return [`  ${at}  ${entry.type.padEnd(11)}  ${head}`, ...why.map((line) => `      ${line}`)];
}

function instructedLines({ tries, contacts, contactsNeeded, lastWanContact }: Instructed, at: Instant, wan: LinkStory) {
  const last = tries.at(-1);
  const through = tries.filter((row) => row.reached).length;
  const lines = [
    `${tries.length === 1 ? 'one try' : `${tries.length} tries`}, ${through} got through: ${tries.map((row) => `${formatInstant(row.at)} ${row.reached ? 'got through' : 'failed'}`).join('; ')}`,
    `${contacts} of ${contactsNeeded} successful tries so far; last WAN contact ${formatInstant(lastWanContact)}, ${duration(at - lastWanContact)} before`,
  ];
  if (last && !last.reached) lines.push(triedWords(wan, at));
  return lines;
}

function triedWords(wan: LinkStory, at: Instant): string {
  const words = contactWords(wan, at);
  return words.startsWith('down') ? `WAN ${words}` : 'the WAN is up, but the SMS wake-up was lost';
}

interface Links {
  readonly wan: LinkStory;
  readonly han: LinkStory | null;
  readonly limits: CheckLimits;
}

function toldLines(told: AttemptTold, at: Instant, links: Links): string[] {
  const { failed, esmeOnly } = told;
  const lines: string[] = [];
  if (esmeOnly) lines.push('an attempt for the ESME alone: an exclusion of the GSME is in effect');
  if (failed)
    lines.push(`at ${failed.step}: ${failed.observation}; ${culpritWords(failed.culprit, told, links.limits)}`);
  for (const check of told.checks) {
    if (check.contact === null) continue;
    lines.push(contactLine(check));
    const link = check.check === 'wanRecent' ? links.wan : links.han;
    // A check requires a recent contact and not a link that is up. The two can differ, and then the contact is
    // explained.
    if (link && (!check.passed || downAt(link, at))) lines.push(contactWords(link, at));
  }
  if (told.gsmeUnjudged) {
    lines.push('the gas meter is not judged: with the WAN down, the news of it ends at the last WAN contact');
  }
  return lines;
}

function contactLine({ check, passed, contact }: CheckTold): string {
  const { at, ageSeconds, windowSeconds } = contact as NonNullable<CheckTold['contact']>;
  const link = check === 'wanRecent' ? 'WAN' : 'HAN';
  return `last ${link} contact ${formatInstant(at)}, ${duration(ageSeconds)} old; the window in force is ${duration(windowSeconds)}: ${passed ? 'passes' : 'too old'}`;
}

function culpritWords(culprit: Culprit, { failed, checks }: AttemptTold, limits: CheckLimits): string {
  switch (culprit.by) {
    case 'check': {
      const check = checks.find((row) => row.step === failed?.step);
      return check ? `the check asks: ${CHECKS[check.check].meaning(limits)}` : '';
    }
    case 'fault': {
      const times = culprit.struck === 1 ? 'the first time' : `${culprit.struck} times so far`;
      const more =
        culprit.cleansedAt !== null
          ? `; the data are cleansed at ${formatInstant(culprit.cleansedAt)}`
          : culprit.chance === null
            ? ''
            : culprit.chance === 0
              ? '; here it never succeeds'
              : `; here an attempt succeeds with a chance of ${culprit.chance}`;
      return `fault ${culprit.name} struck, ${times}${more}`;
    }
    case 'masterKey':
      return 'the Master Key held is wrong';
    case 'link':
      return 'no answer: the WAN was down at the attempt, though its last contact was recent enough';
    case 'system':
      return culprit.outages.map((row) => `${outageWords(row)} since ${formatInstant(row.from)}`).join('; ');
  }
}

const END_WORDS: Readonly<Partial<Record<End, string>>> = {
  'migrated': 'all devices are under the DCC',
  'migratedEsmeOnly': 'the ESME is under the DCC, the GSME stays behind',
  'replaced': 'replaced for reasons outside the migration',
  'unresolved:notScheduled': 'its place in the entry curves lies beyond the share ever scheduled',
  'unresolved:awaitingPreparation': 'its devices were not prepared by the horizon',
  'unresolved:awaitingAttempt': 'prepared, but no attempt fell before the horizon',
  'unresolved:retrying': 'attempted, and neither migrated nor excluded by the horizon',
  'unresolved:categoryNotInEffect': 'a category holds, but not in effect by the horizon',
  'unresolved:blockedEpcl': 'its DMC has no EPCL entry',
  'unresolved:blockedDisplay': 'an in-home display blocks its EPCL entry',
  'unresolved:awaitingMasterKey': 'its Master Key was not found',
};

function endWords({ end, endAt }: Story, { clauses }: Trace): string {
  const words = END_WORDS[end] ?? 'excluded, in effect';
  const excluded = clauses.find(({ category, verdict }) => end === `excluded:${category}` && verdict?.reported);
  // The end has the date of the verdict. Another category may have been the reported one for a while after it.
  const took =
    excluded && endAt !== null && (excluded.reportedFrom ?? 0) > endAt ? `; ${excluded.reportedBecause}` : '';
  return `${end}${endAt === null ? ', as it stands at the horizon' : ` at ${formatInstant(endAt)}`}: ${words}${took}`;
}

function stopLines({ stop, facts: { installation } }: Story): string[] {
  return stop === null
    ? []
    : [`No ${stop.next} follows the last: ${stopWords(stop, `process.${installation.cohort}`)}`];
}

function stopWords(stop: Stop, process: string): string {
  switch (stop.by) {
    case 'attemptsMax':
      return `${stop.max} were made, as many as ${process}.attemptsMax allows`;
    case 'instructionsMax':
      return `${stop.max} were made, as many as ${process}.preparation.instructionsMax allows`;
    case 'category': {
      const alone = stop.excludes === 'gsme' ? `, and ${process}.esmeOnly is false` : '';
      return `when it was due, ${formatInstant(stop.dueAt)}, ${stop.category} had ended retries (${process}.stopWhen)${alone}`;
    }
    case 'masterKey':
      return 'the Master Key was found to be wrong, and the search for the right one had not ended in time';
    case 'replaced':
      return `it was replaced before the next could end, which was due ${formatInstant(stop.dueAt)}`;
    case 'horizon':
      return `the next was due ${formatInstant(stop.dueAt)}, too late for the horizon`;
  }
}
