import type { DeviceReading } from '../../../devices/reading/deviceReading.ts';
import { UsageError } from '../shell/exit.ts';
import { readGivenJson } from '../shell/readText.ts';

/** Reads a file of `devices read --format json`. Throws a UsageError that says where it is none. */
export async function readingFile(path: string): Promise<DeviceReading> {
  const { readingSchema, READING_FORMAT } = await import('../../../devices/reading/deviceReading.ts');
  const document = readGivenJson(path, 'a read-out of devices read --format json');
  const parsed = readingSchema.safeParse(document);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
  const why = issue === undefined ? '' : ` (${issue.message})`;
  throw new UsageError(`${path}: ${where}expected a read-out as devices read --format json writes it, ${READING_FORMAT}${why}`); // prettier-ignore
}
