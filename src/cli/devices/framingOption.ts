import { Option } from 'commander';
import type { DecodeOptions } from '../../../devices/decode/decodeCapture.ts';
import { oneOf } from '../shell/options.ts';

const FRAMINGS: readonly NonNullable<DecodeOptions['framing']>[] = ['auto', 'wrapper', 'hdlc', '62056-21', 'mqtt'];

/** `--framing`: how the octets that are decoded are framed. Default: each stream is guessed from its beginning. */
export function framingOption(): Option {
  return new Option('--framing <framing>', FRAMINGS.join(', ')).argParser(oneOf(...FRAMINGS)).default('auto');
}
