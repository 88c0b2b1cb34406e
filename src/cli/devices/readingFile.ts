import { readFileSync } from 'node:fs';
import type { DeviceReading } from '../../../devices/reading/deviceReading.ts';
import { UsageError } from '../shell/exit.ts';
import { fileErrorWords } from '../shell/fileErrors.ts';

/** Reads a file of `devices read --format json`. Throws a UsageError that says where it is none. */
export async function readingFile(path: string): Promise<DeviceReading> {
  const { readingSchema, READING_FORMAT } = await import('../../../devices/reading/deviceReading.ts');
  let document: unknown;
  try {
    document = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new UsageError(`${path}: ${fileErrorWords(cause) ?? 'is not JSON'}`);
  }
  const parsed = readingSchema.safeParse(document);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
  throw new UsageError(`${path}: ${where}expected a read-out (${READING_FORMAT}): ${issue?.message ?? 'not one'}`);
}
