/**
 * The CHF's Master Key. The file belongs to the subset of TypeScript that is also compiled to WebAssembly
 * (sim/kernel/README.md).
 */
import { MASTER_KEY_OBTAINED, MASTER_KEY_UNOBTAINABLE } from '../../../src/exclusion/engine/engineCodes.ts';
import type { Instant } from '../../../src/londonTime.ts';
import type { f64, i32 } from '../../../src/numbers.ts';
import { FOREVER } from '../../world/alternating.ts';
import type { Stream } from '../../world/dice/draws.ts';
import { KeyProcess } from '../model/groupNumbers.ts';
import type { EventQueue } from './eventQueue.ts';

/** Draws of the Master Key stream. */
const LENGTH: i32 = 1;
const FOUND: i32 = 2;

/** What stands of a Master Key before anybody has needed it; unobtainable: no search will find it. */
export const KEY_HELD: i32 = 0;
export const KEY_MISSING: i32 = 1;
export const KEY_WRONG: i32 = 2;
export const KEY_UNOBTAINABLE: i32 = 3;

/**
 * The Master Key of the installation at hand: held, missing or wrong. A missing one is searched for before the first attempt,
 * a wrong one after the rotation has shown it. The search ends with an event.
 */
export class MasterKey {
  isWrong: boolean = false;
  /** From when attempts can be made as far as the key goes; FOREVER: never. */
  readyFrom: f64 = 0;
  private searched: boolean = false;
  private entity: i32 = 0;
  private process: KeyProcess = new KeyProcess();
  private readonly stream: Stream;
  private readonly queue: EventQueue;

  constructor(stream: Stream, queue: EventQueue) {
    this.stream = stream;
    this.queue = queue;
  }

  begin(entity: i32, process: KeyProcess): void {
    this.entity = entity;
    this.process = process;
    this.isWrong = false;
    this.readyFrom = 0;
    this.searched = false;
  }

  /** What a uniform in (0, 1) makes of the key at the start: KEY_*. */
  atStart(u: f64): i32 {
    const process = this.process;
    if (u >= process.heldFrom) return KEY_HELD;
    if (process.unobtainable) return KEY_UNOBTAINABLE;
    return u < process.missingShare ? KEY_MISSING : KEY_WRONG;
  }

  /** Called when the key is first needed. */
  need(at: Instant, u: f64): void {
    const key = this.atStart(u);
    if (key === KEY_WRONG) this.isWrong = true;
    else if (key !== KEY_HELD) this.search(at, key === KEY_MISSING);
  }

  /** The rotation has met the wrong key. False if the search for the right one was made before. */
  foundWrong(at: Instant): boolean {
    if (this.searched) return false;
    this.search(at, true);
    return true;
  }

  private search(from: Instant, findable: boolean): void {
    const stream = this.stream;
    const process = this.process;
    this.searched = true;
    const ends = Math.floor(from + process.search.quantile(stream.uniform(this.entity, LENGTH)));
    const found = findable && stream.uniform(this.entity, FOUND) < process.foundShare;
    this.queue.add(ends, found ? MASTER_KEY_OBTAINED : MASTER_KEY_UNOBTAINABLE, 0, 0);
    this.readyFrom = found ? ends : FOREVER;
    if (found) this.isWrong = false;
  }
}
