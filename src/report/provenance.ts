/**
 * The origin of an output: what decides it, and nothing that does not. It names no folder, host, time of day or number
 * of threads, so equal runs state equal origins.
 */
export interface Provenance {
  /** The command that gives the same results. */
  readonly command: string;
  /** The values of `--set`, in order. */
  readonly set: readonly string[];
  /** The resolved scenarios that were simulated or read: name and hash. */
  readonly scenarios: readonly { readonly name: string; readonly hash: string }[];
  /** The name of the rule set; null if several were used. */
  readonly rules: string | null;
  readonly seed: string | null;
  readonly replications: number | null;
  /** The files of records that were read, if there are any: last part of the name, and SHA-256. */
  readonly inputs?: readonly { readonly name: string; readonly sha256: string }[];
  /** The version of the bench. */
  readonly version: string;
}
