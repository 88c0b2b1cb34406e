import { OK, OK_ESME, type Attempt, type History } from '../../../src/migration/history.ts';
import { formatDay, londonDay } from '../../../src/time.ts';
import { failureKind } from './failureKind.ts';

const WEEK = 7 * 86_400;
/** Weeks from 1970 that are counted: until 2050. */
const WEEKS = 4200;
/** 1970 began on a Thursday: so far after the start of a week. */
const INTO_WEEK = 3 * 86_400;

/** An empty week is a gap if the weeks with attempts have so many of them in the mean. Ours. */
const PACE_MIN = 20;
/** Names of a dimension that are told apart; portfolios have a handful. Ours. */
const NAMES_MAX = 50;
/** A week of a name is looked at if it has so many attempts. Ours. */
const ATTEMPTS_MIN = 100;
/** A share that a median is taken for at least, so that no error is nothing. Ours. */
const MEDIAN_MIN = 0.01;
/** A week stands out by so many standard errors, by this share, and by this ratio. Ours. */
const ERRORS_MIN = 6;
const SHARE_MIN = 0.05;
const RATIO_MIN = 3;

/** What homes share that may fail together. */
const SHARED = ['hubModel', 'operator'] as const;

/** Weeks without any attempt, as London dates of their first and last day. */
export interface Gap {
  readonly from: string;
  readonly to: string;
  readonly weeks: number;
}

/** A week in which far more attempts than usual found no WAN in homes that share something. */
export interface SharedFailure {
  readonly by: (typeof SHARED)[number];
  readonly name: string;
  /** London date of the Monday. */
  readonly week: string;
  /** Share of the attempts of the week, and of the median week. */
  readonly share: number;
  readonly usual: number;
}

interface Counts {
  readonly attempts: Int32Array;
  readonly wan: Int32Array;
}

const newCounts = (): Counts => ({ attempts: new Int32Array(WEEKS), wan: new Int32Array(WEEKS) });

/** The attempts of a portfolio by week: where rows are missing, and where many homes failed together. */
export class WeeklyRecords {
  private readonly all = newCounts();
  private readonly shared: Record<(typeof SHARED)[number], Map<string, Counts>> = { hubModel: new Map(), operator: new Map() }; // prettier-ignore

  /** Adds a history. It is called for each of a portfolio, so that it makes no object. */
  add({ installation, attempts }: History): void {
    const hub = this.countsOf('hubModel', installation.hubModel ?? '');
    const operator = this.countsOf('operator', installation.operator ?? '');
    for (let i = 0; i < attempts.length; i += 1) {
      const { at, kind, outcome, table510 } = attempts[i] as Attempt;
      const week = Math.floor((at + INTO_WEEK) / WEEK);
      count(this.all, week, false);
      if (kind === 'instruction') continue;
      const isWan = outcome !== OK && outcome !== OK_ESME && failureKind(outcome, table510) === 'wan';
      if (hub !== undefined) count(hub, week, isWan);
      if (operator !== undefined) count(operator, week, isWan);
    }
  }

  private countsOf(by: (typeof SHARED)[number], name: string): Counts | undefined {
    if (name === '') return undefined;
    const names = this.shared[by];
    let own = names.get(name);
    if (own === undefined && names.size < NAMES_MAX) names.set(name, (own = newCounts()));
    return own;
  }

  /** Runs of weeks without an attempt, between weeks that have some. */
  gaps(): readonly Gap[] {
    const { attempts } = this.all;
    const weeks = [...attempts.keys()].filter((week) => (attempts[week] as number) > 0);
    const pace = weeks.reduce((sum, week) => sum + (attempts[week] as number), 0) / Math.max(1, weeks.length);
    if (pace < PACE_MIN) return [];
    return weeks.flatMap((week, i) => {
      const before = weeks[i - 1];
      if (before === undefined || week - before < 2) return [];
      return [{ from: dateOf(before + 1), to: dateOf(week, -1), weeks: week - before - 1 }];
    });
  }

  /** The weeks that stand out, the largest share first. */
  sharedFailures(): readonly SharedFailure[] {
    const found = SHARED.flatMap((by) =>
      [...this.shared[by]].flatMap(([name, counts]) =>
        outstanding(counts).map((week): SharedFailure => ({ by, name, ...week })),
      ),
    );
    return found.toSorted((a, b) => b.share - a.share);
  }
}

function count({ attempts, wan }: Counts, week: number, isWan: boolean): void {
  attempts[week] = (attempts[week] as number) + 1;
  if (isWan) wan[week] = (wan[week] as number) + 1;
}

function outstanding({ attempts, wan }: Counts): readonly Pick<SharedFailure, 'week' | 'share' | 'usual'>[] {
  const weeks = [...attempts.keys()].filter((week) => (attempts[week] as number) >= ATTEMPTS_MIN);
  const shareOf = (week: number): number => (wan[week] as number) / (attempts[week] as number);
  const usual = weeks.map(shareOf).toSorted((a, b) => a - b)[weeks.length >> 1] ?? 0;
  const base = Math.max(usual, MEDIAN_MIN);
  return weeks.flatMap((week) => {
    const share = shareOf(week);
    const error = Math.sqrt((base * (1 - base)) / (attempts[week] as number));
    const standsOut = share - usual >= SHARE_MIN && share >= RATIO_MIN * usual && share - usual >= ERRORS_MIN * error;
    return standsOut ? [{ week: dateOf(week), share, usual }] : [];
  });
}

/** The London date of the Monday of a week, or of a day beside it. */
function dateOf(week: number, days = 0): string {
  return formatDay(londonDay(week * WEEK - INTO_WEEK + days * 86_400 + 43_200));
}
