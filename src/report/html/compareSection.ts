import { signedNumber, wholeNumber } from '../../text/numberWords.ts';
import { rangeChart } from '../charts/ranges.ts';
import { differencesOf } from '../differences.ts';
import type { Baseline, DifferenceRow, RunReport } from '../runReport.ts';
import { figureHtml, paragraph } from './figure.ts';
import type { PageSection } from './pageParts.ts';

/** The effect of a change: the report beside the unchanged scenario on the same dice. */
export function changeSection({ changes, baseline }: RunReport): PageSection {
  const said = changes.map(({ path, before, after }) =>
    paragraph(`${path}: ${before === '' ? 'not set' : before} → ${after}`),
  );
  const body =
    changes.length === 0 ? '' : [...said, ...(baseline ? [differenceFigure(baseline, 'change')] : [])].join('\n');
  return { id: 'changes', title: 'What was changed', body };
}

/** Compares several reports with the first. They are paired if seed and replications are equal. */
export function compareSection(reports: readonly RunReport[]): PageSection {
  const [first, ...others] = reports;
  if (first === undefined || others.length === 0) return { id: 'compare', title: '', body: '' };
  const body = others.map((other, i) => {
    const paired = other.seed === first.seed && other.replications === first.replications;
    const name = `${other.scenario.name}#${other.scenario.hash} beside ${first.scenario.name}#${first.scenario.hash}`;
    if (!paired) {
      return paragraph(`${name}: seed or replications differ, so that the two did not draw the same dice. Run both with the same --seed and --replications.`); // prettier-ignore
    }
    const rows = differencesOf(first.headline, other.headline);
    return paragraph(name) + differenceFigure({ ...first.scenario, rows }, `compare-${i + 1}`);
  });
  return { id: 'compare', title: 'Side by side', body: body.join('\n') };
}

function differenceFigure({ name, hash, rows }: Baseline, id: string): string {
  const moved = rows.filter(({ difference }) => Math.round(difference) !== 0);
  const sentence =
    moved.length === 0
      ? `Nothing moved against ${name}#${hash} on the same dice.`
      : `Against ${name}#${hash} on the same dice: ${moved.map(differenceWords).join('; ')}.`;
  return figureHtml({
    id,
    sentence,
    chart: (size) =>
      rangeChart(
        { id: `${id}-chart`, title: 'Difference to the scenario without the change', description: sentence },
        {
          unit: 'difference',
          mark: 'dot',
          format: 'signed',
          words: { value: 'difference (mean)', range: 'twice its standard error', reference: 'no difference' },
          rows: rows.map(({ words, difference, error }) => ({
            label: words,
            value: difference,
            low: error === null ? null : difference - error,
            high: error === null ? null : difference + error,
            reference: 0,
          })),
        },
        size,
      ),
    table: {
      caption: 'Before and after, on the same dice (means)',
      head: ['reason', 'before', 'after', 'difference', '±', 'from', 'to'],
      right: [1, 2, 3, 4, 5, 6],
      rows: rows.map(({ words, before, after, difference, error }) => [
        words,
        wholeNumber(before),
        wholeNumber(after),
        signedNumber(difference),
        error === null ? '' : wholeNumber(error),
        error === null ? '' : signedNumber(difference - error),
        error === null ? '' : signedNumber(difference + error),
      ]),
    },
  });
}

function differenceWords({ words, difference, error }: DifferenceRow): string {
  return `${words} ${signedNumber(difference)}${error === null ? '' : `, give or take ${wholeNumber(error)}`}`;
}
