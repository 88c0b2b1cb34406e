import { closeSync, openSync, readSync, writeSync } from 'node:fs';

/** The approximate number of characters that are gathered before they are written. */
const CHUNK_CHARACTERS = 1 << 16;
/** Many files are read at once, so each has a small buffer. */
const READ_BYTES = 1 << 16;

/** A temporary file of lines that is written once, from its beginning. */
export class LineFile {
  readonly path: string;
  readonly #descriptor: number;
  #text = '';

  constructor(path: string) {
    this.path = path;
    this.#descriptor = openSync(path, 'w');
  }

  append(line: string): void {
    this.#text += `${line}\n`;
    if (this.#text.length > CHUNK_CHARACTERS) this.#spill();
  }

  close(): void {
    this.#spill();
    closeSync(this.#descriptor);
  }

  #spill(): void {
    writeSync(this.#descriptor, this.#text);
    this.#text = '';
  }
}

/** The lines of a file that `LineFile` wrote. Memory: 64 KB and the longest line. */
export function* linesOf(path: string): Generator<string> {
  const descriptor = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(READ_BYTES);
    const decoder = new TextDecoder();
    let rest = '';
    for (;;) {
      const read = readSync(descriptor, bytes, 0, READ_BYTES, null);
      const text = rest + decoder.decode(bytes.subarray(0, read), { stream: read > 0 });
      let from = 0;
      for (let newline = text.indexOf('\n'); newline >= 0; newline = text.indexOf('\n', from)) {
        yield text.slice(from, newline);
        from = newline + 1;
      }
      if (read === 0) return;
      rest = text.slice(from);
    }
  } finally {
    closeSync(descriptor);
  }
}
