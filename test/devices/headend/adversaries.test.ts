// Each adversary is played with bytes against each way of rotating, and must come as far as the knowledge sets say. Suite 0 is a
// stand-in: this says what rotation achieves there, not what SMETS1 devices' own schemes would do.
import { describe, expect, test } from 'vitest';
import { ADVERSARIES, afterRotation, PLANS, type AdversaryId, type PlanId } from '../../../src/keys/adversaries.ts';
import type { RotationStep } from '../../../src/keys/knowledge.ts';
import { KEY_NAMES, type KeySet } from '../../../devices/cosem/deviceKeyring.ts';
import { ascii, equalBytes } from '../../../devices/dlms/encoding/bytes.ts';
import { DlmsClient } from '../../../devices/dlms/client/client.ts';
import { keyTransferParameter } from '../../../devices/dlms/security/keyWrap.ts';
import { decodeRequest } from '../../../devices/dlms/apdu/apduRequest.ts';
import { unwrapKey, wrapKey } from '../../../devices/dlms/security/keyWrap.ts';
import { bytesOf, membersOf, numberOf } from '../../../devices/dlms/encoding/values.ts';
import { connect, converse, disconnect, type Procedure } from '../../../devices/headend/procedure.ts';
import { testDevice } from '../../../devices/headend/dcc.ts';
import { KEY_TRANSFER } from '../../../devices/headend/objects.ts';
import { LAB_KEYS } from '../../../devices/personas/labProfile.ts';
import { peerOf, SMSO_TITLE } from '../../../devices/rig/bench/parties.ts';
import { openAll, pairings, type Frame } from '../../kit/headEnd/audit.ts';
import { ledgerKeys, sameKeys, stage, type Stage } from './stage.ts';

const ZERO = new Uint8Array(16);

/** What a party holds: every key that it has ever learnt, by type. */
interface Loot {
  readonly guek: Uint8Array[];
  readonly gak: Uint8Array[];
  readonly kek: Uint8Array[];
}

/** A session of whoever holds these keys: associates, and may send key transfers. */
function* session(
  made: Stage,
  who: {
    keys: Pick<KeySet, 'guek' | 'gak'>;
    title: Uint8Array;
    from: number;
    kek?: Uint8Array;
    steps: readonly RotationStep[];
    next: () => Uint8Array;
  },
): Procedure<KeySet | undefined> {
  const { peer } = made;
  let counter = who.from;
  let keys: KeySet = { ...LAB_KEYS, ...who.keys, kek: who.kek ?? ZERO };
  const client = new DlmsClient({
    authentication: 'gmac',
    security: { systemTitle: who.title, keys, nextCounter: () => counter++ },
  });
  if (!(yield* connect(peer.call))) return undefined;
  if (!(yield* converse(client.associate())).ok) return yield* over();
  for (const { type } of who.steps) {
    const key = who.next();
    const items = [{ keyId: KEY_NAMES.indexOf(type), wrapped: wrapKey(keys.kek, key) }];
    if (!(yield* converse(client.action(KEY_TRANSFER, keyTransferParameter(items)))).ok) return yield* over();
    keys = { ...keys, [type]: key };
    client.replaceKeys(keys);
  }
  yield* disconnect();
  return keys;
}

function* over(): Procedure<undefined> {
  yield* disconnect();
  return undefined;
}

/** Learns all that can be learnt from recorded frames, until nothing more comes of it. */
function loot(frames: readonly Frame[], held: Loot): Loot {
  const known = {
    guek: [...held.guek],
    gak: [...held.gak, ...(held.gak.length === 0 ? [ZERO] : [])],
    kek: [...held.kek],
  };
  for (let before = -1; before !== known.guek.length + known.gak.length + known.kek.length;) {
    before = known.guek.length + known.gak.length + known.kek.length;
    for (const { plain } of openAll(frames, pairings(known.guek, known.gak)).opened) {
      const request = decodeRequest(plain);
      if (!request.ok || request.value.kind !== 'actionNormal' || request.value.method.classId !== 64) continue;
      for (const item of membersOf(request.value.parameter) ?? []) {
        const [id, wrapped] = membersOf(item) ?? [];
        const name = KEY_NAMES[numberOf(id)!];
        if (name === undefined || name === 'gbek') continue;
        for (const kek of known.kek) {
          const key = unwrapKey(kek, bytesOf(wrapped)!);
          if (key.ok && !known[name].some((other) => equalBytes(other, key.value))) known[name].push(key.value);
        }
      }
    }
  }
  return known;
}

