/**
 * The script of a report page: the form of the what-if, and its answers as a table and a chart. It draws with the same
 * functions as Node does. The page sends nothing: the worker is made of a text that the page holds.
 */
import { rangeChart } from '../../src/report/charts/ranges.ts';
import { escapeMarkup } from '../../src/text/markup.ts';
import { signedNumber, wholeNumber } from '../../src/text/numberWords.ts';
import { shellWord } from '../../src/text/shellWord.ts';
import { formFields } from './formFields.ts';
import { wasmScript } from './wasmScript.ts';
import type { PageMessage, WhatIfAnswer, WhatIfChange, WhatIfField, WhatIfForm, WorkerMessage } from './protocol.ts';

/** As much of a page as this script uses. */
interface PageElement {
  textContent: string | null;
  innerHTML: string;
  value: string;
  disabled: boolean;
  hidden: boolean;
  addEventListener(type: string, listener: (event: { preventDefault(): void }) => void): void;
}
interface PageWorker {
  onmessage: ((event: { readonly data: WorkerMessage }) => void) | null;
  onerror: (() => void) | null;
  postMessage(message: PageMessage): void;
}
interface PageStream {
  pipeThrough(through: object): PageStream;
}
interface PageResponse {
  text(): Promise<string>;
  arrayBuffer(): Promise<ArrayBuffer>;
}
interface Page {
  readonly document: { getElementById(id: string): PageElement | null };
  readonly Worker?: new (url: string) => PageWorker;
  readonly URL: { createObjectURL(blob: unknown): string };
  readonly Blob: new (parts: (string | Uint8Array)[], options?: { type: string }) => { stream(): PageStream };
  readonly DecompressionStream?: new (format: 'deflate-raw') => object;
  readonly WebAssembly?: { compile(bytes: Uint8Array): Promise<object> };
  readonly Response: new (body: PageStream) => PageResponse;
}

const page = globalThis as unknown as Page;

function byId(id: string): PageElement {
  const found = page.document.getElementById(id);
  if (found === null) throw new Error(`the page has no element ${id}`);
  return found;
}

const form = JSON.parse(byId('what-if-data').textContent ?? '') as WhatIfForm;
const fields = formFields(form);
const [fieldSelect, meaning, valueBox, say, answerBox, commandBox, button] = [
  'what-if-field', 'what-if-meaning', 'what-if-value', 'what-if-say', 'what-if-answer', 'what-if-command', 'what-if-run',
].map(byId) as [PageElement, PageElement, PageElement, PageElement, PageElement, PageElement, PageElement]; // prettier-ignore

let worker: PageWorker | undefined;
let asked = 0;

/** The chosen field; undefined if any field may be written. */
function chosenField(): WhatIfField | undefined {
  return fields[Number(fieldSelect.value)];
}

/** The list of what can be changed, by group. */
function fieldOptions(): string {
  const groups = [...new Set(fields.map(({ group }) => group))];
  const option = ({ path }: WhatIfField, i: number): string => `<option value="${i}">${escapeMarkup(path)}</option>`;
  const any = form.task.source === undefined ? '' : '<option value="any">any field, written as path=value</option>';
  const listed = groups.map((group) => {
    const options = fields.flatMap((field, i) => (field.group === group ? [option(field, i)] : []));
    return `<optgroup label="${escapeMarkup(group)}">${options.join('')}</optgroup>`;
  });
  return listed.join('') + any;
}

/** Shows what the chosen field means, and an input that fits it. */
function showField(): void {
  const attributes = `id="what-if-input" name="value" aria-describedby="what-if-meaning"`;
  const field = chosenField();
  if (field === undefined) {
    meaning.textContent = 'Any field of the scenario or of the rules, one a line, as --set takes it: path=value.';
    valueBox.innerHTML = `<textarea ${attributes} rows="3" required spellcheck="false">horizon=${escapeMarkup(form.task.scenario.horizon)}</textarea>`;
    return;
  }
  const { path, meaning: text, value, min, max, whole, choices } = field;
  const bounds = [min === undefined ? '' : `at least ${min}`, max === undefined ? '' : `at most ${max}`].filter((words) => words !== ''); // prettier-ignore
  meaning.textContent = `${path}: ${text}${bounds.length === 0 ? '' : ` (${bounds.join(', ')})`}. Now ${value}.`;
  valueBox.innerHTML =
    choices === undefined
      ? `<input ${attributes} type="number" required step="${whole ? 1 : 'any'}" value="${value}"${min === undefined ? '' : ` min="${min}"`}${max === undefined ? '' : ` max="${max}"`}>`
      : `<select ${attributes}>${choices.map((choice) => `<option${choice === value ? ' selected' : ''}>${escapeMarkup(choice)}</option>`).join('')}</select>`;
}

