/** One summary of histories beside those of the draws of a library. */
interface FarSummary {
  readonly name: string;
  /** A share from 0 to 1. */
  readonly share: number;
  /** By how many standard deviations of the library it lies off. */
  readonly z: number;
}

/** Summaries that are named in an alarm. */
const NAMED = 5;

/**
 * The sentence of an alarm, without its last mark.
 * @param widened by how much the intervals were widened, from 1
 * @param aside what is said in brackets after the first half
 */
export function alarmWords(widened: number, aside = ''): string {
  return `ALARM: no draw of the library looks like these histories${aside}. Intervals are ${widened.toFixed(1)} times wider, and may still miss`;
}

/**
 * The lines that say that histories are unlike every draw of a library, with the summaries that lie farthest.
 * @param widened by how much the intervals were widened, from 1
 */
export function alarmLines(summaries: readonly FarSummary[], widened: number): readonly string[] {
  const far = farthest(summaries);
  const largest = Math.abs(far[0]?.z ?? 0);
  return [`${alarmWords(widened, ` (largest |z| ${largest.toFixed(1)})`)}:`, ...far.map(summaryLine)];
}

function farthest(summaries: readonly FarSummary[], count = NAMED): readonly FarSummary[] {
  return summaries.toSorted((a, b) => Math.abs(b.z) - Math.abs(a.z)).slice(0, count);
}

function summaryLine({ name, share, z }: FarSummary): string {
  return `  ${name}: ${(100 * share).toFixed(2)} %, ${Math.abs(z).toFixed(1)} standard deviations ${z > 0 ? 'above' : 'below'} the library`; // prettier-ignore
}

/** Summaries that are named where there is no alarm. */
const NAMED_NEAR = 3;

/** The lines that name the farthest summaries where there is no alarm: where the histories differ most from the draws. */
export function farLines(summaries: readonly FarSummary[]): readonly string[] {
  const far = farthest(summaries, NAMED_NEAR);
  return far.length === 0 ? [] : ['Where the histories differ most from the library:', ...far.map(summaryLine)];
}