function play(adversary: AdversaryId, plan: PlanId) {
  const made = stage();
  const { holds, records } = ADVERSARIES[adversary];
  const of = (type: 'guek' | 'gak' | 'kek'): Uint8Array[] =>
    (holds as readonly string[]).includes(type) ? [LAB_KEYS[type]] : [];
  let live: KeySet = LAB_KEYS;
  const [first] = PLANS[plan].steps as readonly RotationStep[];
  if (first?.path === 'outOfBand') {
    live = { ...live, kek: made.keySource() };
    made.device.keyring.install([{ name: 'kek', key: live.kek }], undefined);
  }
  const steps = PLANS[plan].steps.filter(({ path }) => path === 'wire');
  live = made.do(
    session(made, { keys: live, kek: live.kek, title: ascii('DCC00001'), from: 1, steps, next: made.keySource }),
  )!;
  expect(sameKeys(live, made.device.keyring.keys)).toBe(true);

  const known = loot(records ? made.frames : [], { guek: of('guek'), gak: of('gak'), kek: of('kek') });
  const recorded = made.frames.length;
  // The DCC reads under the live keys: can the adversary, too?
  const dcc = peerOf('esme', { systemTitle: ascii('DCC00002'), keys: live });
  expect(made.do(testDevice(dcc)).ok).toBe(true);
  const traffic = made.frames.slice(recorded);
  const gaks = known.gak.length > 0 ? known.gak : [ZERO];
  // The tag needs the GAK, the ciphertext does not: reading is judged by the GUEK alone.
  const decrypt = known.guek.some((guek) => openAll(traffic, pairings([guek], [live.gak])).opened.length > 0);
  let from = 1000;
  const tries = pairings(known.guek, gaks).map((keys) => ({
    keys,
    title: SMSO_TITLE,
    next: () => new Uint8Array(16).fill(0x77),
  }));
  const associate = tries.some(
    (who) => made.do(session(made, { ...who, from: (from += 100), steps: [] })) !== undefined,
  );
  const before = made.device.keyring.keys;
  for (const who of tries) {
    for (const kek of known.kek) {
      made.do(session(made, { ...who, kek, from: (from += 100), steps: [{ type: 'guek', path: 'wire' }] }));
    }
  }
  return { decrypt, associate, install: made.device.keyring.keys !== before };
}

describe('bytes come as far as knowledge', () => {
  const cases = (Object.keys(ADVERSARIES) as AdversaryId[]).flatMap((adversary) =>
    (Object.keys(PLANS) as PlanId[]).map((plan) => [adversary, plan] as const),
  );
  test.each(cases)('the bytes allow %s after %s exactly what knowledge allows', (adversary, plan) => {
    expect(play(adversary, plan)).toEqual(afterRotation(adversary, plan));
  });

  test('the old SMSO can do everything if nothing is rotated, so the game can be won', () => {
    expect(play('smsoNotRecording', 'none')).toEqual({ decrypt: true, associate: true, install: true });
  });
});

describe("after the head-end's own rotation", () => {
  test('the old SMSO that did not record can neither associate nor decrypt, through all its tries', () => {
    const made = stage();
    const smso = peerOf('esme', { systemTitle: SMSO_TITLE, keys: LAB_KEYS, masterKey: LAB_KEYS.kek });
    expect(made.do(testDevice(smso)).ok).toBe(true);
    expect(made.rotate()).toEqual({ kind: 'rotated' });
    expect(made.do(testDevice(smso))).toMatchObject({ ok: false });
    const from = made.frames.length;
    expect(made.do(testDevice(made.peer)).ok).toBe(true);
    const { opened, unopened } = openAll(made.frames.slice(from), [LAB_KEYS]);
    expect(opened).toEqual([]);
    expect(unopened).toBeGreaterThan(4);
  });

  test('the answer to each transfer verifies under the keys that it replaces', () => {
    const made = stage();
    made.rotate();
    const [gak, guek] = made.keysMade as [Uint8Array, Uint8Array];
    const all = pairings([LAB_KEYS.guek, guek], [LAB_KEYS.gak, gak]);
    const { opened } = openAll(made.frames, all);
    const transfers = opened.filter(({ plain }) => {
      const request = decodeRequest(plain);
      return request.ok && request.value.kind === 'actionNormal' && request.value.method.classId === 64;
    });
    expect(transfers).toHaveLength(2);
    const under = [LAB_KEYS, { guek: LAB_KEYS.guek, gak }];
    for (const [i, { frame, keys }] of transfers.entries()) {
      expect(sameKeys(keys, under[i]!)).toBe(true);
      const answer = opened.find((other) => other.frame === frame + 1)!;
      expect(answer.direction).toBe('s2c');
      expect(sameKeys(answer.keys, under[i]!)).toBe(true);
    }
    expect(sameKeys(ledgerKeys(made.peer), { guek, gak })).toBe(true);
  });
});
