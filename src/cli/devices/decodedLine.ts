/** A decoded frame as a line for people, and as a JSON object. */
import { originOf } from '../output/outputOrigin.ts';
import type { Io } from '../shell/io.ts';
import type { DecodedLine } from '../../../devices/decode/decodeCapture.ts';

/** The first of the lines of JSON: the origin of all others. */
export function originLine(io: Pick<Io, 'asked'>): string {
  return `${JSON.stringify({ provenance: originOf(io) })}\n`;
}

export function lineText({ t, dir, endpoint, link, text }: DecodedLine): string {
  return [t, dir, endpoint, link, text].filter((part) => part !== undefined && part !== '').join('  ');
}

export function lineJson({ isDamage, ...line }: DecodedLine): Record<string, unknown> {
  return { ...line, ...(isDamage && { damage: true }) };
}
