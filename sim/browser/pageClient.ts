/**
 * The script of a report page: the form of the what-if. The worker computes and draws the answers. It is made of a text
 * that the page holds packed, and the page sends nothing. Whatever can stand in the worker does: packed it is smaller.
 */
import { escapeMarkup } from '../../src/text/markup.ts';
import { shellWord } from '../../src/text/shellWord.ts';
import { formFields } from './formFields.ts';
import { recode } from './recode.ts';
import type { PageMessage, WhatIfChange, WhatIfField, WhatIfForm, WorkerMessage } from './protocol.ts';

/** As much of a page as this script uses. */
interface PageElement {
  textContent: string | null;
  innerHTML: string;
  value: string;
  disabled: boolean;
  hidden: boolean;
  addEventListener(type: string, listener: (event: { preventDefault(): void }) => void): void;
}
interface Children {
  readonly children: Iterable<{ readonly textContent: string | null }>;
}
interface PageWorker {
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onerror: (() => void) | null;
  postMessage(message: PageMessage | Uint8Array): void;
  terminate(): void;
}
interface Page {
  readonly document: {
    getElementById(id: string): PageElement | null;
    querySelector(selector: string): { querySelectorAll(selector: string): Iterable<Children> } | null;
  };
  readonly Worker?: new (url: string) => PageWorker;
  readonly URL: { createObjectURL(blob: object): string };
  readonly Blob: new (parts: string[], options: { type: string }) => object;
}

const page = globalThis as unknown as Page;

function byId(id: string): PageElement {
  const found = page.document.getElementById(id);
  if (found === null) throw new Error(`the page has no element ${id}`);
  return found;
}

/** A block that the page holds packed and in base64. */
function packed(id: string): Uint8Array {
  return Uint8Array.from(atob(byId(id).textContent ?? ''), (character) => character.charCodeAt(0));
}

const form = JSON.parse(textOf(recode(packed('what-if-data'), false))) as WhatIfForm;
/** The page's table of readings: of several reports the what-if changes the first. */
const readings = page.document.querySelector('[aria-labelledby^=readings]')?.querySelectorAll('tbody tr') ?? [];
const fields = formFields(form, Array.from(readings, ({ children }) => Array.from(children, (cell) => cell.textContent ?? ''))); // prettier-ignore
const [fieldSelect, meaning, valueBox, say, answerBox, commandBox, button] = [
  'what-if-field', 'what-if-meaning', 'what-if-value', 'what-if-say', 'what-if-answer', 'what-if-command', 'what-if-run',
].map(byId) as [PageElement, PageElement, PageElement, PageElement, PageElement, PageElement, PageElement]; // prettier-ignore

let worker: PageWorker | undefined;
let asked = 0;

/** A text of its bytes in UTF-8. */
function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

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

function workerOf(text: string): PageWorker {
  const { Worker, URL, Blob } = page;
  if (Worker === undefined) throw new Error('this browser has no workers');
  return new Worker(URL.createObjectURL(new Blob([text], { type: 'text/javascript' })));
}

/** Unpacks a block in a worker of its own, so that the page stays alive. */
function unpacked(id: string): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const unpacker = workerOf(`onmessage=({data})=>postMessage((${String(recode)})(data,false))`);
    unpacker.onmessage = ({ data }) => {
      unpacker.terminate();
      resolve(data as Uint8Array);
    };
    unpacker.onerror = reject;
    unpacker.postMessage(packed(id));
  });
}

/** Starts the worker. It asks to be started anew with the life as a script where WebAssembly is barred. */
function startWorker(script: string, life: Uint8Array | undefined, waiting: PageMessage): void {
  worker = workerOf(script);
  worker.onmessage = ({ data }) => {
    const message = data as WorkerMessage;
    if (message.kind === 'barred') startWorker(message.lifeScript + script, undefined, waiting);
    else onAnswer(message);
  };
  worker.onerror = cannotCompute;
  worker.postMessage({ kind: 'task', task: form.task, life });
  worker.postMessage(waiting);
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
  asked += 1;
  const [share, replications] = [Number(byId('what-if-share').value), Number(byId('what-if-runs').value)];
  const question: PageMessage = { kind: 'ask', id: asked, changes, share, replications };
  if (worker !== undefined) return worker.postMessage(question);
  try {
    const [script, life] = await Promise.all([unpacked('what-if-worker'), unpacked('what-if-life')]);
    startWorker(textOf(script), life, question);
  } catch {
    cannotCompute();
  }
}

function onAnswer(message: Exclude<WorkerMessage, { readonly kind: 'barred' }>): void {
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
  say.textContent = message.sentence;
  answerBox.innerHTML = message.markup;
}

fieldSelect.innerHTML = fieldOptions();
fieldSelect.addEventListener('change', showField);
byId('what-if-form').addEventListener('submit', (event) => {
  event.preventDefault();
  void ask();
});
showField();
byId('what-if').hidden = false;
