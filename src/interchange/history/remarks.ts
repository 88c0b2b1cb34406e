/**
 * Finds accepted values that look like a slip: outcomes that the catalogue does not list, and words that other programs
 * write for "nothing". Both change a verdict silently, so they are counted and reported.
 */
import type { Installation } from '../../installation/installation.ts';
import { errorCode, ERROR_CODES } from '../../migration/errorCodes.ts';
import { NO_WAN, OK, OK_ESME, type History } from '../../migration/history.ts';
import { show } from '../record/refusal.ts';

/** The most different texts that are counted one by one. The others are counted together. */
const DISTINCT_MAX = 1000;

/** The most texts that are listed in full. */
const LISTED_MAX = 20;

const OUTCOMES: readonly string[] = [OK, OK_ESME, NO_WAN];

export class Remarks {
  readonly #unlisted = new Map<string, number>();
  readonly #nothing = new Map<string, number>();
  #others = 0;

  /** Adds the texts of a history. Each of its rows counts once. */
  add({ installation, attempts, events }: History): void {
    for (const [column, text] of textsOf(installation)) if (text !== '') this.#text(column, text);
    for (const { outcome } of attempts) {
      if (!OUTCOMES.includes(outcome) && errorCode(outcome) === undefined) this.#count(this.#unlisted, outcome);
    }
    for (const { value } of events) if (value !== '') this.#text('value', value);
  }

  #text(column: string, text: string): void {
    if (isWordForNothing(text)) this.#count(this.#nothing, `${column} ${show(text)}`);
  }

  #count(counts: Map<string, number>, text: string): void {
    const before = counts.get(text);
    if (before !== undefined || counts.size < DISTINCT_MAX) counts.set(text, (before ?? 0) + 1);
    else this.#others += 1;
  }

  /** The outcomes that the catalogue does not list, the most frequent first. */
  get unlistedOutcomes(): readonly (readonly [outcome: string, count: number])[] {
    return byCount(this.#unlisted);
  }

  /** One line for each remark. The list is empty if there is none. */
  lines(): readonly string[] {
    const outcomes = byCount(this.#unlisted).map(
      ([outcome, count]) =>
        `${counted(count, 'attempt')}: outcome ${show(outcome)} is not in the catalogue and counts as a failure${meant(outcome)}`,
    );
    const nothing = byCount(this.#nothing).map(
      ([text, count]) => `${counted(count, 'row')}: ${text} is taken as it stands; leave the cell empty to say nothing`,
    );
    const lines = [...outcomes, ...nothing];
    const hidden = Math.max(0, lines.length - LISTED_MAX);
    const more = hidden > 0 ? [`and ${counted(hidden, 'text')} more of these kinds`] : [];
    const others = this.#others > 0 ? [`and ${counted(this.#others, 'row')} with still other texts`] : [];
    return [...lines.slice(0, LISTED_MAX), ...more, ...others].map((line) => `${line}.`);
  }
}

function textsOf(installation: Installation): readonly (readonly [string, string])[] {
  return [
    ['installation_id', installation.installationId],
    ['group_id', installation.groupId],
    ['dmc', installation.dmc],
    ['electricity_supplier', installation.electricitySupplier],
    ['gas_supplier', installation.gas?.supplier ?? ''],
  ];
}

function byCount(counts: ReadonlyMap<string, number>): [string, number][] {
  return [...counts].sort(([a, of], [b, than]) => than - of || (a < b ? -1 : 1));
}

function counted(count: number, noun: string): string {
  return `${String(count).replace(/\B(?=(\d{3})+$)/g, ',')} ${noun}${count === 1 ? '' : 's'}`;
}

/** Words for a missing value in SQL, Python, R, JavaScript, spreadsheets and database dumps. */
const NOTHING = /^(?:null|\(null\)|none|nil|nan|nat|n\/a|na|#n\/a|<na>|undefined|\\n|-|--)$/i;

function isWordForNothing(text: string): boolean {
  return NOTHING.test(text);
}

function meant(outcome: string): string {
  if (isWordForNothing(outcome)) return ', though the word looks like a missing value';
  const code = meantOutcome(outcome);
  return code === undefined ? '' : ` (${code}?)`;
}

/**
 * Reduces a text to its letters and numbers, in lower case and without leading zeros: `GT1`, `gt-01` and `GT01` become
 * equal.
 */
function plain(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '')
    .replace(/(^|[a-z])0+(?=\d)/g, '$1');
}

const SUCCESS = /^(?:success|successful|succeeded|pass|passed|migrated|done|complete|completed)$/;

const KNOWN: ReadonlyMap<string, string> = new Map(
  [...ERROR_CODES.map(({ code }) => code).reverse(), ...OUTCOMES].map((outcome) => [plain(outcome), outcome]),
);

/** The outcome that was probably meant by a text; undefined if none is near. */
export function meantOutcome(text: string): string | undefined {
  const written = plain(text);
  return SUCCESS.test(written) ? OK : KNOWN.get(written);
}
