/**
 * The watch itself: it follows the calendar, makes the probes that are due, and records their results and what it
 * missed. It takes all time from the timers, and acts only on what the journal already holds.
 */
import { familyCodes } from '../../../src/migration/errorCodes.ts';
import { formatInstant, INSTANT_MAX, INSTANT_MIN, type Instant } from '../../../src/time.ts';
import type { Timers } from '../../transport/timers.ts';
import { isTooLate, nextDue, wasThere, type Due } from './due.ts';
import { EvidenceBuffer } from './evidenceBuffer.ts';
import type { Journal } from './journal.ts';
import type { JournalRecord } from './journalRecord.ts';
import type { Evidence, WatchState } from './watchState.ts';
import type { AttemptMade, ContactMade, WatchProbe } from './watchProbe.ts';

export interface WatchOptions {
  readonly timers: Timers;
  readonly journal: Journal;
  /** The state that `takeUp` returned. */
  readonly state: WatchState;
  readonly probe: WatchProbe;
  /** Stops the watch. A probe under way is abandoned; the next start makes it again if that is in time. */
  readonly signal: AbortSignal;
  /** True to do what is due and then end. */
  readonly once?: boolean;
  /** True if the user vouches for what is known of the WAN from before the watch began. */
  readonly isKnownBefore?: boolean;
  /**
   * True if the clock is far after the last sign of life. The watch then looks at it twice before it records anything
   * as missed.
   */
  readonly isDoubtful?: boolean;
  /** Contacts that the rig file gives. */
  readonly known?: { readonly wan?: Instant; readonly han?: Instant };
  /** Called with each record once it is on the disk. */
  readonly onRecord?: (record: JournalRecord) => void;
  /** Longest sleep before the watch looks at the clock again, in seconds. Default: 30. */
  readonly napSeconds?: number;
}

/**
 * `over`: nothing will be due any more. `stopped`: the signal stopped it. `idle`: nothing is due now, and it was to run
 * once.
 */
export type WatchEnd = { readonly end: 'over'; readonly why: string } | { readonly end: 'stopped' | 'idle' };

const NAP_SECONDS = 30;
/** If the clock is this many seconds from where it should be after a nap, it was set or the machine was asleep. */
const JUMP_SECONDS = 10;
/** An attempt during which the process died this often is not begun again, because it may be the cause. */
const DEATHS_MAX = 2;
/** Most records of missed probes that are written at once. */
const BATCH_MAX = 1000;

/** Codes of the catalogue's system family, all synthetic: the watch did not run, and a probe under way broke off. */
const [NOBODY_THERE, , BROKE_OFF] = familyCodes('system') as [string, string, string];

export class Watch {
  readonly state: WatchState;
  private readonly options: WatchOptions;
  private readonly buffer: EvidenceBuffer;
  /** Records of unasked evidence since the last look at the clock. */
  private readonly waiting: JournalRecord[] = [];
  /** Sources whose first date this process recorded. */
  private readonly counting = new Set<string>();
  /** The clock jumped ahead. Whoever set it may be about to set it back. */
  private isDoubtful: boolean;

  constructor(options: WatchOptions) {
    this.options = options;
    this.state = options.state;
    this.buffer = new EvidenceBuffer(options.state);
    this.isDoubtful = options.isDoubtful ?? false;
  }

  /** Takes unasked evidence at any time. It is written at the next look at the clock. */
  learn(evidence: Evidence): void {
    this.waiting.push(...this.buffer.take(evidence).map((one) => this.evidenceRecord(one)));
  }

  /**
   * Records the first date of a source, from which its dates count. It does so once, even while the first record still
   * waits to be written.
   */
  begin(source: string, at: Instant): void {
    if (this.counting.has(source) || this.state.lastDated(source) !== undefined) return;
    this.counting.add(source);
    this.waiting.push({ is: 'seen', t: this.stamp(), source, at: formatInstant(at) });
  }

  /** Runs until the watch is over or stopped. Rejects with a JournalError if nothing more can be written. */
  async run(): Promise<WatchEnd> {
    const { signal } = this.options;
    for (;;) {
      if (signal.aborted) return this.layDown('stopped');
      this.write([]);
      const due = nextDue(this.state);
      if ('over' in due) {
        if (!this.state.ended) this.write([{ is: 'ended', t: this.stamp(), why: due.over }]);
        this.layDown('stopped');
        return { end: 'over', why: due.over };
      }
      const now = this.now();
      if (due.at > now) {
        if (this.options.once) return this.layDown('idle');
        await this.nap(due.at * 1000 - this.options.timers.nowMilliseconds());
      } else if (!isTooLate(due, now)) {
        this.isDoubtful = false;
        if (due.kind === 'contact') await this.contact(due);
        else await this.attempt(due);
      } else if (this.isDoubtful) {
        this.isDoubtful = false;
        await this.nap(Infinity);
      } else this.miss();
    }
  }

  private async contact({ slot, number }: Extract<Due, { kind: 'contact' }>): Promise<void> {
    const { probe, signal } = this.options;
    const begunAt = this.now();
    const made: ContactMade | undefined = await probe.contact(begunAt, signal);
    if (made === undefined) return;
    const { result, why, evidence } = made;
    this.write([
      ...this.fresh([...this.buffer.flush(), ...evidence]),
      {
        is: 'try',
        t: this.stamp(),
        slot: formatInstant(slot),
        number,
        at: formatInstant(begunAt),
        result,
        ...(why !== undefined && { why: inBounds(why) }),
      },
    ]);
  }

