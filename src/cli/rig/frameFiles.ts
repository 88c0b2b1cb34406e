import { openOutput, type OutputFile } from '../../interchange/format/outputFile.ts';

/** Frames as they fly, as lines and as a capture. */
export interface FrameFiles {
  readonly lines: (text: string) => void;
  readonly pcap: (bytes: Uint8Array) => void;
  /** How many lines there were so far. A line may be a remark without octets, which is no frame. */
  readonly count: () => number;
  /** How many frames there were so far. */
  readonly frames: () => number;
  /** The first failure of all that was written; undefined: all of it is in the files. */
  readonly failure: () => Error | undefined;
  /** Both get their names, and give their hashes. Throws the first failure. */
  commit(): { readonly lines: string; readonly pcap: string };
  /** Gives both files their names with what they hold, also where later frames found no room. True if there is anything in them. */
  keep(): boolean;
  abort(): void;
}

/**
 * Opens `<base>.jsonl` and `<base>.pcap`. A disk that is full must not tear a conversation with a device apart in the middle of
 * its keys: what goes wrong while frames fly is kept, and thrown on `commit`.
 */
export function openFrameFiles(base: string): FrameFiles {
  const files: OutputFile[] = [];
  let failed: { readonly error: Error } | undefined;
  let count = 0;
  let pieces = 0;
  const abort = (): void => files.forEach((file) => file.abort());
  const open = (path: string): OutputFile => {
    try {
      const file = openOutput(path);
      files.push(file);
      return file;
    } catch (error) {
      abort();
      throw error;
    }
  };
  const lines = open(`${base}.jsonl`);
  const capture = open(`${base}.pcap`);
  const write = (file: OutputFile, bytes: Uint8Array): void => {
    if (failed) return;
    try {
      file.write(bytes);
    } catch (error) {
      failed = { error: error instanceof Error ? error : new Error(String(error)) };
    }
  };
  return {
    lines(text) {
      count += 1;
      write(lines, Buffer.from(text));
    },
    pcap(bytes) {
      pieces += 1;
      write(capture, bytes);
    },
    count: () => count,
    // The first piece is the head of the capture.
    frames: () => Math.max(0, pieces - 1),
    failure: () => failed?.error,
    keep() {
      if (count === 0) {
        abort();
        return false;
      }
      lines.commit();
      capture.commit();
      return true;
    },
    commit() {
      if (!failed) return { lines: lines.commit(), pcap: capture.commit() };
      abort();
      throw failed.error;
    },
    abort,
  };
}
