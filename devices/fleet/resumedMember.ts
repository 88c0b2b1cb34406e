/**
 * An installation of a fleet that was stopped. Its recorded turns are told again as they stand. Its devices are made when
 * its first new turn comes, and live through the recorded turns first: a turn in virtual time follows from the file and
 * the turns before it, so that no key has to be kept. An installation that is done is never made again.
 */
import type { Instant } from '../../src/time.ts';
import type { EventResult, FleetMember } from './fleetMember.ts';
import type { Served, Turn } from './headEndQueue.ts';
import { plainResult, resultOf, TurnsDifferError, type TurnTaken } from './turnTaken.ts';

export interface ResumedOptions {
  /** Makes the installation anew. `onResult` receives what comes of its events. */
  readonly make: (onResult: (member: FleetMember, result: EventResult) => void) => FleetMember;
  /** Its turns so far, in their order. */
  readonly past: readonly TurnTaken[];
  readonly onResult: (member: FleetMember, result: EventResult) => void;
}

export class ResumedMember implements Served {
  readonly id: string;
  dueAt: Instant | undefined;
  freeAt: Instant = -Infinity;
  private readonly options: ResumedOptions;
  private readonly member: FleetMember;
  /** Turns that are told again and that the devices have not lived through yet. */
  private readonly owed: Turn[] = [];
  private told = 0;
  /** Results of turns that are lived through again; undefined while turns are new. */
  private again: EventResult[] | undefined;

  constructor(options: ResumedOptions) {
    this.options = options;
    this.member = options.make((member, result) => {
      if (this.again) this.again.push(result);
      else options.onResult(member, result);
    });
    this.id = this.member.id;
    this.dueAt = this.member.dueAt;
  }

  /** True if its latest turn is not one of the recorded ones. */
  isNew = false;

  async serve(turn: Turn): Promise<void> {
    const line = this.options.past[this.told];
    if (line !== undefined) return this.tell(line, turn);
    if (this.owed.length > 0) await this.liveAgain();
    await this.member.serve(turn);
    this.isNew = true;
    this.dueAt = this.member.dueAt;
    this.freeAt = this.member.freeAt;
  }

  private tell(line: TurnTaken, turn: Turn): void {
    if (line.begin !== turn.begin) this.differ(turn.begin, 'its turn began at another time');
    this.told += 1;
    this.owed.push(turn);
    this.dueAt = line.due ?? undefined;
    this.freeAt = line.free;
    if (line.result) this.options.onResult(this.member, resultOf(line.result));
  }

  private async liveAgain(): Promise<void> {
    const { past } = this.options;
    for (const [i, turn] of this.owed.entries()) {
      this.again = [];
      await this.member.serve(turn);
      const line = past[i] as TurnTaken;
      const now = this.again.at(-1);
      const isSame = JSON.stringify(now && plainResult(now)) === JSON.stringify(line.result);
      if (!isSame || (this.member.dueAt ?? null) !== line.due)
        this.differ(turn.begin, 'something else came of its turn');
    }
    this.again = undefined;
    this.owed.length = 0;
  }

  private differ(at: Instant, why: string): never {
    throw new TurnsDifferError(this.id, at, why);
  }
}
