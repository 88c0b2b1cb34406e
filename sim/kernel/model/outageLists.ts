/**
 * The outages that installations share in one replication, by place. The file belongs to the subset of TypeScript that is also
 * compiled to WebAssembly (sim/kernel/README.md).
 */
import type { i32 } from '../../../src/numbers.ts';
import type { NumberStream } from '../../../src/numberStream.ts';
import { AREAS } from '../../population/populationCodes.ts';
import { Intervals, NO_INTERVALS } from '../../world/intervals.ts';

/** A place is an operator, a hub model and an area. Places with equal lists share one. */
export class OutageLists {
  lists: Intervals[] = [];
  /** Per place: the list of what takes the WAN down there, and of what fails attempts on the system side. */
  wan: Int32Array = new Int32Array(0);
  system: Int32Array = new Int32Array(0);
  hubModels: i32 = 0;
  hasWanOutages: boolean = false;
  hasSystemOutages: boolean = false;

  exchange(numbers: NumberStream): void {
    const count = numbers.integer(this.lists.length);
    for (let i: i32 = 0; i < count; i += 1) {
      if (numbers.isReading) this.lists.push(new Intervals(new Float64Array(0), new Float64Array(0)));
      (this.lists[i] as Intervals).exchange(numbers);
    }
    this.wan = numbers.integers(this.wan);
    this.system = numbers.integers(this.system);
    this.hubModels = numbers.integer(this.hubModels);
    this.hasWanOutages = numbers.flag(this.hasWanOutages);
    this.hasSystemOutages = numbers.flag(this.hasSystemOutages);
  }

  /** The position of a place in the lists. */
  placeOf(operator: i32, hubModel: i32, area: i32): i32 {
    return (operator * this.hubModels + hubModel) * AREAS + area;
  }

  /** What takes the WAN down at a place; nothing at place -1. */
  wanAt(place: i32): Intervals {
    return place < 0 ? NO_INTERVALS : (this.lists[this.wan[place] as i32] as Intervals);
  }

  /** What fails attempts on the system side at a place; nothing at place -1. */
  systemAt(place: i32): Intervals {
    return place < 0 ? NO_INTERVALS : (this.lists[this.system[place] as i32] as Intervals);
  }

  wanOutages(operator: i32, hubModel: i32, area: i32): Intervals {
    return this.wanAt(this.placeOf(operator, hubModel, area));
  }

  systemOutages(operator: i32, hubModel: i32, area: i32): Intervals {
    return this.systemAt(this.placeOf(operator, hubModel, area));
  }
}
