/** How loaders reach the files that a document names. A command hands in the disk, a page and a test hand in texts. */
export interface Files {
  /**
   * The text of a file.
   * @throws Error if there is no such file or it is not text; the message, or a `code` such as `ENOENT`, says why.
   */
  readonly read: (path: string) => string;
  /** The path, as `read` takes it, of a file that another one names. A relative path starts from the folder of `file`. */
  readonly beside: (file: string, path: string) => string;
}

/** Files that are held in memory, by path; paths have slashes. */
export function filesOf(texts: Readonly<Record<string, string>>): Files {
  return {
    read: (path) => {
      const text = Object.hasOwn(texts, path) ? texts[path] : undefined;
      if (text === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
      return text;
    },
    beside,
  };
}

/** The same files, each read once: a sweep resolves one scenario thousands of times. A failure is not remembered. */
export function remembered(files: Files): Files {
  const texts = new Map<string, string>();
  return {
    read(path) {
      const text = texts.get(path) ?? files.read(path);
      texts.set(path, text);
      return text;
    },
    beside: (file, path) => files.beside(file, path),
  };
}

function beside(file: string, path: string): string {
  if (path.startsWith('/')) return path;
  const parts: string[] = [];
  for (const part of [...file.split('/').slice(0, -1), ...path.split('/')]) {
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return (file.startsWith('/') ? '/' : '') + parts.join('/');
}
