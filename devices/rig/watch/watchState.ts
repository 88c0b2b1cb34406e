/**
 * Builds the state of a watch from its journal, record by record. A running watch and a restarted one use the same
 * code, so a restart knows exactly what the process before it knew.
 */
import { assert } from '../../../src/assert.ts';
import { INSTANT_MIN, parseInstant, type Instant } from '../../../src/time.ts';
import { OK, OK_ESME } from '../../../src/migration/history.ts';
import type { LinkName } from '../walk/stepWork.ts';
import { slotAfter, type Piece, type Slot } from '../file/watchCalendar.ts';
import type { Bearing, EvidenceRecord, JournalRecord, RecordOf } from './journalRecord.ts';

export interface TryMade {
  readonly slot: Instant;
  readonly number: number;
  /** The instant at which the try was due. */
  readonly dueAt: Instant;
  /** The instant at which the try began, or was due if it was not made. */
  readonly at: Instant;
  readonly result: RecordOf<'try'>['result'];
  readonly why?: string;
}

export interface Evidence {
  readonly link: LinkName;
  readonly at: Instant;
  readonly source: string;
  readonly bearing: Bearing;
}

/** The final result of one attempt. */
export type Settled = RecordOf<'attempt'> | RecordOf<'passed'> | RecordOf<'unknown'> | RecordOf<'missed'>;

/** A period without a watch: from the last sign of life to the next. */
export interface Downtime {
  readonly from: Instant;
  readonly to: Instant;
  /**
   * `stopped`: the watch was ended. `died`: the process ended without a record. `asleep`: the clock jumped ahead while
   * it ran.
   */
  readonly how: 'stopped' | 'died' | 'asleep';
}

/** Everything that a watch knows, built from its journal record by record. */
export class WatchState {
  readonly pieces: Piece[] = [];
  readonly tries: TryMade[] = [];
  readonly evidence: Evidence[] = [];
  readonly settled: Settled[] = [];
  readonly downtimes: Downtime[] = [];
  /** The first date of each source, from which its dates count. */
  readonly seen = new Map<string, Instant>();
  begun: RecordOf<'begun'> | undefined;
  /**
   * The attempt under way: how often it was begun, and how often a process abandoned it because it was asked to stop.
   */
  underWay: { readonly at: Instant; readonly times: number; readonly letGo: number } | undefined;
  ended: RecordOf<'ended'> | undefined;
  /** The instant of the last sign of life. */
  lastAt: Instant = INSTANT_MIN;
  starts = 0;
  /** Number of journal lines in this state. */
  lines = 0;
  private isUp = false;
  private lastAttempt: Instant = INSTANT_MIN;
  private readonly known = new Set<string>();

  constructor(records: readonly JournalRecord[] = []) {
    for (const record of records) this.apply(record);
  }

  apply(record: JournalRecord): void {
    this.lines += 1;
    const t = at(record.t);
    switch (record.is) {
      case 'begun':
        this.begun = record;
        break;
      case 'schedule':
        this.ended = undefined;
        this.pieces.push({ from: at(record.from), schedule: record.schedule });
        break;
      case 'up':
        this.tookUp(t);
        break;
      case 'down':
        this.isUp = false;
        // A probe that was abandoned on request did not end its process.
        if (this.underWay) this.underWay = { ...this.underWay, letGo: this.underWay.letGo + 1 };
        break;
      case 'try':
        this.tried(record);
        break;
      case 'began':
        this.underWay = { letGo: 0, ...this.underWay, at: at(record.at), times: (this.underWay?.times ?? 0) + 1 };
        break;
      case 'attempt':
      case 'passed':
      case 'unknown':
      case 'missed':
        this.settle(record);
        break;
      case 'evidence':
        this.learn(record);
        break;
      case 'seen':
        this.seen.set(record.source, at(record.at));
        break;
      case 'jump':
        if (record.seconds > 0) this.downtimes.push({ from: t - record.seconds, to: t, how: 'asleep' });
        break;
      case 'ended':
        this.ended = record;
        // Nothing is due after a watch has ended, even if it is resumed later.
        this.pieces.push({ ...(this.pieces.pop() as Piece), to: t });
    }
    // A start records its schedule before `up`. The time before that was a downtime.
    if (record.is !== 'schedule') this.lastAt = t;
  }

