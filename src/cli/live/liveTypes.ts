/** A table of the live view, as words. */
export interface LiveTable {
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** One folder, ready to be shown. It names the folder itself and no path to it. */
export interface LiveBlock {
  readonly title: string;
  readonly facts: readonly (readonly [string, string])[];
  readonly tables: readonly LiveTable[];
}

/** How long ago something was, in the largest unit that tells it. Both instants are in milliseconds. */
export function silence(at: number, now: number): string {
  const seconds = Math.max(0, Math.round((now - at) / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86_400)} d`;
}