/** What the form asks for: one change, or one for each line if any field may be changed. */
function changesAsked(): readonly WhatIfChange[] {
  const field = chosenField();
  const { value } = byId('what-if-input');
  if (field !== undefined) {
    return [{ path: field.path, value: field.choices === undefined ? Number(value) : value }];
  }
  const lines = value.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => {
    const at = line.includes('=') ? line.indexOf('=') : line.length;
    return { path: line.slice(0, at).trim(), value: line.slice(at + 1).trim() };
  });
}

function commandFor(changes: readonly WhatIfChange[]): string {
  return [form.command, ...changes.map(({ path, value }) => `--set ${shellWord(`${path}=${value}`)}`)].join(' ');
}

/** A block that the page holds deflated and in base64. */
function inflated(id: string): PageResponse {
  const { Blob, DecompressionStream, Response } = page;
  if (DecompressionStream === undefined) throw new Error('this browser inflates nothing');
  const packed = atob(byId(id).textContent ?? '');
  const bytes = Uint8Array.from(packed, (character) => character.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw')));
}

/** The compiled life; undefined if the browser or a policy bars WebAssembly. */
async function compiledLife(bytes: Uint8Array): Promise<object | undefined> {
  try {
    return await page.WebAssembly?.compile(bytes);
  } catch {
    return undefined;
  }
}

async function openWorker(): Promise<PageWorker | undefined> {
  if (worker !== undefined || page.Worker === undefined) return worker;
  let life: object | undefined;
  try {
    const bytes = new Uint8Array(await inflated('what-if-life').arrayBuffer());
    life = await compiledLife(bytes);
    const before = life === undefined ? `globalThis.lifeScript=${wasmScript(bytes)};` : '';
    const text = before + (await inflated('what-if-worker').text());
    worker = new page.Worker(page.URL.createObjectURL(new page.Blob([text], { type: 'text/javascript' })));
  } catch {
    return undefined;
  }
  worker.onmessage = ({ data }) => onAnswer(data);
  worker.onerror = () => cannotCompute();
  worker.postMessage({ kind: 'task', task: form.task, life });
  return worker;
}

function cannotCompute(): void {
  button.disabled = false;
  say.textContent = 'This browser starts no worker for the page, so it cannot compute here. The command below does.';
}

async function ask(): Promise<void> {
  const changes = changesAsked();
  commandBox.textContent = commandFor(changes);
  answerBox.innerHTML = '';
  button.disabled = true;
  say.textContent = 'Computing…';
  const opened = await openWorker();
  if (opened === undefined) {
    cannotCompute();
    return;
  }
  asked += 1;
  opened.postMessage({
    kind: 'ask',
    id: asked,
    changes,
    share: Number(byId('what-if-share').value),
    replications: Number(byId('what-if-runs').value),
  });
}

function onAnswer(message: WorkerMessage): void {
  if (message.id !== asked) return;
  if (message.kind === 'progress') {
    say.textContent = `Computing… ${Math.round(message.share * 100)} %`;
    return;
  }
  button.disabled = false;
  if (message.kind === 'wrong') {
    say.textContent = message.problems.join('. ');
    return;
  }
  show(message);
}

function show(answer: WhatIfAnswer): void {
  const asked = changesAsked().map(({ path, value }) => `${path} at ${value}`);
  const moved = answer.rows.filter(({ difference }) => Math.round(difference) !== 0);
  const parts = moved.map(({ words, difference, error }) => `${words} ${signedNumber(difference)}${error === null ? '' : `, give or take ${wholeNumber(error)}`}`); // prettier-ignore
  const sentence = `With ${asked.join(', ')} (${answer.name}#${answer.hash}), on the same dice: ${moved.length === 0 ? 'nothing moves' : parts.join('; ')}. Simulated here: ${wholeNumber(answer.installations)} homes, ${answer.replications} runs, scaled to the whole.`; // prettier-ignore
  say.textContent = sentence;
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
  answerBox.innerHTML = `<figure>${chart('wide')}${chart('narrow')}${answerTable(answer)}</figure>`;
}

function answerTable({ rows }: WhatIfAnswer): string {
  const cells = rows.map(({ words, before, after, difference, error }) =>
    [wholeNumber(before), wholeNumber(after), signedNumber(difference), error === null ? '' : wholeNumber(error)]
      .map((text) => `<td class="n">${text}</td>`)
      .join('')
      .replace(/^/, `<th scope="row">${escapeMarkup(words)}</th>`),
  );
  const head = ['reason', 'before', 'after', 'difference', '±'].map((text, c) => `<th scope="col"${c === 0 ? '' : ' class="n"'}>${text}</th>`); // prettier-ignore
  return `<div class="scroll" role="group" aria-label="The numbers of the what-if" tabindex="0"><table><caption>Before and after (means)</caption><thead><tr>${head.join('')}</tr></thead><tbody>${cells.map((row) => `<tr>${row}</tr>`).join('')}</tbody></table></div>`; // prettier-ignore
}

fieldSelect.innerHTML = fieldOptions();
fieldSelect.addEventListener('change', showField);
byId('what-if-form').addEventListener('submit', (event) => {
  event.preventDefault();
  void ask();
});
showField();
byId('what-if').hidden = false;
