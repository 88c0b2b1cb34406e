/** A decoded frame as a line for people, and as a JSON object. */
import { originOf } from '../output/outputOrigin.ts';
import { fieldsJson, plainJson, quoted } from '../../../devices/decode/words/plainJson.ts';
import type { DecodedLine } from '../../../devices/decode/decodeCapture.ts';
import { type Io, type OutputStream, writeText } from '../shell/io.ts';

/** The first of the lines of JSON: the origin of all others. */
export function originLine(io: Pick<Io, 'asked'>): string {
  return `${JSON.stringify({ provenance: originOf(io) })}\n`;
}

export function lineText({ t, dir, endpoint, about, link, text }: DecodedLine): string {
  let line = '';
  if (t !== undefined) line += `${t}  `;
  if (dir !== undefined) line += `${dir}  `;
  if (endpoint !== '') line += `${endpoint}  `;
  if (about !== undefined) line += `${aboutText(about)}  `;
  if (link !== '') line += `${link}  `;
  return line + text;
}

/** `[migration 2, keyHandover]`: what the bench was doing. */
function aboutText({ kind, attempt, step }: NonNullable<DecodedLine['about']>): string {
  const of = [kind, attempt].filter((part) => part !== undefined).join(' ');
  return `[${[of, step].filter((part) => part !== undefined && part !== '' && part !== kind).join(', ')}]`;
}

export function lineJson({ isDamage, isShut: _, about, ...line }: DecodedLine): Record<string, unknown> {
  return { ...line, ...about, ...(isDamage && { damage: true }) };
}

/** The text of {@link lineJson} for a line whose tree may hold values as they were decoded. */
export function jsonText({ t, dir, endpoint, offset, link, text, tree, about, isDamage }: DecodedLine): string {
  let fields = t === undefined ? '' : `"t":${quoted(t)},`;
  if (dir !== undefined) fields += `"dir":"${dir}",`;
  fields += `"endpoint":${quoted(endpoint)},"offset":${offset},"link":${quoted(link)},"text":${quoted(text)}`;
  if (tree) fields += `,"tree":${plainJson(tree)}`;
  const context = about === undefined ? '' : fieldsJson(about);
  if (context !== '') fields += `,${context}`;
  return `{${fields}${isDamage ? ',"damage":true' : ''}}`;
}

/** Characters that are written at once. A write for each line would cost more than the line. */
const CHUNK_LENGTH = 1 << 16;

/** Writes lines of a long output in large pieces. */
export class LineWriter {
  private held = '';
  private readonly out: OutputStream;
  private readonly format: 'text' | 'json';

  constructor(out: OutputStream, format: 'text' | 'json') {
    this.out = out;
    this.format = format;
  }

  write(line: DecodedLine): void {
    this.held += this.format === 'json' ? jsonText(line) : lineText(line);
    this.held += '\n';
    if (this.held.length >= CHUNK_LENGTH) this.flush();
  }

  /** Writes what is held. */
  flush(): void {
    if (this.held === '') return;
    if (this.format === 'json') this.out.write(this.held);
    else writeText(this.out, this.held);
    this.held = '';
  }
}
