/** A decoded frame as a line for people, and as a JSON object. */
import type { DecodedLine } from '../../../devices/decode/decodeCapture.ts';

export function lineText({ t, dir, endpoint, link, text }: DecodedLine): string {
  return [t, dir, endpoint, link, text].filter((part) => part !== undefined && part !== '').join('  ');
}

export function lineJson({ isDamage, ...line }: DecodedLine): Record<string, unknown> {
  return { ...line, ...(isDamage && { damage: true }) };
}
