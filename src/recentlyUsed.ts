/** Keeps the values that were used last, at most so many of them. */
export class RecentlyUsed<V> {
  private readonly size: number;
  private readonly values = new Map<number | string, V>();

  constructor(size: number) {
    this.size = size;
  }

  has(key: number | string): boolean {
    return this.values.has(key);
  }

  /** The value of a key, made if it is not there. The value used longest ago makes room for it. */
  use(key: number | string, make: () => V): V {
    const value = this.values.has(key) ? (this.values.get(key) as V) : make();
    // A map lists its keys in the order in which they were set.
    this.values.delete(key);
    this.values.set(key, value);
    if (this.values.size > this.size) this.values.delete(this.values.keys().next().value as number | string);
    return value;
  }
}
