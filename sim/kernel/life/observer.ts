/**
 * Who looks on while a life is lived. The file belongs to the subset of TypeScript that is also compiled to WebAssembly
 * (sim/kernel/README.md).
 */
import type { Tally } from '../../../src/exclusion/engine/tally.ts';
import type { Instant } from '../../../src/londonTime.ts';
import type { i32 } from '../../../src/numbers.ts';
import type { Attributes } from '../../population/attributes.ts';
import type { GroupNumbers } from '../model/groupNumbers.ts';

/**
 * Sees one life as it is lived: the recorder of a run's files, the story of `explain`. Numbers are the kernel's. Whoever looks
 * on overrides what it wants to see.
 */
export class Observer {
  begin(_entity: i32, _attributes: Attributes, _group: GroupNumbers): void {
    // Nothing is noted here.
  }

  /** An event of the installation, or of its DMC. */
  event(_at: Instant, _event: i32, _value: i32, _ofModel: boolean): void {
    // Nothing is noted here.
  }

  /** A migration attempt is about to be recorded as failed at a step (position in the walk), with an observation. */
  failed(_step: i32, _observation: i32): void {
    // Nothing is noted here.
  }

  attempt(_at: Instant, _kind: i32, _outcome: i32, _system: boolean, _table510: boolean): void {
    // Nothing is noted here.
  }

  /** The tally reports a category at an as-of of the model, in effect or not yet. Not told where it reports none. */
  asOf(_at: Instant, _category: i32, _isEffective: boolean): void {
    // Nothing is noted here.
  }

  /** `endAt` is 0 where the end is reached at the horizon. */
  finish(_end: i32, _endAt: Instant, _tally: Tally): void {
    // Nothing is noted here.
  }
}
