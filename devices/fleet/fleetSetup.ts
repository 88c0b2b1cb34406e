/** A resolved fleet file: the groups with their numbers and link profiles, and the attached installations. */
import { DAY, parseInstant, type Instant } from '../../src/time.ts';
import type { Installation } from '../../src/installation/installation.ts';
import type { RuleSet } from '../../src/rules/ruleset.ts';
import { compileHan, compileWan } from '../../sim/world/compileLinks.ts';
import type { SeedWords } from '../../sim/world/dice/draws.ts';
import { nameWords } from '../../sim/world/dice/streams.ts';
import type { CompiledHan } from '../../sim/world/hanLink.ts';
import type { WanProfile } from '../../sim/world/profile/linkSchema.ts';
import type { CompiledWan } from '../../sim/world/wanLink.ts';
import { LAB_SLEEP, WAKE_SECONDS, type Sleep } from '../personas/gsme.ts';
import { rigFileSchema, type RigDocument } from '../rig/file/rigFileSchema.ts';
import { epclEntryOf, installationOf, type RigSetup } from '../rig/file/rigSetup.ts';
import { isDown } from '../rig/run/rigEvents.ts';
import type { AttemptsDocument, FleetDocument, FleetGroup } from './fleetSchema.ts';

/** When an installation is called: a window of its own in each period, and tries until it answers. */
export interface ContactPlan {
  readonly everySeconds: number;
  readonly windowSeconds: number;
  readonly tries: number;
  readonly retrySeconds: number;
}

/** One group of emulated installations. */
export interface GroupSetup {
  readonly name: string;
  readonly document: FleetGroup;
  /** The group as a rig file would have it. */
  readonly rig: RigDocument;
  /** Number of its first installation; the others follow. */
  readonly first: number;
  /** The address of its dice. */
  readonly address: SeedWords;
  /** Undefined for a link that never fails by itself. */
  readonly wan: CompiledWan | undefined;
  readonly han: CompiledHan | undefined;
  /** True while an outage of the file takes a link of the group down. */
  readonly isDown: Readonly<Record<'wan' | 'han', (at: Instant) => boolean>>;
  /** Round trip of a message over the group's WAN; undefined: that of a link in memory. */
  readonly latency: WanProfile['latency'];
  readonly contact: ContactPlan;
  readonly epclEntryFrom: Instant;
  readonly sleep: Sleep;
}

/** One installation of which devices are attached. */
export interface AttachedSetup {
  readonly name: string;
  readonly setup: RigSetup;
  readonly rigHash: string;
  readonly attempts: AttemptsDocument;
  readonly contact: ContactPlan;
}

/** A fleet file that was read without an error. */
export interface FleetSetup {
  readonly document: FleetDocument;
  readonly clock: 'virtual' | 'wall';
  readonly seed: string;
  readonly rules: RuleSet;
  readonly groups: readonly GroupSetup[];
  readonly attached: readonly AttachedSetup[];
}

const USUAL_START = '2022-01-10T00:00:00Z';

/** The clock of a fleet. Default: `wall` if anything is attached. */
export function clockOfFleet({ clock, attached }: FleetDocument): 'virtual' | 'wall' {
  return clock ?? (Object.keys(attached).length > 0 ? 'wall' : 'virtual');
}

/** The start of the calendar. `now` is when a fleet with clock wall is started. */
export function startOf(document: FleetDocument, now: Instant): Instant {
  if (clockOfFleet(document) === 'wall') return now;
  return parseInstant(document.start ?? USUAL_START) as Instant;
}

/** The most attempts of an installation that fall within the calendar. */
export function attemptsWithin({ days }: FleetDocument, { firstDay, daysBetween, max }: AttemptsDocument): number {
  const fit = days < firstDay ? 0 : Math.floor((days - firstDay) / daysBetween) + 1;
  return Math.min(fit, max ?? fit);
}

/** A group as a rig file would have it: what both mean the same is checked and carried out the same. */
export function groupRig(document: FleetDocument, group: FleetGroup): RigDocument {
  const { rules, headEnd, start } = document;
  const { installation, emulated, attempts, outages, faults, events } = group;
  const { dcc, smso, deskSeconds } = headEnd;
  const {
    firstDay: _firstDay,
    overDays: _overDays,
    ...preparation
  } = group.preparation || { firstDay: 0, overDays: 0 };
  return rigFileSchema.parse({
    name: 'group',
    installation,
    rules,
    schedule: {
      clock: 'nominal',
      ...(start !== undefined && { start }),
      preparation: group.preparation === false ? false : preparation,
      attempts: { max: Math.min(attemptsWithin(document, attempts), 100), esmeOnly: attempts.esmeOnly },
    },
    emulated,
    headEnds: { dcc, smso, deskSeconds },
    outages,
    faults,
    events,
  });
}

/** Resolves a document that passed all checks. */
export function fleetSetupOf(
  document: FleetDocument,
  outside: { readonly rules: RuleSet; readonly rigs: ReadonlyMap<string, { setup: RigSetup; hash: string }> },
): FleetSetup {
  const clock = clockOfFleet(document);
  let first = 1;
  const groups = Object.entries(document.groups).map(([name, group]): GroupSetup => {
    const setup = groupOf(document, { name, group, first, isWall: clock === 'wall' });
    first += group.installations;
    return setup;
  });
  const attached = Object.entries(document.attached).map(([name, { attempts }]): AttachedSetup => {
    const { setup, hash } = outside.rigs.get(name) as { setup: RigSetup; hash: string };
    return { name, setup, rigHash: hash, attempts, contact: usualContact(document) };
  });
  return { document, clock, seed: document.seed ?? document.name, rules: outside.rules, groups, attached };
}

function groupOf(
  document: FleetDocument,
  of: { readonly name: string; readonly group: FleetGroup; readonly first: number; readonly isWall: boolean },
): GroupSetup {
  const { name, group, first, isWall } = of;
  const rig = groupRig(document, group);
  const wan = group.wan === undefined ? undefined : document.links.wan[group.wan];
  const han = group.han === undefined ? undefined : document.links.han[group.han];
  const asleep = isWall ? { wakeSeconds: WAKE_SECONDS, awakeSeconds: WAKE_SECONDS } : LAB_SLEEP;
  const usual = usualContact(document);
  const contact =
    wan?.contact.mode === 'daily'
      ? {
          everySeconds: usual.everySeconds,
          windowSeconds: wan.contact.windowHours * 3600,
          tries: wan.contact.tries,
          retrySeconds: wan.contact.retryHours * 3600,
        }
      : usual;
  return {
    name,
    document: group,
    rig,
    first,
    address: nameWords(name),
    wan: wan && compileWan(wan),
    // The meter's own wakes decide when it is heard; the profile decides whether the link is up then.
    han: han && compileHan({ ...han, wakeMinutes: 0 }),
    isDown: { wan: isDown(rig, 'wan'), han: isDown(rig, 'han') },
    latency: wan?.latency,
    contact,
    epclEntryFrom: epclEntryOf(rig),
    sleep: group.emulated.sleep ?? asleep,
  };
}

function usualContact({ contacts: { everyDays, windowHours, tries, retryHours } }: FleetDocument): ContactPlan {
  return {
    everySeconds: Math.max(1, Math.round(everyDays * DAY)),
    windowSeconds: windowHours * 3600,
    tries,
    retrySeconds: retryHours * 3600,
  };
}

/** The record of an installation of a group. */
export function memberInstallation({ rig, first }: GroupSetup, position: number): Installation {
  return installationOf({ installation: { ...rig.installation, number: first + position } });
}
