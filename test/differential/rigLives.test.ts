// Whole lives: what the kernel's dice gave an installation is told by its story, turned into a plan, and lived again on the wire.
// Not compared here: the facts of attempts that failed before their check, and when the tries of a completed instruction failed.
import { describe, expect, test } from 'vitest';
import { familyCodes } from '../../src/migration/errorCodes.ts';
import { NO_WAN } from '../../src/migration/history.ts';
import { EFFECTS, OBSERVATION_OF_EFFECT, type Observation } from '../../src/migration/observations.ts';
import { DISPLAY_DEFINITION_VARIED } from '../../src/regulation/parameters.ts';
import { codesOf, STEPS, type StepId } from '../../src/migration/steps.ts';
import { HOUR, startOfLondonDate } from '../../src/time.ts';
import { seedWords } from '../../sim/world/dice/streams.ts';
import { tellStory, type Story } from '../../sim/story/story.ts';
import type { Model } from '../../sim/kernel/model/model.ts';
import { WAKE_SECONDS } from '../../devices/personas/gsme.ts';
import { runPlan, type Plan } from '../../devices/rig/run/plan.ts';
import type { PlannedEvent } from '../../devices/rig/bench/plannedEvent.ts';
import { EVERYTHING, modelAt } from '../sim/scenarios.ts';
import { numberWakingAt } from './rigPlans.ts';

const ATTEMPTS_MAX = 14;
const FAR = 2 ** 40;

function effectOf(observation: Observation) {
  return EFFECTS.find((effect) => OBSERVATION_OF_EFFECT[effect] === observation)!;
}

function pickOf(step: StepId, observation: Observation, outcome: string): number {
  return codesOf(STEPS[step].codes[observation]!, familyCodes).indexOf(outcome);
}

/**
 * The plan of a told life; undefined where the rig's gas meter cannot wake as the story's did, and where the definition of
 * displays was varied in mid-life, which a plan, made for one definition, cannot say.
 */
function planOf(story: Story, model: Model): Plan | undefined {
  const { installation, epclEntry, displayBlocked } = story.facts;
  if (displayBlocked && DISPLAY_DEFINITION_VARIED[installation.cohort].from !== null) return undefined;
  const events: PlannedEvent[] = [];
  const contacts = new Set<number>();
  const hanContacts = new Set<number>();
  let contactsBefore = 0;
  let contactsNeeded = 1;
  for (const entry of story.entries) {
    if (entry.type === 'event') continue;
    const { at, outcome } = entry.attempt;
    if (entry.type === 'instruction') {
      const { instructed } = entry;
      contactsNeeded = instructed.contactsNeeded;
      const missing = contactsNeeded - contactsBefore;
      const reached =
        outcome === 'ok' ? Array.from({ length: missing }, () => true) : instructed.tries.map((row) => row.reached);
      const first = instructed.tries[0]!.at;
      const gap = instructed.tries.length > 1 ? instructed.tries[1]!.at - first : HOUR;
      const secondsBetweenTries = outcome === 'ok' ? 1 : gap;
      const from = outcome === 'ok' ? at - (missing - 1) : first;
      const pick = outcome === NO_WAN || outcome === 'ok' ? 0 : familyCodes('preparation').indexOf(outcome);
      events.push({ kind: 'instruction', at: from, secondsBetweenTries, reached, pick });
      contactsBefore = instructed.contacts;
      continue;
    }
    const { told } = entry;
    for (const { check, contact } of told.checks) {
      if (!contact) continue;
      if (check === 'hanRecent') hanContacts.add(contact.at);
      else contacts.add(contact.at);
    }
    const { failed } = told;
    const pick = failed ? pickOf(failed.step, failed.observation, outcome) : 0;
    const wanDown = failed?.culprit.by === 'link';
    const isStruck = failed && failed.culprit.by !== 'check' && !wanDown;
    const effect = isStruck ? { step: failed.step, effect: effectOf(failed.observation) } : undefined;
    events.push({ kind: 'attempt', at, esmeOnly: told.esmeOnly, pick, ...(effect && { effect }), ...(wanDown && { wanDown }) }); // prettier-ignore
  }
  const heard = [...hanContacts];
  if (heard.some((at) => at % WAKE_SECONDS !== heard[0]! % WAKE_SECONDS)) return undefined;
  for (const at of contacts) events.push({ kind: 'contact', at, reached: true });
  const order = { contact: 0, instruction: 1, attempt: 2 };
  return {
    installation,
    number: numberWakingAt(heard[0] ?? 0),
    rules: model.rules.rules,
    epclEntryFrom: epclEntry === null ? FAR : epclEntry === 'start' ? 0 : startOfLondonDate(epclEntry),
    displayBlocked,
    hanContacts,
    contactsNeeded,
    events: events.toSorted((a, b) => a.at - b.at || order[a.kind] - order[b.kind]),
  };
}

function live(model: Model, entities: readonly number[]) {
  const seed = seedWords('rig lives');
  const seen = { lives: 0, attempts: 0, unfit: 0, outcomes: new Set<string>(), ends: new Set<string>() };
  for (const installation of entities) {
    const story = tellStory(model, { seed, replication: 0, installation });
    const { attempts } = story.history;
    if (attempts.length === 0 || attempts.length > ATTEMPTS_MAX) continue;
    const plan = planOf(story, model);
    if (!plan) {
      seen.unfit += 1;
      continue;
    }
    const run = runPlan(plan);
    expect(run.attempts, `installation ${installation}`).toEqual(attempts);
    seen.lives += 1;
    seen.attempts += attempts.length;
    for (const { outcome } of attempts) seen.outcomes.add(outcome);
    seen.ends.add(story.end);
  }
  return seen;
}

const SAMPLE = Number(process.env['RIG_LIVES'] ?? 60);

describe('a life of the kernel, lived again on the wire, leaves the same records', () => {
  test.each([EVERYTHING, 'scenarios/various1.yaml'])('%s', (path) => {
    const model = modelAt(path);
    // A stride that is prime to most group sizes goes through all groups.
    const stride = Math.max(1, Math.floor(model.size / SAMPLE));
    const seen = live(
      model,
      Array.from({ length: Math.min(SAMPLE, model.size) }, (_, i) => i * stride),
    );
    console.log(
      `${path}: ${seen.lives} lives, ${seen.attempts} attempts, ${seen.unfit} unfit, ${seen.outcomes.size} outcomes`,
    );
    expect(seen.lives).toBeGreaterThan(SAMPLE / 4);
    expect(seen.outcomes.size).toBeGreaterThan(4);
    expect(seen.unfit).toBeLessThan(seen.lives);
  });
});
