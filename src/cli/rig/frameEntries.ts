/** The frames of a watch in its manifest: two files for each attempt, which stay as they are once they are whole. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { sha256Of } from '../output/fileHash.ts';
import type { Entry } from './rigFiles.ts';

/** The folder of the frames, within that of the watch. */
export const FRAMES = 'frames';
/** Whole files; half-written ones have another ending. */
const WHOLE = /\.(?:jsonl|pcap)$/;
const PCAP_HEAD_BYTES = 24;
const PCAP_FRAME_HEAD_BYTES = 16;
/** Where the head of a frame has its length. */
const PCAP_LENGTH_AT = 8;

/** Entries that were made before, by path: a watch writes its outputs often, and its frames seldom change. */
const KNOWN = new Map<string, { readonly state: string; readonly entry: Entry }>();

/** Each file of frames by its name within the folder of the watch, with its rows and its hash. */
export function frameEntries(directory: string): Readonly<Record<string, Entry>> {
  const folder = join(directory, FRAMES);
  if (!existsSync(folder)) return {};
  const names = readdirSync(folder).filter((name) => WHOLE.test(name)).sort(); // prettier-ignore
  return Object.fromEntries(names.map((name) => [`${FRAMES}/${name}`, entryOf(join(folder, name))]));
}

function entryOf(path: string): Entry {
  const { size, mtimeMs } = statSync(path);
  const state = `${size} ${mtimeMs}`;
  const known = KNOWN.get(path);
  if (known?.state === state) return known.entry;
  const bytes = readFileSync(path);
  const entry = { rows: path.endsWith('.pcap') ? framesIn(bytes) : linesIn(bytes), sha256: sha256Of(path) };
  KNOWN.set(path, { state, entry });
  return entry;
}

function linesIn(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) lines += 1;
  return lines;
}

function framesIn(bytes: Buffer): number {
  let frames = 0;
  for (let at = PCAP_HEAD_BYTES; at + PCAP_FRAME_HEAD_BYTES <= bytes.length; frames += 1)
    at += PCAP_FRAME_HEAD_BYTES + bytes.readUInt32LE(at + PCAP_LENGTH_AT);
  return frames;
}
