/** What has come of a fleet so far: counts by group, attached installations one by one, and how near clauses are. */
import type { Installation } from '../../installation/installation.ts';
import { CATEGORIES, type ExclusionCategory } from '../../clauses/clause.ts';
import { trace } from '../../exclusion/explain/trace.ts';
import { OK, OK_ESME, type Attempt, type History, type HistoryEvent } from '../../migration/history.ts';
import { formatInstant, instant, type Instant } from '../../time.ts';
import type { EventResult, FleetMember, FleetSetup } from '../../../devices/index.ts';

/** The outcomes of attempts, instructions and contacts that are counted. */
const COUNTS = {
  contactsAnswered: 0,
  contactsSilent: 0,
  contactsMissed: 0,
  /** Installations whose latest contact was not answered. */
  silentNow: 0,
  instructionsOk: 0,
  instructionsFailed: 0,
  attemptsOk: 0,
  attemptsFailed: 0,
  attemptsSystem: 0,
  notCarriedOut: 0,
  migrated: 0,
};
export type FleetCounts = { -readonly [Name in keyof typeof COUNTS]: number };

/** One installation of the tally. */
interface Known {
  readonly group: string;
  readonly attempts: Attempt[];
  isSilent: boolean;
  lastWan: Instant | undefined;
  lastHan: Instant | undefined;
  last: string;
  /** Of each category, how many weeks or attempts are missing; -1: nothing counted yet, 0: it holds. */
  missing: Int8Array;
}

/** How near the installations are to one category: by the number that is missing, 0 for those in which it holds. */
export type Nearness = Readonly<Record<ExclusionCategory, Readonly<Record<string, number>>>>;

export class FleetTally {
  readonly groups = new Map<string, FleetCounts>();
  private readonly known = new Map<string, Known>();
  private readonly setup: FleetSetup;
  private readonly installationOf: (id: string) => Installation;
  private readonly near = CATEGORIES.map(() => new Map<number, number>());

  constructor(setup: FleetSetup, installationOf: (id: string) => Installation) {
    this.setup = setup;
    this.installationOf = installationOf;
    for (const { name } of [...setup.groups, ...setup.attached]) this.groups.set(name, { ...COUNTS });
  }

  take({ id, group }: Pick<FleetMember, 'id' | 'group'>, result: EventResult): void {
    const known = this.of(id, group);
    const counts = this.groups.get(group) as FleetCounts;
    for (const { link, at } of result.contacts) known[link === 'wan' ? 'lastWan' : 'lastHan'] = at;
    if (result.kind === 'contact') takeContact(result, known, counts);
    else if (result.attempt) this.takeAttempt(id, { attempt: result.attempt, known, counts });
    else if (result.undone) {
      counts.notCarriedOut += 1;
      known.last = `${formatInstant(result.at)} not carried out: ${result.undone.why}`;
    }
  }

  /** The history of an installation, for the clauses. */
  history(id: string): History {
    return {
      installation: this.installationOf(id),
      attempts: this.known.get(id)?.attempts ?? [],
      events: this.eventsOf(this.known.get(id)?.group),
    };
  }

  nearness(): Nearness {
    const entries = CATEGORIES.map((category, i): [ExclusionCategory, Readonly<Record<string, number>>] => {
      const counts = [...(this.near[i] as Map<number, number>)].filter(([, count]) => count > 0);
      return [
        category,
        Object.fromEntries(counts.sort(([a], [b]) => a - b).map(([missing, count]) => [missing, count])),
      ];
    });
    return Object.fromEntries(entries) as Nearness;
  }

  /** The attached installations, each with what was last known of it. */
  attached() {
    return this.setup.attached.map(({ name, setup }) => {
      const { installationId: id } = setup.installation;
      const known = this.known.get(id);
      const textOf = (at: Instant | undefined): string | null => (at === undefined ? null : formatInstant(at));
      return {
        name,
        installation: id,
        lastWan: textOf(known?.lastWan),
        lastHan: textOf(known?.lastHan),
        last: known?.last ?? '',
      };
    });
  }

  total(): FleetCounts {
    const total: FleetCounts = { ...COUNTS };
    for (const counts of this.groups.values())
      for (const name of Object.keys(total) as (keyof FleetCounts)[]) total[name] += counts[name];
    return total;
  }

  private of(id: string, group: string): Known {
    let known = this.known.get(id);
    if (known === undefined) {
      const missing = new Int8Array(CATEGORIES.length).fill(-1);
      known = { group, attempts: [], isSilent: false, lastWan: undefined, lastHan: undefined, last: '', missing };
      this.known.set(id, known);
    }
    return known;
  }

  private takeAttempt(id: string, of: { attempt: Attempt; known: Known; counts: FleetCounts }): void {
    const { attempt, known, counts } = of;
    const { kind, outcome, cause } = attempt;
    known.attempts.push(attempt);
    known.last = `${formatInstant(attempt.at)} ${kind} ${outcome} (${cause})`;
    const isOk = outcome === OK || outcome === OK_ESME;
    if (cause === 'system') counts.attemptsSystem += 1;
    else if (kind === 'instruction') counts[isOk ? 'instructionsOk' : 'instructionsFailed'] += 1;
    else counts[isOk ? 'attemptsOk' : 'attemptsFailed'] += 1;
    if (kind === 'migration' && isOk) counts.migrated += 1;
    this.look(id, known, attempt.at);
  }

  /** Looks how near the clauses are for an installation that has one more record. */
  private look(id: string, known: Known, at: Instant): void {
    const { clauses } = trace(this.history(id), this.setup.rules, at);
    for (const { category, holds, have, need } of clauses) {
      const i = CATEGORIES.indexOf(category);
      const counts = this.near[i] as Map<number, number>;
      const before = known.missing[i] as number;
      const now = holds ? 0 : have === null || need === null || have === 0 ? -1 : Math.max(1, need - have);
      if (before === now) continue;
      if (before >= 0) counts.set(before, (counts.get(before) ?? 0) - 1);
      if (now >= 0) counts.set(now, (counts.get(now) ?? 0) + 1);
      known.missing[i] = now;
    }
  }

  private eventsOf(group: string | undefined): readonly HistoryEvent[] {
    const rig =
      this.setup.groups.find(({ name }) => name === group)?.rig ??
      this.setup.attached.find(({ name }) => name === group)?.setup.document;
    return (rig?.events ?? []).map(({ at, event, value }) => ({ at: instant(at), event, value }));
  }
}

function takeContact({ isMissed, contacted, at }: EventResult, known: Known, counts: FleetCounts): void {
  const isOurs = isMissed || contacted === undefined || contacted.observation === 'systemFault';
  if (isOurs || contacted.observation === 'notCarriedOut') {
    counts.contactsMissed += 1;
    return;
  }
  const isAnswered = contacted.observation === 'answered';
  counts[isAnswered ? 'contactsAnswered' : 'contactsSilent'] += 1;
  if (known.isSilent === isAnswered) counts.silentNow += isAnswered ? -1 : 1;
  known.isSilent = !isAnswered;
  known.last = `${formatInstant(at)} contact ${isAnswered ? 'answered' : 'silent'}`;
}