  /** The present schedule. */
  get schedule(): Piece['schedule'] {
    return (this.pieces.at(-1) as Piece).schedule;
  }

  /** The last try of a contact that is not over yet. */
  get openContact(): TryMade | undefined {
    const last = this.tries.at(-1);
    if (last === undefined || last.result === 'answered') return undefined;
    return last.number < scheduleAt(this.pieces, last.slot).contact.tries ? last : undefined;
  }

  /** The next contact or attempt after those that are on record. */
  nextSlot(kind: 'contact' | 'attempt'): Slot | undefined {
    const after = kind === 'contact' ? (this.tries.at(-1)?.slot ?? INSTANT_MIN) : this.lastAttempt;
    return slotAfter(this.pieces, kind, after);
  }

  /** True if the history has ended with a migration. */
  get isMigrated(): boolean {
    const last = this.settled.at(-1);
    return last?.is === 'attempt' && (last.outcome === OK || last.outcome === OK_ESME);
  }

  /** The last contact of a link that a check may use; undefined if none is known. */
  lastHeard(link: LinkName): Instant | undefined {
    let last: Instant | undefined;
    for (const one of this.evidence) {
      if (one.link === link && one.bearing !== 'record' && (last === undefined || one.at > last)) last = one.at;
    }
    return last;
  }

  /** The latest date that a source has given; undefined if it gave none. */
  lastDated(source: string): Instant | undefined {
    let last = this.seen.get(source);
    for (const one of this.evidence) {
      if (one.source === source && (last === undefined || one.at > last)) last = one.at;
    }
    return last;
  }

  /** Returns every source that has dated anything. */
  sources(): ReadonlySet<string> {
    return new Set([...this.seen.keys(), ...this.evidence.map(({ source }) => source)]);
  }

  /** True if this piece of evidence is already on record. */
  has({ link, at: instant, source }: Omit<Evidence, 'bearing'>): boolean {
    return this.known.has(`${link} ${instant} ${source}`);
  }

  private tookUp(t: Instant): void {
    if (this.starts > 0 && t > this.lastAt) {
      this.downtimes.push({ from: this.lastAt, to: t, how: this.isUp ? 'died' : 'stopped' });
    }
    this.starts += 1;
    this.isUp = true;
  }

  private tried({ slot, number, at: begun, result, why }: RecordOf<'try'>): void {
    const { contact } = scheduleAt(this.pieces, at(slot));
    const dueAt = at(slot) + (number - 1) * contact.secondsBetweenTries;
    this.tries.push({ slot: at(slot), number, dueAt, at: at(begun), result, ...(why !== undefined && { why }) });
  }

  private settle(record: Settled): void {
    const instant = at(record.at);
    assert(instant > this.lastAttempt, 'an instant is settled once, and in order');
    this.lastAttempt = instant;
    this.underWay = undefined;
    this.settled.push(record);
  }

  private learn({ link, at: instant, source, bearing }: EvidenceRecord): void {
    const one: Evidence = { link, at: at(instant), source, bearing };
    this.known.add(`${one.link} ${one.at} ${one.source}`);
    this.evidence.push(one);
  }
}

/** Returns the schedule that named a slot. */
export function scheduleAt(pieces: readonly Piece[], slot: Instant): Piece['schedule'] {
  const piece = pieces.findLast(({ from }) => from <= slot);
  assert(piece !== undefined, 'a slot lies within a piece of the schedule');
  return piece.schedule;
}

function at(text: string): Instant {
  return parseInstant(text) as Instant;
}
