/**
 * Handles a hub that does not answer during an attempt. Clause 5.12(c) requires a contact within a window, not an
 * answer now. If such a contact is on record the check passes, as in the kernel, and the silence shows at the step at
 * which a device has to answer. A silent hub cannot report on the gas meter, so its silence is not held against the meter,
 * unless the rule set judges the meter by old news (reading `gt01WithoutWan`): then the rig checks the facts first.
 */
import type { StepId } from '../../../src/migration/steps.ts';
import { formatInstant, type Instant } from '../../../src/time.ts';
import type { LearntFacts, LinkName } from './stepWork.ts';

/** True if the latest recorded contact of a link passes the link's check. */
export type IsFresh = (link: LinkName) => boolean;

export class SilentHub {
  private isSilent = false;
  /** True if the check of the gas meter was passed over and no record shows a contact with the meter. */
  private isMeterOpen = false;

  /** The reason why a step passes although the hub is silent; undefined if the step does not pass. */
  passes(step: StepId, facts: LearntFacts, isFresh: IsFresh): string | undefined {
    const link = LINKS[step];
    if (link === undefined) return undefined;
    if (isFresh(link)) {
      this.isSilent = true;
      return `the hub is silent, and ${link === 'wan' ? 'was itself' : 'the gas meter was'} heard at ${formatInstant(heardAt(link, facts))}, within the window`;
    }
    if (link === 'wan' || !this.isSilent) return undefined;
    this.isMeterOpen = true;
    return 'the hub is silent: what it knows of the gas meter cannot be asked';
  }

  /** True if a step need not ask the hub again, because the hub was silent at an earlier step of the attempt. */
  isPassedOver(step: StepId): boolean {
    return this.isSilent && step === 'hanRecent';
  }

  /** The reason not to write: one of the meters was never judged. Undefined if the step may go on. */
  whyUnjudged(step: StepId): string | undefined {
    return step === 'deviceState' && this.isMeterOpen
      ? 'the hub was silent when it was to be asked about the gas meter, and answered afterwards: the check on the meter cannot be judged'
      : undefined;
  }
}

const LINKS: Partial<Record<StepId, LinkName>> = { wanRecent: 'wan', hanRecent: 'han' };

function heardAt(link: LinkName, { lastWanContact, lastHanContact }: LearntFacts): Instant {
  return link === 'wan' ? lastWanContact : lastHanContact;
}
