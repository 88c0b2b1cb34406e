import { escapeMarkup, html } from '../../text/markup.ts';
import { paragraph } from './figure.ts';
import type { PageSection } from './pageParts.ts';
import type { DataBlock } from './pageShell.ts';

/** The shares of every population above 2,000 homes that can be simulated in a page, and the numbers of runs. */
const SHARES = [0.05, 0.1, 0.25, 1];
const RUNS = [2, 4, 8, 20];

/**
 * The form of the what-if. The page's script fills its list and shows it. Without scripts the page shows the command
 * instead.
 */
export function whatIfSection(command: string): PageSection {
  const select = (id: string, label: string, choices: readonly string[]): string =>
    html('label', { for: id }, label) + html('select', { id }, ...choices);
  const body = [
    paragraph('Choose an assumption or a rule, change it, and see what it does. The simulation runs here, in this page, on a sample of the homes and on the same dice before and after. Nothing leaves the page.'), // prettier-ignore
    html(
      'div',
      { id: 'what-if', hidden: 'hidden' },
      html(
        'form',
        { id: 'what-if-form' },
        select('what-if-field', 'What to change', []),
        html('p', { id: 'what-if-meaning' }),
        html('label', { for: 'what-if-input' }, 'New value'),
        html('div', { id: 'what-if-value' }),
        select('what-if-share', 'How many homes', SHARES.map((share) => html('option', { value: String(share) }, share === 1 ? 'all of them' : `${share * 100} % of each large group, small groups whole`))), // prettier-ignore
        select(
          'what-if-runs',
          'How many runs',
          RUNS.map((runs) => html('option', { value: runs }, String(runs))),
        ),
        html('button', { id: 'what-if-run', type: 'submit' }, 'Compute'),
      ),
      html('p', { id: 'what-if-say', role: 'status' }),
      html('div', { id: 'what-if-answer' }),
      html('p', {}, 'At full size: ', html('code', { id: 'what-if-command' }, escapeMarkup(command))),
    ),
    `<noscript>${paragraph(`This browser runs no scripts here. The command line does the same: ${command} --set PATH=VALUE`)}</noscript>`,
  ];
  return { id: 'what-ifs', title: 'What if', body: body.join('\n'), screenOnly: true };
}

/** The data blocks of the what-if: what its script starts from, and what its worker runs, each packed and in base64. */
export function whatIfData(packed: {
  readonly form: string;
  readonly worker: string;
  readonly life: string;
}): readonly DataBlock[] {
  return [
    { id: 'what-if-data', text: packed.form },
    { id: 'what-if-worker', text: packed.worker },
    { id: 'what-if-life', text: packed.life },
  ];
}
