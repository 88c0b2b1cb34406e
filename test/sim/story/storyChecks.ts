import { downAt } from '../../../sim/story/storyLinks.ts';
import type { Story } from '../../../sim/story/story.ts';
import { instantOf, type StoryEntry } from '../../../sim/story/storyEntry.ts';
import type { CheckTold } from '../../../sim/story/storyCauses.ts';
import { DAY, HOUR } from '../../../src/time.ts';

/**
 * What a story says against itself, by rules written here and not taken from the tables: windows of 7 days and 72 hours,
 * their edge inclusive. Empty: nothing. A story of a scenario with other windows or readings would be found wrong.
 */
export function contradictionsIn(story: Story): readonly string[] {
  const found: string[] = [];
  const struck = new Map<string, number>();
  let before = -Infinity;
  for (const entry of story.entries) {
    const at = instantOf(entry);
    if (at < before) found.push(`${at}: earlier than the entry before`);
    before = at;
    for (const text of entry.type === 'event' ? [] : ofAttempt(story, entry, struck)) found.push(`${at}: ${text}`);
  }
  return found;
}

type AttemptEntry = Exclude<StoryEntry, { type: 'event' }>;

function ofAttempt(story: Story, entry: AttemptEntry, struck: Map<string, number>): readonly string[] {
  if (entry.type === 'instruction') return ofInstruction(entry);
  const { attempt, told } = entry;
  const found = told.checks.flatMap((check) => ofContact(story, check, attempt.at));
  const tooOld = told.checks.find(({ contact }) => contact !== null && contact.ageSeconds > contact.windowSeconds);
  if (tooOld) {
    const code = tooOld.check === 'wanRecent' ? 'MA112' : 'GT01';
    if (attempt.outcome !== code) found.push(`${attempt.outcome}, though the ${tooOld.check} contact was too old`);
    if (told.failed?.step !== tooOld.step) found.push(`failed at ${told.failed?.step}, not at ${tooOld.step}`);
  } else if (told.failed?.culprit.by === 'check' && (attempt.outcome === 'MA112' || attempt.outcome === 'GT01')) {
    found.push(`${attempt.outcome}, though no contact was too old`);
  }
  if ((told.failed === null) !== attempt.outcome.startsWith('ok')) found.push('failed and not failed');
  if ((attempt.cause === 'system') !== (told.failed?.culprit.by === 'system')) found.push('system side or not');
  const culprit = told.failed?.culprit;
  if (culprit?.by === 'masterKey' && story.facts.masterKey !== 'wrong') found.push('a wrong key that was not wrong');
  if (culprit?.by === 'fault') {
    const times = (struck.get(culprit.name) ?? 0) + 1;
    struck.set(culprit.name, times);
    if (culprit.struck !== times) found.push(`${culprit.name} struck ${culprit.struck} times, not ${times}`);
    if (culprit.cleansedAt !== null && culprit.cleansedAt <= attempt.at) found.push('struck by data already cleansed');
    if (attempt.table510 && culprit.kind !== 'dataError') found.push('Table 5.10 without a data error');
  }
  return found;
}

function ofInstruction({ attempt, instructed }: Extract<AttemptEntry, { type: 'instruction' }>): readonly string[] {
  const last = instructed.tries.at(-1);
  const found: string[] = [];
  if (last?.at !== attempt.at) found.push('an instruction stands at its last try');
  if (attempt.outcome === 'NO-WAN' && last?.reached !== false) found.push('NO-WAN, but the last try got through');
  if (attempt.outcome !== 'NO-WAN' && last?.reached !== true) found.push('the last try failed, but not for no WAN');
  const complete = instructed.contacts >= instructed.contactsNeeded;
  if (complete !== (attempt.outcome === 'ok')) found.push('completed with all contacts, and only then');
  return found;
}

/** The fixture's: its WAN profile `good` is in contact all the time, every GSME wakes twice an hour. */
const CONTINUOUS_SECONDS = 1;
const WAKE_SECONDS = HOUR / 2;

/** A contact: its age, its window, and what the timeline of its link says of it. */
function ofContact(story: Story, { check, passed, contact }: CheckTold, at: number): readonly string[] {
  if (contact === null) return [];
  const found: string[] = [];
  const isWan = check === 'wanRecent';
  if (contact.ageSeconds !== at - contact.at) found.push('an age that is not the time since the contact');
  if (contact.windowSeconds !== (isWan ? 7 * DAY : 72 * HOUR)) found.push(`a window of ${contact.windowSeconds} s`);
  if (passed !== contact.ageSeconds <= contact.windowSeconds) found.push(`${check} against its own age`);
  const link = isWan ? story.wan : story.han;
  if (!link) return [...found, 'a HAN contact without a gas meter'];
  // A link that was down since before the start is not told of so far back.
  if (contact.at < (link.outages[0]?.from ?? 0)) return found;
  if (downAt(link, contact.at)) found.push(`${check}: a contact while the link was down`);
  // Where contact is made at every second, or at every waking, the next one must have been missed.
  const next = contact.at + (isWan ? CONTINUOUS_SECONDS : WAKE_SECONDS);
  if ((!isWan || link.profile === 'good') && next <= at && !downAt(link, next)) {
    found.push(`${check}: a contact was missed while the link was up`);
  }
  return found;
}
