import { type Decoded, equalBytes } from '../../../devices/dlms/encoding/bytes.ts';
import { ALL } from './corpus.ts';
import { type Corpus, mutated } from './mutate.ts';
import { DECODER, law, type Target, words } from './target.ts';

/** A decoder that looks at bytes and nothing else. */
export interface Codec<T> {
  readonly name: string;
  readonly corpus: Corpus;
  /** What is long, and so seldom begun with. */
  readonly long?: Corpus;
  readonly decode: (bytes: Uint8Array) => Decoded<T>;
  /** What was accepted, in a word or two. */
  readonly kind?: (value: T) => string;
  /** What is accepted must encode again, to what decodes to the same. */
  readonly encode?: (value: T) => Uint8Array;
  readonly mutate?: typeof mutated;
  readonly known: readonly string[];
  readonly rare?: readonly string[];
  readonly share?: number;
}

const LONG_ONE_IN = 600;
const SHARE = 6;

export function codecTarget<T>(codec: Codec<T>): Target {
  const { name, known, rare, decode, encode, kind, mutate = mutated } = codec;
  return {
    name,
    share: codec.share ?? SHARE,
    allowance: DECODER,
    known,
    ...(rare && { rare }),
    run(dice, log) {
      // One in sixteen is meant for another decoder, one in sixty-four is left whole, and half of the long ones.
      const isLong = codec.long !== undefined && dice.oneIn(LONG_ONE_IN);
      const base = dice.pick(isLong ? codec.long : dice.oneIn(16) ? ALL : codec.corpus);
      const isWhole = dice.oneIn(isLong ? 2 : 64);
      const bytes = log.input(isWhole ? base : mutate(dice, base, codec.corpus));
      const decoded = decode(bytes);
      log.reach(decoded.ok ? `ok ${kind ? words(kind(decoded.value)) : ''}`.trim() : words(decoded.error));
      if (!decoded.ok || !encode) return;
      const encoded = encode(decoded.value);
      const again = decode(encoded);
      law(again.ok, 'what is accepted encodes to what is accepted');
      law(equalBytes(encode(again.value), encoded), 'what is accepted encodes to itself');
    },
  };
}
