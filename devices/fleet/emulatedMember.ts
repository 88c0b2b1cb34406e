/** An emulated installation of a fleet: the devices, head-ends and links of a rig in memory. */
import type { Instant } from '../../src/time.ts';
import type { Stream } from '../../sim/world/dice/draws.ts';
import type { KeySet } from '../cosem/deviceKeyring.ts';
import { fromHex } from '../dlms/encoding/bytes.ts';
import { virtualTimers, type Timers } from '../transport/timers.ts';
import { firstKeys } from '../personas/firstKeys.ts';
import { type DeviceKind, labIdentity } from '../personas/labProfile.ts';
import { planStage, type PlanMemory, type PlanStage, type StagedPlan } from '../rig/run/plan.ts';
import { knownInstant } from '../rig/file/rigSetup.ts';
import type { FleetLinks } from './fleetLinks.ts';
import { FleetMember, type EventResult, type MemberStage, type StageHooks } from './fleetMember.ts';
import { memberInstallation, type FleetSetup, type GroupSetup } from './fleetSetup.ts';
import { decide, latencyOf, memberEvents, type MemberCalendar } from './memberEvents.ts';

/** What all emulated installations of a fleet share. */
export interface EmulatedWorld {
  readonly setup: FleetSetup;
  readonly start: Instant;
  readonly end: Instant;
  readonly links: FleetLinks;
  /** The dice of the schedule. */
  readonly schedule: Stream;
  /** The clock of a fleet with clock wall; undefined: each installation has a virtual one of its own. */
  readonly wall: Timers | undefined;
  readonly onResult: (member: FleetMember, result: EventResult) => void;
  /** Called with the devices and head-ends of an installation whenever they are set up. */
  readonly onStage?: ((id: string, stage: PlanStage) => void) | undefined;
}

/** The name of an installation of a group in the records: its number. */
export function memberId({ first }: GroupSetup, position: number): string {
  return String(first + position);
}

export function emulatedMember(world: EmulatedWorld, group: GroupSetup, position: number): FleetMember {
  const { wall } = world;
  const calendar = memberCalendar(world, group, position);
  return new FleetMember({
    id: memberId(group, position),
    group: group.name,
    events: memberEvents(calendar),
    decide: (event, of) => decide(event, calendar, of),
    open: (hooks, memory) => openEmulated(world, { group, position, calendar, hooks, memory }),
    ...(wall && { begins: () => secondsOf(wall) }),
    onResult: world.onResult,
  });
}

/** The calendar of an installation of a group. */
export function memberCalendar(
  { start, end, links, schedule }: Pick<EmulatedWorld, 'start' | 'end' | 'links' | 'schedule'>,
  group: GroupSetup,
  position: number,
): MemberCalendar {
  const { document, contact, address, rig } = group;
  return {
    start,
    end,
    contact,
    preparation: document.preparation,
    attempts: document.attempts,
    isAttempted: rig.installation.masterKey !== 'missing',
    faults: document.faults,
    links: links.of(group, position),
    dice: {
      turn: () => {
        schedule.turnTo(address, 0);
        return schedule;
      },
      position,
    },
  };
}

/** An installation as the plan of a rig. The events may be worked out as they fall due. */
export function memberPlan(
  { setup }: Pick<EmulatedWorld, 'setup'>,
  of: { readonly group: GroupSetup; readonly position: number; readonly calendar: MemberCalendar },
  events: StagedPlan['events'],
): StagedPlan {
  const { group, position, calendar } = of;
  const { displayBlocked, masterKey, known } = group.rig.installation;
  const [wan, han] = [knownInstant(known.lastWanContact), knownInstant(known.lastHanContact)];
  const { preparation } = group.document;
  return {
    installation: memberInstallation(group, position),
    number: group.first + position,
    seed: setup.seed,
    keys: keysOf(setup.seed, group.first + position),
    rules: setup.rules,
    epclEntryFrom: group.epclEntryFrom,
    displayBlocked,
    hanContacts: { has: (wake) => calendar.links.isHanUp(wake) },
    contactsNeeded: preparation ? preparation.contactsNeeded : 1,
    masterKey,
    sleep: group.sleep,
    latencyMilliseconds: latencyOf(group.latency, calendar),
    known: { ...(wan !== undefined && { wan }), ...(han !== undefined && { han }) },
    events,
  };
}

/** The keys that each device of an installation has at first, each derived once. */
function keysOf(seed: string, number: number): (device: DeviceKind) => KeySet {
  const known = new Map<DeviceKind, KeySet>();
  return (device) => {
    const keys = known.get(device) ?? firstKeys(seed, labIdentity(device, number).systemTitle);
    known.set(device, keys);
    return keys;
  };
}

function openEmulated(
  world: EmulatedWorld,
  of: {
    readonly group: GroupSetup;
    readonly position: number;
    readonly calendar: MemberCalendar;
    readonly hooks: StageHooks;
    readonly memory: PlanMemory | undefined;
  },
): MemberStage {
  const { hooks, memory } = of;
  const virtual = world.wall ? undefined : virtualTimers(world.start * 1000);
  const timers = (world.wall ?? virtual) as Timers;
  const { dcc, smso, deskSeconds } = world.setup.document.headEnd;
  const stage = planStage(memberPlan(world, of, hooks.events), {
    timers,
    memory,
    titles: { dcc: fromHex(dcc), smso: fromHex(smso) },
    deskSeconds,
    untilEnded: 'migrated',
    instantOf: hooks.instantOf,
    isMissed: hooks.isMissed,
    rest: hooks.rest,
    onContact: hooks.onContact,
    onEnd: hooks.onEnd,
    ...(world.wall && { deviceTime: () => secondsOf(timers) }),
  });
  world.onStage?.(memberId(of.group, of.position), stage);
  return {
    ...stage,
    now: () => Math.ceil(timers.nowMilliseconds() / 1000),
    passTo: (at) => void virtual?.runUntilQuiet({ untilMilliseconds: at * 1000 }),
    ...(virtual && { settle: () => void virtual.runUntilQuiet() }),
  };
}

function secondsOf(timers: Timers): Instant {
  return Math.floor(timers.nowMilliseconds() / 1000);
}
