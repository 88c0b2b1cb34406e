/** Access to the files that a document names. A command passes the disk; a page and a test pass texts. */
export interface Files {
  /**
   * Returns the text of a file.
   * @throws Error if there is no such file or it is not text; the message, or a `code` such as `ENOENT`, gives the
   * cause.
   */
  readonly read: (path: string) => string;
  /**
   * Returns the path of a file that another file names, in the form that `read` takes. A relative path starts from the
   * folder of `file`.
   */
  readonly beside: (file: string, path: string) => string;
}

/** Serves files from memory. The keys are paths with slashes. */
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

/**
 * Wraps files so that each is read once: a sweep resolves one scenario thousands of times. A failed read is tried
 * again.
 */
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
