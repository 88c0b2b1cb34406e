import { assert } from '../../../src/assert.ts';
import { EVENT } from '../../../src/exclusion/engine/eventNumbers.ts';
import type { Instant } from '../../../src/time.ts';
import { FOREVER } from '../../world/alternating.ts';
import type { Stream } from '../../world/dice/draws.ts';
import type { EventQueue } from './eventQueue.ts';
import type { GroupPlan } from '../model/model.ts';
import type { KeyAtStart } from './observer.ts';

/** Draws of the Master Key stream. */
const LENGTH = 1;
const FOUND = 2;

/**
 * The CHF's Master Key of the installation at hand: held, missing or wrong. A missing one is searched for before the
 * first attempt, a wrong one after the rotation has shown it; the search ends with an event.
 */
export class MasterKey {
  isWrong = false;
  /** From when attempts can be made as far as the key goes; FOREVER: never. */
  readyFrom = 0;
  private searched = false;
  private entity = 0;
  private group: GroupPlan | null = null;
  private readonly stream: Stream;
  private readonly queue: EventQueue;

  constructor(stream: Stream, queue: EventQueue) {
    this.stream = stream;
    this.queue = queue;
  }

  begin(entity: number, group: GroupPlan): void {
    this.entity = entity;
    this.group = group;
    this.isWrong = false;
    this.readyFrom = 0;
    this.searched = false;
  }

  /** What a uniform in (0, 1) makes of the key at the start. */
  atStart(u: number): KeyAtStart {
    const group = this.group as GroupPlan;
    if (u >= group.keyHeldFrom) return 'held';
    if (group.population.masterKey === 'unobtainable') return 'unobtainable';
    return u < (group.process.masterKey?.missingShare ?? 0) ? 'missing' : 'wrong';
  }

  /** Called when the key is first needed. */
  need(at: Instant, u: number): void {
    if (u >= (this.group as GroupPlan).keyHeldFrom) return;
    const key = this.atStart(u);
    if (key === 'unobtainable' || key === 'missing') this.search(at, key === 'missing');
    else if (key === 'wrong') this.isWrong = true;
  }

  /** The rotation has met the wrong key. False where the search for the right one was made before. */
  foundWrong(at: Instant): boolean {
    if (this.searched) return false;
    this.search(at, true);
    return true;
  }

  private search(from: Instant, findable: boolean): void {
    const { entity, stream } = this;
    const group = this.group as GroupPlan;
    assert(group.keySearch !== null, 'a checked scenario says how long a search takes');
    this.searched = true;
    const ends = Math.floor(from + group.keySearch.quantile(stream.uniform(entity, LENGTH)));
    const found = findable && stream.uniform(entity, FOUND) < (group.process.masterKey?.foundShare ?? 0);
    this.queue.add(ends, found ? EVENT['master-key-obtained'] : EVENT['master-key-unobtainable'], 0);
    this.readyFrom = found ? ends : FOREVER;
    if (found) this.isWrong = false;
  }
}
