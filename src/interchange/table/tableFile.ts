import { assert } from '../../assert.ts';
import { formatInstant } from '../../time.ts';
import { openOutput } from '../format/outputFile.ts';
import { csvLine } from '../format/rowWriter.ts';
import { parquetTable } from './parquetTable.ts';
import { GROUP_ROWS, type TableColumn, type TableFile, type TableValue } from './tableTypes.ts';

/**
 * Opens a table of results, whose columns its caller decides; the records of src/docs/records.md go through `openRows` instead.
 * Memory: one row group, whatever the size of the table. The bytes are a function of the rows and the metadata.
 */
export function openTable(
  path: string,
  columns: readonly TableColumn[],
  options: { readonly format: 'csv' | 'parquet'; readonly metadata: Readonly<Record<string, string>> },
): TableFile {
  return options.format === 'csv' ? csvTable(path, columns) : parquetTable(path, columns, options.metadata);
}

function csvTable(path: string, columns: readonly TableColumn[]): TableFile {
  const file = openOutput(path);
  let text = csvLine(columns.map(({ name }) => name));
  let rows = 0;
  const spill = (): void => {
    file.write(Buffer.from(text));
    text = '';
  };
  return {
    append(row) {
      assert(row.length === columns.length, 'a row has a value for every column');
      text += csvLine(row.map((value, i) => cellText(value, columns[i] as TableColumn)));
      rows += 1;
      if (text.length > GROUP_ROWS) spill();
    },
    close() {
      spill();
      return { rows, sha256: file.commit() };
    },
    abort: () => file.abort(),
  };
}

function cellText(value: TableValue, { type }: TableColumn): string {
  if (value === null) return '';
  return type === 'instant' ? formatInstant(value as number) : String(value);
}
