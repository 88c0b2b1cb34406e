/** Where a command's capture comes from: a file, standard input, or hexadecimal as an argument. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../shell/exit.ts';
import type { Io } from '../shell/io.ts';

/** Largest capture read, in bytes. */
const CAPTURE_BYTES_MAX = 1 << 28;
/** Digits as people write them: `7E A0`, `7e:a0`, `0x7E, 0xA0`, with the mark of a direction before them. */
const HEX_DIGITS = /^\s*[<>]?(?:\s|0x|[0-9A-F]|[:,;-])+$/i;

/** The octets of a capture. Throws a UsageError that says what was found and expected. */
export async function captureBytes(io: Io, capture: string): Promise<Uint8Array> {
  if (capture === '-') return standardInput(io);
  if (!existsSync(capture)) return hexArgument(capture);
  const stat = statSync(capture);
  if (stat.isDirectory()) throw new UsageError(`${capture}: is a folder; expected a file${fileWithin(capture)}`);
  if (stat.size > CAPTURE_BYTES_MAX) throw tooLarge(capture);
  try {
    return readFileSync(capture);
  } catch (cause) {
    throw new UsageError(`${capture}: cannot be read (${(cause as NodeJS.ErrnoException).code ?? 'unknown'})`);
  }
}

function fileWithin(folder: string): string {
  const found = ['frames.jsonl', 'frames.pcap'].map((name) => join(folder, name)).find((path) => existsSync(path));
  return found === undefined ? '' : ` in it, such as ${found}`;
}

function hexArgument(text: string): Uint8Array {
  if (!HEX_DIGITS.test(text))
    throw new UsageError(`${text}: found no such file, and no hexadecimal digits; expected one of them`);
  const digits = text.replace(/0x|[^0-9A-F]/gi, '').length;
  if (digits % 2 === 0) return Buffer.from(text);
  throw new UsageError(`${text}: found ${digits} hexadecimal digits, expected pairs of digits (or the path of a file)`);
}

async function standardInput(io: Io): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of io.stdin as AsyncIterable<Buffer | string>) {
    const octets = Buffer.from(part);
    size += octets.length;
    if (size > CAPTURE_BYTES_MAX) throw tooLarge('standard input');
    parts.push(octets);
  }
  return Buffer.concat(parts);
}

function tooLarge(name: string): UsageError {
  return new UsageError(`${name}: more than ${CAPTURE_BYTES_MAX} bytes; split it (editcap -c, split -C) and decode the parts`); // prettier-ignore
}
