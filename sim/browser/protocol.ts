/** What a page and its worker say to each other. Plain data, so that it can cross between threads. */
import type { RuleSet } from '../../src/rules/ruleset.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { SeedWords } from '../world/dice/draws.ts';

/** One change of an assumption or of a rule, by the path that `--set` takes. */
export interface WhatIfChange {
  readonly path: string;
  readonly value: number | string;
}

/** What the what-if starts from: the scenario of the page. */
export interface WhatIfTask {
  /** Resolved, but the link classes that take the remainder of their profile have no share. */
  readonly scenario: Scenario;
  readonly rules: RuleSet;
  readonly seed: string;
  /** The two words that the seed's text comes to; the page does not carry what makes them. */
  readonly seedWords: SeedWords;
  /** The texts of the scenario. Only a page that changes any field has them. */
  readonly source?: ScenarioSource;
}

/** The texts that a scenario is read from, by name, and the settings it is read with. */
export interface ScenarioSource {
  /** The name of the file that was asked for. */
  readonly path: string;
  readonly texts: Readonly<Record<string, string>>;
  readonly set: readonly string[];
}

/** What the page asks. The first message is the task, every other one a question. */
export type PageMessage =
  | {
      readonly kind: 'task';
      readonly task: WhatIfTask;
      /** The compiled life; undefined where the worker begins with the life as a script. */
      readonly life: Uint8Array | undefined;
    }
  | {
      readonly kind: 'ask';
      /** Comes back with the answer. */
      readonly id: number;
      readonly changes: readonly WhatIfChange[];
      /** Share of each population above `STRATA_MIN` that is simulated, above 0, at most 1. */
      readonly share: number;
      readonly replications: number;
    };

/** What the worker answers. */
export type WorkerMessage =
  | { readonly kind: 'progress'; readonly id: number; readonly share: number }
  | ({ readonly kind: 'answer'; readonly id: number } & WhatIfAnswer & ShownAnswer)
  | { readonly kind: 'wrong'; readonly id: number; readonly problems: readonly string[] }
  /** The browser or a policy bars WebAssembly: the text is the life, to be put before the script of another worker. */
  | { readonly kind: 'barred'; readonly lifeScript: string };

/** An answer as the page shows it. */
export interface ShownAnswer {
  readonly sentence: string;
  /** A chart and its table, as HTML. */
  readonly markup: string;
}

/** Volumes before and after a change, on common dice. */
export interface WhatIfAnswer {
  readonly name: string;
  /** Of the whole scenario with the change, as `run` prints it. */
  readonly hash: string;
  readonly rows: readonly WhatIfRow[];
  /** Homes and runs that were simulated for each of the two. */
  readonly installations: number;
  readonly replications: number;
}

export interface WhatIfRow {
  readonly category: string;
  readonly words: string;
  readonly unit: 'installations' | 'gas_meters';
  /** Means, scaled back to the whole populations. */
  readonly before: number;
  readonly after: number;
  readonly difference: number;
  /** Twice the standard error of the mean difference over replications; null for one. */
  readonly error: number | null;
  /** The counts of the sample itself by replication, as `run` on the same sample gives them. */
  readonly sampled: { readonly before: readonly number[]; readonly after: readonly number[] };
}

/** A field of the page's form. */
export interface WhatIfField {
  readonly path: string;
  readonly group: string;
  readonly meaning: string;
  readonly value: number | string;
  /** Bounds of a number, both included; undefined: none. */
  readonly min?: number;
  readonly max?: number;
  readonly whole?: boolean;
  /** The words of a choice; undefined for a number. */
  readonly choices?: readonly string[];
}

/** What a number of the scenario means and how far it can be changed: many numbers share one. */
export type WhatIfKindOfNumber = Pick<WhatIfField, 'meaning' | 'min' | 'max' | 'whole'>;

/** What the page hands to its script beside the task. */
export interface WhatIfForm {
  readonly task: WhatIfTask;
  /** What can be changed in the rules beside their readings. */
  readonly rules: readonly WhatIfField[];
  readonly kinds: readonly WhatIfKindOfNumber[];
  /**
   * For each number of the task's scenario, in the order of `numbersOf`: its position in `kinds`, or -1 if it cannot be
   * changed. A page has hundreds of fields; so it holds their paths and values once, as the scenario.
   */
  readonly kindOf: readonly number[];
  /** The command to which the script adds `--set`. */
  readonly command: string;
}