  private async attempt({ at, begun, deaths }: Extract<Due, { kind: 'attempt' }>): Promise<void> {
    if (deaths >= DEATHS_MAX) {
      this.write([this.missed(at, begun)]);
      return;
    }
    const { probe, signal, isKnownBefore = false } = this.options;
    // Known evidence is on the disk before anything depends on it.
    this.write([...this.fresh(this.buffer.flush()), { is: 'began', t: this.stamp(), at: formatInstant(at) }]);
    const known = { wan: this.lastHeard('wan'), han: this.lastHeard('han') };
    const asked = {
      at,
      known: { ...(known.wan !== undefined && { wan: known.wan }), ...(known.han !== undefined && { han: known.han }) },
      wasThere: (seconds: number) => wasThere(this.state, { from: at - seconds, to: at, isKnownBefore }),
    };
    const made: AttemptMade | undefined = await probe.attempt(asked, signal);
    if (made === undefined) return;
    const { evidence, steps, ...rest } = made;
    const why = rest.why === undefined ? {} : { why: inBounds(rest.why) };
    const settled = { ...rest, ...why, t: this.stamp(), at: formatInstant(at), steps: [...steps] };
    this.write([...this.fresh(evidence), settled]);
  }

  /** Records every probe for which it is too late as missed. That is no failure of a device. */
  private miss(): void {
    const batch: JournalRecord[] = [];
    for (let due = nextDue(this.state); batch.length < BATCH_MAX; due = nextDue(this.state)) {
      if ('over' in due || !isTooLate(due, this.now())) break;
      const record = due.kind === 'attempt' ? this.missed(due.at, due.begun) : this.missedTry(due);
      batch.push(record);
      // The next missed probe follows from this record. Nothing else happens before all of them are written.
      this.state.apply(record);
    }
    this.options.journal.append(...batch);
    for (const record of batch) this.options.onRecord?.(record);
  }

  private missed(at: Instant, begun: number): JournalRecord {
    const why = begun === 0 ? this.whyMissed(at) : `the watch broke off while it was under way (begun ${begun} times)`;
    const outcome = begun === 0 ? NOBODY_THERE : BROKE_OFF;
    return { is: 'missed', t: this.stamp(), at: formatInstant(at), outcome, why };
  }

  private missedTry({ slot, number, at }: Extract<Due, { kind: 'contact' }>): JournalRecord {
    const due = { slot: formatInstant(slot), number, at: formatInstant(at) };
    return { is: 'try', t: this.stamp(), ...due, result: 'missed', why: this.whyMissed(at) };
  }

  /** The reason why a probe was missed: the watch did not run, or was busy for too long. */
  private whyMissed(at: Instant): string {
    const wasAway = this.state.downtimes.some(({ from, to }) => from <= at && at <= to);
    return wasAway ? NOT_THERE : TOO_BUSY;
  }

  private lastHeard(link: 'wan' | 'han'): Instant | undefined {
    const known = this.options.known?.[link];
    const heard = this.state.lastHeard(link);
    return heard === undefined || known === undefined ? (heard ?? known) : Math.max(heard, known);
  }

  private layDown(end: 'stopped' | 'idle'): WatchEnd {
    this.write([...this.fresh(this.buffer.flush()), { is: 'down', t: this.stamp() }]);
    return { end };
  }

  private fresh(evidence: readonly Evidence[]): JournalRecord[] {
    return evidence.filter((one) => !this.state.has(one)).map((one) => this.evidenceRecord(one));
  }

  private evidenceRecord({ at, ...rest }: Evidence): JournalRecord {
    return { is: 'evidence', t: this.stamp(), at: formatInstant(at), ...rest };
  }

  /** Writes records, preceded by those of unasked evidence. */
  private write(records: readonly JournalRecord[]): void {
    const all = [...this.waiting.splice(0), ...records];
    if (all.length === 0) return;
    this.options.journal.append(...all);
    for (const record of all) {
      this.state.apply(record);
      this.options.onRecord?.(record);
    }
  }

  /** Sleeps for a short time only, because the clock may be set or stand still meanwhile. */
  private async nap(milliseconds: number): Promise<void> {
    const { timers, signal, napSeconds = NAP_SECONDS } = this.options;
    const asleep = Math.max(1, Math.min(milliseconds, napSeconds * 1000));
    const from = timers.nowMilliseconds();
    const isWhole = await new Promise<boolean>((resolve) => {
      const stop = (): void => {
        cancel();
        resolve(false);
      };
      const cancel = timers.after(asleep, () => {
        signal.removeEventListener('abort', stop);
        resolve(true);
      });
      signal.addEventListener('abort', stop, { once: true });
    });
    const seconds = Math.round((timers.nowMilliseconds() - from - asleep) / 1000);
    if (!isWhole || Math.abs(seconds) < JUMP_SECONDS) return;
    this.isDoubtful = seconds > 0;
    this.write([{ is: 'jump', t: this.stamp(), seconds }]);
  }

  private now(): Instant {
    return Math.floor(this.options.timers.nowMilliseconds() / 1000);
  }

  private stamp(): string {
    return formatInstant(Math.min(INSTANT_MAX, Math.max(INSTANT_MIN, this.now())));
  }
}

const NOT_THERE = 'the watch was not there';
const TOO_BUSY = 'the watch was busy with the probe before it until it was too late';
const WORDS_MAX = 2000;

function inBounds(text: string): string {
  return text.length > WORDS_MAX ? `${text.slice(0, WORDS_MAX - 1)}…` : text;
}
