import { assert } from '../../src/assert.ts';
import { OK, type Attempt } from '../../src/migration/history.ts';
import { HOUR, londonDay, type Instant } from '../../src/time.ts';
import { notBefore, workingInstant } from '../../src/londonTime.ts';
import type { LifeView } from './lifeView.ts';

/** A try of the SMSO to reach the hub. `reached` is true if it got through. */
interface Try {
  readonly at: Instant;
  readonly reached: boolean;
}

/** What happened at an instruction to the SMSO. */
export interface Instructed {
  /** The tries of the SMSO in order. The last try of a completed instruction is the one that completed it. */
  readonly tries: readonly Try[];
  /** The tries that have got through so far, over all instructions, and the number that is needed. */
  readonly contacts: number;
  readonly contactsNeeded: number;
  readonly lastWanContact: Instant;
}

/**
 * Reconstructs the tries of each instruction of a life. A try gets through or not depending on its instant alone, so the link
 * can be asked again. The record holds the instant of the last try; the first one follows from the schedule in `preparation`.
 */
export class StoryInstructions {
  private contacts = 0;
  /** The fractional day on which the next instruction is due. Negative before the first one, which the entry curve gives. */
  dueDay = -1;

  begin(): void {
    this.contacts = 0;
    this.dueDay = -1;
  }

  told(life: LifeView, attempt: Attempt): Instructed {
    const { wan, group } = life;
    const { preparation } = group.process;
    assert(preparation !== undefined, 'only a cohort that is prepared is instructed');
    const { contactsNeeded } = preparation;
    if (this.dueDay < 0) this.dueDay = firstDay(life);
    const tries = this.triesOf(life, attempt);
    this.contacts += reachedIn(tries);
    const complete = this.contacts >= contactsNeeded;
    assert(complete === (attempt.outcome === OK), 'an instruction that has all its contacts is completed');
    const hour = this.dueDay - Math.floor(this.dueDay);
    this.dueDay = londonDay(attempt.at) + hour + preparation.daysBetweenInstructions;
    return { tries, contacts: this.contacts, contactsNeeded, lastWanContact: wan.lastContact(attempt.at) };
  }

  /** Finds the earliest turn, from the due day on, whose tries end at the instant and with the outcome of the record. */
  private triesOf({ wan, group, strikes }: LifeView, { at, outcome }: Attempt): readonly Try[] {
    const { triesPerInstruction, hoursBetweenTries, contactsNeeded, daysBetweenInstructions } = group.process
      .preparation as NonNullable<LifeView['group']['process']['preparation']>;
    for (let day = this.dueDay; ;) {
      const first = workingInstant(day);
      assert(first <= at, 'an instruction is made at one of its turns');
      const back = strikes.systemBackAt(first);
      if (back > 0) {
        day = notBefore(day, back);
        continue;
      }
      const tries: Try[] = [];
      let needed = contactsNeeded - this.contacts;
      for (let k = 0; k < triesPerInstruction && needed > 0; k += 1) {
        const tried = Math.floor(first + k * hoursBetweenTries * HOUR);
        if (tried > at) break;
        const reached = wan.reaches(tried);
        tries.push({ at: tried, reached });
        if (reached) needed -= 1;
      }
      if (tries.at(-1)?.at === at && (needed === 0) === (outcome === OK)) {
        this.dueDay = day;
        return tries;
      }
      day += daysBetweenInstructions;
    }
  }
}

function firstDay({ attributes, group }: LifeView): number {
  const { firstInstruction, instructedShare } = group;
  assert(firstInstruction !== null, 'who is instructed has a curve of first instructions');
  return firstInstruction.quantile(attributes.entry / instructedShare);
}

function reachedIn(tries: readonly Try[]): number {
  return tries.filter(({ reached }) => reached).length;
}
