import { openOutput, type OutputFile } from '../../interchange/format/outputFile.ts';

/** Writes frames as they are sent and received, both as lines and as a capture. */
export interface FrameFiles {
  readonly lines: (text: string) => void;
  readonly pcap: (bytes: Uint8Array) => void;
  /** The number of lines so far. A line may be a remark without octets, which is no frame. */
  readonly count: () => number;
  /** The number of frames so far. */
  readonly frames: () => number;
  /** The first failure of any write; undefined if everything is in the files. */
  readonly failure: () => Error | undefined;
  /** Renames both files to their final names and returns their hashes. It throws the first failure. */
  commit(): { readonly lines: string; readonly pcap: string };
  /**
   * Renames both files to their final names with their content so far, even if later frames could not be written.
   * Returns true if they have any content.
   */
  keep(): boolean;
  abort(): void;
}

/**
 * Opens `<base>.jsonl` and `<base>.pcap`. A full disk must not interrupt a conversation with a device in the middle of
 * a key exchange. A failure to write is therefore stored, and `commit` throws it.
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
