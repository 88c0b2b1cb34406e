import { formatInstant, type Instant } from '../../time.ts';
import { downAt, type LinkStory, type Outage } from '../../../sim/story/storyLinks.ts';
import { duration } from '../../text/words.ts';

/** The most outages of a link that are listed one by one. The rest are counted. */
const LINES_MAX = 20;

const BY_WORDS: Readonly<Record<Outage['by'], string>> = {
  own: 'of its own',
  shared: 'shared',
  planned: 'planned window',
  death: 'dead for good',
  battery: 'GSME battery dead, for good',
  lostJoin: 'join lost, for good',
  linkBudget: 'margin and drift below 0 dB',
};

/** Describes an outage in words: `of its own (class intermittent)`, `shared: storm (area 10)`. */
export function outageWords({ by, name }: Outage): string {
  if (by === 'own') return `${BY_WORDS.own} (class ${name})`;
  return by === 'shared' || by === 'planned' ? `${BY_WORDS[by]}: ${name}` : BY_WORDS[by];
}

/**
 * The timeline of a link up to an instant. Planned windows are summed per plan. Of the other outages the longest are
 * listed by time, and the rest are counted.
 */
export function linkLines(title: string, link: LinkStory, until: Instant): string[] {
  const outages = link.outages.filter((row) => row.from <= until);
  const lines = [`${title}: profile ${link.profile}, class ${link.linkClass}, to ${formatInstant(until)}`];
  const single = outages.filter((row) => row.by !== 'planned');
  if (single.length === 0) lines.push('  no outage');
  const shown = new Set(single.toSorted((a, b) => lengthOf(b) - lengthOf(a)).slice(0, LINES_MAX));
  for (const row of single) if (shown.has(row)) lines.push(`  ${outageLine(row, link)}`);
  const rest = single.filter((row) => !shown.has(row));
  if (rest.length > 0) {
    const total = rest.reduce((sum, row) => sum + lengthOf(row), 0);
    lines.push(`  and ${rest.length} shorter ones, ${duration(total)} together`);
  }
  for (const plan of new Set(outages.filter((row) => row.by === 'planned').map((row) => row.name))) {
    const windows = outages.filter((row) => row.by === 'planned' && row.name === plan);
    const first = windows[0] as Outage;
    const total = windows.reduce((sum, row) => sum + lengthOf(row), 0);
    const count = windows.length === 1 ? 'one planned window' : `${windows.length} planned windows`;
    lines.push(`  ${count} of ${plan}, ${duration(total)} in all, the first at ${formatInstant(first.from)}`);
  }
  return lines;
}

function lengthOf({ from, to }: Outage): number {
  return (to ?? Infinity) - from;
}

function outageLine(row: Outage, { linkClass }: LinkStory): string {
  const { from, to, by, name } = row;
  // The class stands above all lines.
  const words = by === 'own' && name === linkClass ? by : outageWords(row);
  if (to === null) return `${formatInstant(from)} onwards                  ${words}`;
  return `${formatInstant(from)} to ${formatInstant(to)}  ${words}  ${duration(to - from)}`;
}

/**
 * Explains the age of a contact: the outage at the instant, or that the link is up and its contact hour has not come
 * yet.
 */
export function contactWords(link: LinkStory, at: Instant): string {
  const row = downAt(link, at);
  if (row) return `down since ${formatInstant(row.from)}, ${outageWords(row)}`;
  return 'the link is up at that instant, but no contact has been made since';
}
