/**
 * Packs bytes closer than deflate does, by a fifth: what a page carries for its worker is most of its size. Each bit is
 * predicted from what stands before it under several contexts, the predictions are mixed by a small network that learns
 * as it goes, and an arithmetic coder writes the bit in as much space as it was unexpected. Unpacking predicts the same.
 *
 * Only operations of which the standard fixes every bit decide a prediction, so every machine and browser agrees.
 */

/**
 * Packs bytes, or unpacks what it has packed. One function does both, so that both predict the same; it uses nothing
 * outside itself, so that a page can start a worker from its text.
 *
 * @returns if it packs, the length in four bytes and then the code; else the bytes
 */
export function recode(input: Uint8Array, packs: boolean): Uint8Array {
  /** Where the contexts that predict a byte look: bit 0 for the byte before it, bit 1 for the one before that. */
  const looks = [0, 1, 3, 7, 15, 63, 2, 4, 6, 5];
  // Two more contexts: the word that the byte stands in, and that word with the word before it.
  const contexts = looks.length + 2;
  // One more prediction: what followed the last place that was like this one.
  const inputs = contexts + 1;
  const length = packs ? input.length : new DataView(input.buffer, input.byteOffset).getUint32(0);
  const slotBits = length > 30_000 ? 20 : 18;
  const [known, longest, learning] = [80, 31, 0.015];
  const multiplier = 0x2f0b4c47;
  // Of each context and the bits of a byte that are known: how likely a 1 is next, in 22 bits, and how often it was seen.
  const slots = new Uint32Array(contexts << slotBits).fill(0x80000000);
  const repeated = new Float32Array(longest + 1).fill(0.5);
  const lastPlaces = new Int32Array(1 << 16);
  // Weights by the bits of the byte that are known, by the byte before it, and by the one before that.
  const weights = new Float32Array(inputs * 768).fill(0.18);
  const stretched = new Float32Array(inputs);
  const rows = new Int32Array(contexts);
  const hashes = new Int32Array(contexts);

  /** The logistic function, by a power that every machine computes alike. */
  const squash = (x: number): number => {
    let power = 1 - Math.max(-9, Math.min(9, x)) / 256;
    for (let i = 0; i < 8; i += 1) power *= power;
    return 1 / (1 + power);
  };
  /** Its inverse at 4,096 places. */
  const stretches = new Float32Array(4096);
  for (let i = 0, x = -9; i < 4096; i += 1) {
    while (x < 9 && squash(x) < (i + 0.5) / 4096) x += 1 / 256;
    stretches[i] = x;
  }

  const corrections = new Float32Array(33 << 16);
  for (let i = 0; i < corrections.length; i += 1) corrections[i] = i < 33 ? squash((i - 16) / 2) : corrections[i - 33]!;

  const plain = packs ? input : new Uint8Array(length);
  const code = [length >>> 24, (length >>> 16) & 255, (length >>> 8) & 255, length & 255];
  // The interval that the code lies in, as unsigned numbers of 32 bits, and the code itself.
  let [low, high, value, read] = [0, 0xffffffff, 0, 4];
  const next = (): number => (value * 256 + (input[read++] ?? 0)) % 0x100000000;
  if (!packs) for (let i = 0; i < 4; i += 1) value = next();

  /** Takes the bit that the code holds, or writes it. */
  const codeBit = (probability: number, bit: number): number => {
    const middle = low + Math.floor((high - low) * probability);
    const isOne = packs ? bit : Number(value <= middle);
    if (isOne) high = middle;
    else low = middle + 1;
    while (low >>> 24 === high >>> 24) {
      if (packs) code.push(high >>> 24);
      else value = next();
      low = (low << 8) >>> 0;
      high = ((high << 8) | 255) >>> 0;
    }
    return isOne;
  };

  let [word, wordBefore, matched, place] = [0, 0, 0, 0];
  const before = (i: number, distance: number): number => (i < distance ? 0 : plain[i - distance]!) + 1;
  for (let i = 0; i < length; i += 1) {
    looks.forEach((look, k) => {
      let hash = k + 1;
      for (let rest = look, distance = 1; rest > 0; rest >>= 1, distance += 1) {
        if (rest & 1) hash = Math.imul(hash ^ before(i, distance), multiplier);
        hash ^= hash >>> 15;
      }
      hashes[k] = hash;
    });
    hashes[looks.length] = word ^ 85;
    hashes[looks.length + 1] = Math.imul(word ^ wordBefore, multiplier) ^ 99;
    let expected = matched > 0 ? plain[place]! | 256 : 0;
    let [known8, column] = [1, 1];
    const last = before(i, 1) - 1;
    const byLast = (256 + last) * inputs;
    const bySecond = (511 + before(i, 2)) * inputs;
    for (let shift = 7; shift >= 0; shift -= 1) {
      // The slots of four bits stand side by side, which is what a processor reads at once.
      if ((shift & 3) === 3) {
        for (let k = 0; k < contexts; k += 1) {
          const hash = Math.imul(hashes[k]! ^ (known8 * 0x9e3779b1), 0x2545f491);
          rows[k] = ((hash >>> (36 - slotBits)) << 4) + (k << slotBits);
        }
        column = 1;
      }
      for (let k = 0; k < contexts; k += 1) stretched[k] = stretches[slots[rows[k]! + column]! >>> 20]!;
      if (expected >> (shift + 1) !== known8) expected = 0;
      const guess = (expected >> shift) & 1;
      const surety = expected === 0 ? 0 : stretches[(repeated[matched]! * 4095.99) | 0]!;
      stretched[contexts] = guess === 1 ? surety : -surety;
      const byKnown = known8 * inputs;
      let [first, second, third] = [0, 0, 0];
      for (let k = 0; k < inputs; k += 1) {
        first += stretched[k]! * weights[byKnown + k]!;
        second += stretched[k]! * weights[byLast + k]!;
        third += stretched[k]! * weights[bySecond + k]!;
      }
      // What came of such a mix after such a byte, between the two places beside it, corrects the mix.
      const mixed = Math.max(-7.9, Math.min(7.9, (first + second + third) / 3));
      const beside = Math.floor(mixed * 2);
      const share = mixed * 2 - beside;
      const corrected = ((last << 8) | known8) * 33 + 16 + beside;
      const corrects = corrections[corrected]! * (1 - share) + corrections[corrected + 1]! * share;
      const bit = codeBit((squash(mixed) + corrects) / 2, (plain[i]! >> shift) & 1);
      corrections[corrected]! += (bit - corrections[corrected]!) * (1 - share) * 0.02;
      corrections[corrected + 1]! += (bit - corrections[corrected + 1]!) * share * 0.02;
      const wrongFirst = (bit - squash(first)) * learning;
      const wrongSecond = (bit - squash(second)) * learning;
      const wrongThird = (bit - squash(third)) * learning;
      for (let k = 0; k < inputs; k += 1) {
        weights[byKnown + k]! += wrongFirst * stretched[k]!;
        weights[byLast + k]! += wrongSecond * stretched[k]!;
        weights[bySecond + k]! += wrongThird * stretched[k]!;
      }
      for (let k = 0; k < contexts; k += 1) {
        const at = rows[k]! + column;
        const [likely, times] = [slots[at]! >>> 10, slots[at]! & 1023];
        const moved = likely + ((bit === 1 ? 0x3fffff : 0) - likely) / (times + 1.4);
        slots[at] = (moved << 10) | (times < known ? times + 1 : times);
      }
      if (expected !== 0) repeated[matched]! += (Number(guess === bit) - repeated[matched]!) / 50;
      known8 = known8 * 2 + bit;
      column = column * 2 + bit;
    }
    const byte = known8 & 255;
    plain[i] = byte;
    // Letters, digits, `$`, `_` and everything beyond ASCII make up words.
    if (
      (byte > 47 && byte < 58) ||
      (byte > 64 && byte < 91) ||
      (byte > 96 && byte < 123) ||
      byte === 36 ||
      byte === 95 ||
      byte > 127
    ) {
      word = (Math.imul(word + byte, multiplier) + 1) | 0;
    } else if (word !== 0) [word, wordBefore] = [0, word];
    matched = matched > 0 && plain[place] === byte ? Math.min(matched + 1, longest) : 0;
    place += 1;
    let hash = 0;
    for (let distance = 0; distance < 5; distance += 1) hash = Math.imul(hash + before(i, distance), multiplier);
    hash >>>= 16;
    if (matched === 0 && lastPlaces[hash]! > 0) {
      place = lastPlaces[hash]!;
      while (matched < longest && matched < place && plain[place - 1 - matched] === plain[i - matched]) matched += 1;
    }
    lastPlaces[hash] = i + 1;
  }
  if (!packs) return plain;
  return Uint8Array.from([...code, low >>> 24, (low >>> 16) & 255, (low >>> 8) & 255, low & 255]);
}
