/** What the page shows of an answer. It is drawn by the functions that draw the rest of the page in Node. */
import { rangeChart } from '../../src/report/charts/ranges.ts';
import { htmlTable } from '../../src/report/html/htmlTable.ts';
import { signedNumber, wholeNumber } from '../../src/text/numberWords.ts';
import type { ShownAnswer, WhatIfAnswer, WhatIfChange } from './protocol.ts';

/** The sentence, the chart and the table of an answer to these changes. */
export function shownAnswer(answer: WhatIfAnswer, changes: readonly WhatIfChange[]): ShownAnswer {
  const asked = changes.map(({ path, value }) => `${path} at ${value}`);
  const moved = answer.rows.filter(({ difference }) => Math.round(difference) !== 0);
  const parts = moved.map(({ words, difference, error }) => `${words} ${signedNumber(difference)}${error === null ? '' : `, give or take ${wholeNumber(error)}`}`); // prettier-ignore
  const sentence = `With ${asked.join(', ')} (${answer.name}#${answer.hash}), on the same dice: ${moved.length === 0 ? 'nothing moves' : parts.join('; ')}. Simulated here: ${wholeNumber(answer.installations)} homes, ${answer.replications} runs, scaled to the whole.`; // prettier-ignore
  const chart = (size: 'wide' | 'narrow'): string =>
    rangeChart(
      { id: 'what-if-chart', title: 'What the change does', description: sentence },
      {
        unit: 'difference',
        mark: 'dot',
        format: 'signed',
        words: { value: 'difference (mean)', range: 'twice its standard error', reference: 'no difference' },
        rows: answer.rows.map(({ words, difference, error }) => ({
          label: words,
          value: difference,
          low: error === null ? null : difference - error,
          high: error === null ? null : difference + error,
          reference: 0,
        })),
      },
      size,
    );
  return { sentence, markup: `<figure>${chart('wide')}${chart('narrow')}${answerTable(answer)}</figure>` };
}

function answerTable({ rows }: WhatIfAnswer): string {
  return htmlTable({
    caption: 'Before and after (means)',
    head: ['reason', 'before', 'after', 'difference', '±'],
    right: [1, 2, 3, 4],
    rows: rows.map(({ words, before, after, difference, error }) => [words, wholeNumber(before), wholeNumber(after), signedNumber(difference), error === null ? '' : wholeNumber(error)]), // prettier-ignore
  });
}
