/** `devices decode`: a capture in words, a line a frame. */
import { existsSync, readFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { DecodeOptions } from '../../../devices/decode/decodeCapture.ts';
import type { Shell } from '../shell/command.ts';
import { type ExitCode, UsageError } from '../shell/exit.ts';
import { type Io, writeLine } from '../shell/io.ts';
import { oneOf } from '../shell/options.ts';
import { lineJson, lineText, originLine } from './decodedLine.ts';
import { framingOption } from './framingOption.ts';

interface Given {
  readonly framing: NonNullable<DecodeOptions['framing']>;
  readonly keys?: string;
  readonly format: 'text' | 'json';
}

const HEX = /^(?:[0-9A-Fa-f]{2}[\s:,-]*)+$/;
/** Largest capture read, in bytes. */
const CAPTURE_BYTES_MAX = 1 << 28;

export function addDecodeCommand(devices: Command, { action }: Shell): void {
  devices
    .command('decode')
    .description('Show what frames say: a frame log, a pcap, or lines of hexadecimal.')
    .argument('<capture>', 'frames.jsonl, a pcap file, hexadecimal, or - for standard input')
    .addOption(framingOption())
    .option('--keys <file>', 'YAML that says where the keys stand; a rotation is followed where the KEK is among them')
    .option(
      '--format <format>',
      'text, or json: one object a line; the first is the origin',
      oneOf('text', 'json'),
      'text',
    )
    .addHelpText(
      'after',
      `
Examples:
  smets1-bench devices decode out/frames.jsonl
  smets1-bench devices decode out/frames.jsonl --keys keys.yaml
  smets1-bench devices decode "00010010000100 0D C001C100010000 2A0000FF0200"
  ssh lab cat frames.jsonl | smets1-bench devices decode -

A file of keys holds no key: lab, or guek: { file: guek.hex }, gak: { env: GAK }, kek: { file: kek.hex }, or a list of these.
Without keys, a ciphered frame shows its length and counter. Passwords and keys are never shown.
In a list of hexadecimal, > before a line means client to server, < server to client.
Exit code 2: something in the capture is no frame; it is named with its offset, and the rest is decoded.`,
    )
    .action(action(decode));
}

async function decode(io: Io, capture: string, { framing, keys, format }: Given): Promise<ExitCode> {
  const [{ decodeCapture }, { decodeKeys }] = await Promise.all([
    import('../../../devices/decode/decodeCapture.ts'),
    import('./keysFile.ts'),
  ]);
  const bytes = await captureBytes(io, capture);
  const lines = decodeCapture(bytes, { framing, ...(keys !== undefined && { keys: decodeKeys(keys, io.env) }) });
  if (format === 'json') io.out.write(originLine(io));
  for (const line of lines) {
    if (format === 'json') io.out.write(`${JSON.stringify(lineJson(line))}\n`);
    else writeLine(io.out, lineText(line));
  }
  const damages = lines.filter(({ isDamage }) => isDamage).length;
  if (damages === 0) return 0;
  writeLine(io.err, `${damages} of ${lines.length} lines: no whole frame there`);
  return 2;
}

async function captureBytes(io: Io, capture: string): Promise<Uint8Array> {
  if (capture === '-') {
    const parts: Buffer[] = [];
    let size = 0;
    for await (const part of io.stdin as AsyncIterable<Buffer | string>) {
      const octets = Buffer.from(part);
      size += octets.length;
      if (size > CAPTURE_BYTES_MAX) throw new UsageError(`standard input: more than ${CAPTURE_BYTES_MAX} bytes`);
      parts.push(octets);
    }
    return Buffer.concat(parts);
  }
  if (!existsSync(capture) && HEX.test(capture)) return Buffer.from(capture);
  try {
    const bytes = readFileSync(capture);
    if (bytes.length > CAPTURE_BYTES_MAX) throw new UsageError(`${capture}: more than ${CAPTURE_BYTES_MAX} bytes`);
    return bytes;
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    throw new UsageError(`${capture}: cannot be read (${code ?? 'unknown'}), and is not hexadecimal`);
  }
}
