// Counts memory where it is asked for by a number. What the heap shows afterwards depends on the collector: a buffer of
// four gigabytes, made and dropped, sets it going and leaves nothing to be seen.

type Constructor = new (...args: unknown[]) => object;

/** Constructors that take a number of elements, and how many bytes each element is. */
const CONSTRUCTORS = {
  ArrayBuffer: 1,
  Uint8Array: 1,
  Int8Array: 1,
  Uint16Array: 2,
  Uint32Array: 4,
  Int32Array: 4,
  Float64Array: 8,
  Array: 8,
} as const;
const BUFFER_METHODS = ['alloc', 'allocUnsafe', 'allocUnsafeSlow'] as const;
const STRING_METHODS = ['padStart', 'padEnd'] as const;

/** Bytes asked for by number since the last `reset`, until `stop`. */
export interface Allocations {
  readonly bytes: number;
  reset(): void;
  stop(): void;
}

export function countAllocations(): Allocations {
  let bytes = 0;
  const undo: (() => void)[] = [];
  const count = (elements: unknown, width: number): void => {
    if (typeof elements === 'number' && elements > 0) bytes += elements * width;
  };
  function replace<T extends object>(owner: T, name: keyof T, by: unknown): void {
    const original = owner[name];
    owner[name] = by as T[keyof T];
    undo.push(() => (owner[name] = original));
  }

  const globals = globalThis as unknown as Record<string, Constructor>;
  for (const [name, width] of Object.entries(CONSTRUCTORS)) {
    const original = globals[name]!;
    const counted: Constructor = new Proxy(original, {
      construct(target, args: unknown[], newTarget) {
        count(args[0], width);
        return Reflect.construct(target, args, newTarget === counted ? target : newTarget) as object;
      },
      apply(target, self, args: unknown[]) {
        count(args[0], width);
        return Reflect.apply(target as unknown as (...given: unknown[]) => object, self, args);
      },
    });
    replace(globals, name, counted);
  }
  for (const name of BUFFER_METHODS) {
    const original = Buffer[name] as (size: number, ...more: unknown[]) => Buffer;
    replace(Buffer, name, (size: number, ...more: unknown[]) => {
      count(size, 1);
      return original(size, ...more);
    });
  }
  const { repeat } = String.prototype;
  replace(String.prototype, 'repeat', function (this: string, times: number) {
    count(times, this.length);
    return repeat.call(this, times);
  });
  for (const name of STRING_METHODS) {
    const original = String.prototype[name];
    replace(String.prototype, name, function (this: string, length: number, fill?: string) {
      count(length, 1);
      return original.call(this, length, fill);
    });
  }
  return {
    get bytes() {
      return bytes;
    },
    reset: () => (bytes = 0),
    stop: () => undo.forEach((restore) => restore()),
  };
}
