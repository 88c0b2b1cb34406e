/** `devices decode`: a capture in words, a line a frame. */
import type { Command } from 'commander';
import type { DecodeOptions } from '../../../devices/decode/decodeCapture.ts';
import type { Shell } from '../shell/command.ts';
import { EXIT, type ExitCode } from '../shell/exit.ts';
import { type Io, writeLine } from '../shell/io.ts';
import { oneOf } from '../shell/options.ts';
import { captureBytes } from './captureInput.ts';
import { LineWriter, originLine } from './decodedLine.ts';
import { framingOption } from './framingOption.ts';

interface Given {
  readonly framing: NonNullable<DecodeOptions['framing']>;
  readonly keys?: string;
  readonly format: 'text' | 'json';
}

export function addDecodeCommand(devices: Command, { action }: Shell): void {
  devices
    .command('decode')
    .description('Show what frames say: a frame log, a pcap, or lines of hexadecimal.')
    .argument('<capture>', 'frames.jsonl, a pcap file, hexadecimal, or - for standard input')
    .addOption(framingOption())
    .option('--keys <file>', 'YAML that says where the keys stand; a rotation is followed where the KEK is among them')
    .option('--format <format>', 'text, or json: one object a line', oneOf('text', 'json'), 'text')
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
Octets of one stream, as a serial line gives them, are read as well; --framing names theirs if it is not seen.
Exit code 2: something in the capture is no frame, or all of it; it is named with its offset, and the rest is decoded.`,
    )
    .action(action(decode));
}

async function decode(io: Io, capture: string, { framing, keys, format }: Given): Promise<ExitCode> {
  const [{ decodeEach }, { decodeKeys }] = await Promise.all([
    import('../../../devices/decode/decodeCapture.ts'),
    import('./keysFile.ts'),
  ]);
  const bytes = await captureBytes(io, capture);
  const given = keys === undefined ? [] : decodeKeys(keys, io.env);
  const writer = new LineWriter(io.out, format);
  if (format === 'json') io.out.write(originLine(io));
  const count = { lines: 0, damages: 0, shut: 0 };
  decodeEach(bytes, { framing, keys: given, trees: format === 'json' ? 'decoded' : 'none' }, (line) => {
    count.lines += 1;
    if (line.isDamage) count.damages += 1;
    if (line.isShut === true) count.shut += 1;
    writer.write(line);
  });
  writer.flush();
  return concluded(io, { ...count, name: capture === '-' ? 'standard input' : capture, hasKeys: given.length > 0 });
}

interface Count {
  readonly lines: number;
  readonly damages: number;
  readonly shut: number;
  readonly name: string;
  readonly hasKeys: boolean;
}

function concluded(io: Io, { lines, damages, shut, name, hasKeys }: Count): ExitCode {
  if (shut > 0 && hasKeys) writeLine(io.err, `${shut} of ${lines} lines: ciphered, and not opened by these keys`);
  if (lines === 0) {
    writeLine(io.err, `${name}: holds no frame`);
    return EXIT.refused;
  }
  if (damages === 0) return EXIT.done;
  writeLine(io.err, `${damages} of ${lines} lines: no whole frame there`);
  return EXIT.refused;
}
