// Security suite 0: protected APDUs, proofs and wrapped keys, with everything right but what was mutated.
import { KEY_NAMES, Keyring } from '../../../../devices/cosem/deviceKeyring.ts';
import { equalBytes, Writer } from '../../../../devices/dlms/encoding/bytes.ts';
import {
  AUTHENTICATED,
  ENCRYPTED,
  type Family,
  gmacVerifies,
  open,
  readCiphered,
} from '../../../../devices/dlms/security/ciphering.ts';
import { unwrapKey, wrapKey } from '../../../../devices/dlms/security/keyWrap.ts';
import { LAB_KEYS } from '../../../../devices/personas/labProfile.ts';
import * as corpus from '../corpus.ts';
import type { Dice } from '../dice.ts';
import { CLIENT_TITLE, FIXED_CHALLENGE, Hand } from '../hand.ts';
import { mutated } from '../mutate.ts';
import { type CaseLog, DECODER, law, type Target, words } from '../target.ts';

const FAMILIES: readonly Family[] = ['glo', 'ded', 'generalGlo', 'generalDed'];
/** A cipher is an object of some weight. */
const CRYPTO = { ...DECODER, bytes: 1 << 18 };
const CONTROLS = [AUTHENTICATED | ENCRYPTED, AUTHENTICATED, ENCRYPTED, 0];

/** The same header, with a body of so many bytes and the lengths that fit it. */
function shortened(apdu: Uint8Array, bytes: number): Uint8Array {
  const header = readCiphered(apdu);
  law(header.ok, 'an APDU of ours has a header');
  const { tag, systemTitle, control, counter, body } = header.value;
  const writer = new Writer().u8(tag);
  if (tag === 0xdb || tag === 0xdc) writer.octets(systemTitle);
  return writer.octets(new Writer().u8(control).u32(counter).raw(body.subarray(0, bytes)).bytes()).bytes();
}

/** A sealed APDU with something wrong: what opens with a tag must be what was sealed, and counted as it was. */
function cipheringCase(dice: Dice, log: CaseLog): void {
  const hand = new Hand({ own: CLIENT_TITLE, peer: CLIENT_TITLE });
  const control = dice.pick(CONTROLS);
  const plain = dice.pick(corpus.REQUEST_APDUS);
  const sealed = hand.seal(plain, { family: dice.pick(FAMILIES), control, counter: dice.number() });
  const isWhole = dice.oneIn(8);
  const changed = dice.oneIn(12) ? shortened(sealed, dice.below(24)) : mutated(dice, sealed, corpus.REQUEST_APDUS);
  const bytes = log.input(isWhole ? sealed : changed);
  const header = readCiphered(bytes);
  if (!header.ok) return log.reach('no header');
  const isDedicated = header.value.family === 'ded' || header.value.family === 'generalDed';
  const opened = open(
    {
      ...header.value,
      systemTitle: CLIENT_TITLE,
      encryptionKey: isDedicated ? hand.dedicatedKey : LAB_KEYS.guek,
      authenticationKey: LAB_KEYS.gak,
    },
    header.value.body,
  );
  if (!opened.ok) return log.reach(words(opened.error));
  const isProved = (header.value.control & AUTHENTICATED) !== 0;
  law(!isProved || equalBytes(opened.value, plain), 'only what was sealed opens under its tag');
  log.reach(isProved ? 'opened, proved' : 'opened, without proof');
}

function gmacCase(dice: Dice, log: CaseLog): void {
  const hand = new Hand({ own: CLIENT_TITLE, peer: CLIENT_TITLE });
  const proof = hand.prove(FIXED_CHALLENGE);
  const said = dice.oneIn(8) ? proof : mutated(dice, proof, corpus.CIPHERED);
  const challenge = dice.oneIn(8) ? mutated(dice, FIXED_CHALLENGE, corpus.CIPHERED) : FIXED_CHALLENGE;
  const answer = log.input(said);
  const keys = { encryptionKey: LAB_KEYS.guek, authenticationKey: LAB_KEYS.gak, systemTitle: CLIENT_TITLE };
  const verifies = gmacVerifies(keys, { challenge, answer });
  const isSame = equalBytes(answer, proof) && equalBytes(challenge, FIXED_CHALLENGE);
  law(verifies === isSame, 'a proof verifies if it is the one that was made, and only then');
  log.reach(verifies ? 'verifies' : 'does not verify');
}

const wrappedUnder = (dice: Dice, kek: Uint8Array): Uint8Array => wrapKey(kek, dice.bytes(dice.pick([16, 16, 24, 32])));

function unwrapCase(dice: Dice, log: CaseLog): void {
  const right = dice.oneIn(4) ? dice.pick(corpus.WRAPPED_KEYS) : wrappedUnder(dice, LAB_KEYS.kek);
  const bytes = log.input(dice.oneIn(8) ? right : mutated(dice, right, corpus.WRAPPED_KEYS));
  const key = unwrapKey(LAB_KEYS.kek, bytes);
  if (key.ok) law(equalBytes(wrapKey(LAB_KEYS.kek, key.value), bytes), 'what unwraps is what was wrapped');
  log.reach(key.ok ? `key of ${key.value.length}` : words(key.error));
}

/** Lists of wrapped keys as a key transfer brings them: all of a list, or none. */
function keyListCase(dice: Dice, log: CaseLog): void {
  const keyring = new Keyring(LAB_KEYS);
  const items = Array.from({ length: dice.below(4) }, () => {
    const wrapped = wrappedUnder(dice, dice.oneIn(12) ? LAB_KEYS.gbek : LAB_KEYS.kek);
    const keyId = dice.oneIn(12) ? dice.number() : dice.below(KEY_NAMES.length);
    return {
      keyId,
      wrapped: dice.oneIn(6) ? log.input(mutated(dice, wrapped, corpus.WRAPPED_KEYS)) : log.given(wrapped),
    };
  });
  log.input(Uint8Array.of(items.length));
  const fresh = keyring.unwrapAll(items);
  law(keyring.keys === LAB_KEYS, 'unwrapping touches nothing');
  if (!fresh.ok) return log.reach(fresh.error);
  law(fresh.value.length === items.length, 'all of a list, or none');
  const cutAt = dice.below(8);
  const end = keyring.install(fresh.value, (point) => point === cutAt);
  keyring.recover();
  const isNew = fresh.value.map(({ name, key }) => equalBytes(keyring.keys[name], key));
  law(
    isNew.every((one) => one === isNew[0]),
    'all new, or all old',
  );
  log.reach(`${end}, ${isNew[0] ? 'all new' : 'all old'}`);
}

export const SUITE_TARGETS: readonly Target[] = [
  {
    ...{ name: 'ciphering', share: 8, allowance: CRYPTO, run: cipheringCase },
    known: [
      ...['no header', 'opened, proved', 'opened, without proof'],
      ...['deciphering: shorter than its tag', 'deciphering: the tag does not verify'],
    ],
  },
  { name: 'gmac', share: 2, allowance: CRYPTO, run: gmacCase, known: ['verifies', 'does not verify'] },
  {
    ...{ name: 'keyWrap', share: 4, allowance: CRYPTO, run: unwrapCase },
    known: ['key of 16', 'key of 24', 'key of 32', 'unwrap-failed'],
  },
  {
    ...{ name: 'keyList', share: 3, allowance: CRYPTO, run: keyListCase },
    known: [
      ...['no key', 'unknown key_id', 'key_id twice', 'unwrap-failed'],
      ...['installed, all new', 'cut, all old', 'cut, all new'],
    ],
  },
];
