/**
 * A hub that does not answer at the moment of an attempt. 5.12(c) asks for a contact within a window, and not for an answer now:
 * where one is on record the check passes, as it does in the kernel, and the silence is met at the step at which a device has to
 * answer. What the hub knows of the gas meter cannot be asked of it then, so that its silence never speaks against the meter.
 */
import type { StepId } from '../../../src/migration/steps.ts';
import { formatInstant, type Instant } from '../../../src/time.ts';
import type { LearntFacts, LinkName } from './stepWork.ts';

/** Whether a link's latest contact on record passes its check. */
export type IsFresh = (link: LinkName) => boolean;

export class SilentHub {
  private isSilent = false;
  /** The gas meter's check was passed over, and nothing on record speaks for the meter. */
  private isMeterOpen = false;

  /** Why a step passes although the hub says nothing; undefined: it does not. */
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

  /** A step that the hub, silent at an earlier one of the attempt, need not be asked for again. */
  isPassedOver(step: StepId): boolean {
    return this.isSilent && step === 'hanRecent';
  }

  /** Nothing is written to meters of which one was never judged. */
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
