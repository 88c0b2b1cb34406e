/** A binary heap: whatever comes first by an order is read at once, and put in or taken out in logarithmic time. */
export class Heap<T> {
  private readonly before: (a: T, b: T) => boolean;
  private readonly items: T[] = [];

  /** @param before true if `a` is taken before `b`; items of which neither is before the other come in any order */
  constructor(before: (a: T, b: T) => boolean) {
    this.before = before;
  }

  get size(): number {
    return this.items.length;
  }

  /** The item that `pop` would take; undefined if there is none. */
  get first(): T | undefined {
    return this.items[0];
  }

  /** All items, in no order. */
  values(): Iterable<T> {
    return this.items.values();
  }

  push(item: T): void {
    const { items, before } = this;
    let at = items.push(item) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(item, items[parent] as T)) break;
      items[at] = items[parent] as T;
      at = parent;
    }
    items[at] = item;
  }

  /** Takes the first item out; undefined if there is none. */
  pop(): T | undefined {
    const { items, before } = this;
    const first = items[0];
    const last = items.pop() as T;
    if (items.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && before(items[child + 1] as T, items[child] as T)) child += 1;
      if (!before(items[child] as T, last)) break;
      items[at] = items[child] as T;
      at = child;
    }
    items[at] = last;
    return first;
  }
}
