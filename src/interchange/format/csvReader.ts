/**
 * Reads CSV by RFC 4180, in one pass and in flat memory.
 *
 * This is our own code, because of speed: csv-parse 7 has all these features but reads 0.14 to 0.21 M rows/s of
 * attempts; this reader reads and checks 0.9 M.
 */
import { TextGatherer, type RawBatch } from '../record/rawBatch.ts';
import { FileRefused, type Refuse } from '../record/refusal.ts';
import type { RecordSchema } from '../record/records.ts';
import { columnsOf, PASSED_OVER } from './columnNames.ts';
import { RecordSplitter } from './csvSplitter.ts';
import { wrongSeparator } from './firstBytes.ts';
import type { Input, Source } from './formats.ts';
import { textChunks } from './textChunks.ts';

/**
 * Reads CSV with a header line. UTF-8, gzip, a BOM and CRLF are accepted. Empty lines are skipped, columns may be in
 * any order, and optional columns may be left out. A malformed row is refused. Memory: a batch of rows and one chunk.
 * @throws FileRefused for a wrong header, an unknown column, and a row that does not end
 */
export async function* readCsv(
  input: Omit<Input, 'format'>,
  record: RecordSchema,
  refuse: Refuse,
): AsyncGenerator<RawBatch> {
  const decoder = new TextDecoder('utf-8'); // strips a BOM; invalid bytes become U+FFFD, which no cell may hold
  const splitter = new RecordSplitter(input, refuse);
  let columnOf: readonly number[] | undefined;
  let gatherer: TextGatherer | undefined;

  function* records(text: string, last: boolean): Generator<RawBatch> {
    for (const fields of splitter.push(text, last)) {
      if (!columnOf || !gatherer) {
        columnOf = readHeader(fields, input, record);
        gatherer = new TextGatherer(record.columns.map((_, index) => columnOf?.includes(index) ?? false));
        continue;
      }
      if (fields.length !== columnOf.length) {
        const found = `${fields.length} fields`;
        refuse({ file: input.name, line: splitter.line, column: '*', found, expected: `${columnOf.length}` });
        continue;
      }
      for (let i = 0; i < fields.length; i += 1) {
        const column = columnOf[i] as number;
        if (column !== PASSED_OVER) gatherer.set(column, fields[i] as string);
      }
      gatherer.endRow(splitter.line);
      if (gatherer.full) yield gatherer.take();
    }
  }

  for await (const chunk of textChunks(input, 'csv')) {
    yield* records(decoder.decode(chunk, { stream: true }), false);
  }
  yield* records(decoder.decode(), true);
  if (!columnOf || !gatherer) throw headerRefused(input, '', record);
  if (gatherer.rows > 0) yield gatherer.take();
}

function headerRefused(source: Source, found: string, record: RecordSchema): FileRefused {
  const expected = `a header line ${record.columns.map((column) => column.name).join(',')}`;
  return new FileRefused({ file: source.name, line: 1, column: '*', found, expected });
}

function readHeader(fields: readonly string[], input: Omit<Input, 'format'>, record: RecordSchema): readonly number[] {
  const wrong = wrongSeparator(fields.join(','));
  if (wrong) throw new FileRefused({ file: input.name, line: 1, column: '*', ...wrong });
  return columnsOf(fields, {
    record,
    naming: input.columns,
    constants: input.constants,
    refused: (row) => new FileRefused({ file: input.name, line: 1, ...row }),
  });
}
