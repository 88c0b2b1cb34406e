/** High-level security other than GMAC: the proofs, and an association by each of them. */
import { createCipheriv, createHash, generateKeyPairSync, verify } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { DlmsClient, type DlmsClientOptions } from '../../../devices/dlms/client/client.ts';
import { converse } from '../../../devices/dlms/client/converse.ts';
import { ascii, concat, fromHex, toHex } from '../../../devices/dlms/encoding/bytes.ts';
import {
  type Authentication,
  hlsProof,
  hlsVerifies,
  MECHANISMS,
  type SigningKeys,
} from '../../../devices/dlms/security/hls.ts';
import { Association } from '../../../devices/dlms/server/association.ts';
import { obis } from '../../../devices/cosem/object.ts';
import { LAB_CLIENTS } from '../../../devices/personas/labProfile.ts';
import { labDevice } from '../../../devices/personas/emulatedInstallation.ts';
import { NOW } from './harness.ts';

const SECRET = ascii('0123456789ABCDEF');
const CLIENT = ascii('HEADEND1');
const SERVER = ascii('METER001');
const ASKED = fromHex('000102030405060708090A0B0C0D0E0F');
const OWN = fromHex('F0F1F2F3F4F5F6F7F8F9FAFBFCFDFEFF');
const input = { secret: SECRET, prover: CLIENT, verifier: SERVER, asked: ASKED, own: OWN };
const hash = (name: string, ...parts: readonly Uint8Array[]): string => createHash(name).update(concat(...parts)).digest('hex').toUpperCase(); // prettier-ignore

describe('the proofs are those of the Green Book', () => {
  test.each([
    ['MD5 of challenge and secret', MECHANISMS.md5, hash('md5', ASKED, SECRET)],
    ['SHA-1 of challenge and secret', MECHANISMS.sha1, hash('sha1', ASKED, SECRET)],
    ['SHA-256 of secret, both titles and both challenges', MECHANISMS.sha256, hash('sha256', SECRET, CLIENT, SERVER, ASKED, OWN)], // prettier-ignore
  ])('%s', (_, mechanism, expected) => {
    expect(toHex(hlsProof(mechanism, input)!)).toBe(expected);
  });

  test('mechanism 2 is AES-128 of the challenge under the secret, the published example of AES among them', () => {
    // FIPS 197, appendix C.1.
    const [secret, asked] = [ASKED, fromHex('00112233445566778899AABBCCDDEEFF')];
    expect(toHex(hlsProof(MECHANISMS.high, { ...input, secret, asked })!)).toBe('69C4E0D86A7B0430D8CDB78070B4C55A');
    const cipher = createCipheriv('aes-128-ecb', SECRET, null).setAutoPadding(false);
    expect(toHex(hlsProof(MECHANISMS.high, input)!)).toBe(toHex(new Uint8Array(cipher.update(ASKED))));
  });

  test.each([
    ['P-256', 'sha256', 64],
    ['P-384', 'sha384', 96],
  ])('ECDSA on %s signs titles and challenges as two numbers', (namedCurve, algorithm, bytes) => {
    const [client, server] = [generateKeyPairSync('ec', { namedCurve }), generateKeyPairSync('ec', { namedCurve })];
    const proof = hlsProof(MECHANISMS.ecdsa, {
      ...input,
      signing: { own: client.privateKey, peer: server.publicKey },
    })!;
    expect(proof).toHaveLength(bytes);
    const key = { key: client.publicKey, dsaEncoding: 'ieee-p1363' } as const;
    expect(verify(algorithm, concat(CLIENT, SERVER, ASKED, OWN), key, proof)).toBe(true);
    const signing = { own: server.privateKey, peer: client.publicKey };
    expect(hlsVerifies(MECHANISMS.ecdsa, { ...input, signing }, proof)).toBe(true);
    expect(hlsVerifies(MECHANISMS.ecdsa, { ...input, signing, own: ASKED }, proof)).toBe(false);
  });
});

describe('an association', () => {
  const pair = (): { privateKey: SigningKeys['own']; publicKey: SigningKeys['peer'] } => generateKeyPairSync('ec', { namedCurve: 'P-256' }); // prettier-ignore
  const [client, server, stranger] = [pair(), pair(), pair()];
  const kept = { own: server.privateKey, peer: client.publicKey };
  /** A lab device whose management client logs in by another mechanism. */
  const associated = (way: Exclude<Authentication, 'none' | 'lls' | 'gmac'>, given: Partial<DlmsClientOptions>) => {
    const meter = labDevice('esme', 1);
    const policy = {
      ...LAB_CLIENTS[2]!,
      mechanism: MECHANISMS[way],
      contexts: [1] as const,
      secret: SECRET,
      signing: kept,
    };
    Object.defineProperty(meter, 'client', { value: () => policy });
    const association = new Association(meter, { client: 1, server: 1 });
    const head = new DlmsClient({ authentication: way, systemTitle: CLIENT, ...given });
    const ask = (apdu: Uint8Array): Uint8Array => association.receive(apdu, NOW) ?? new Uint8Array(0);
    return { head, ask, result: converse(head.associate(), ask) };
  };
  const credentials = { secret: SECRET, signing: { own: client.privateKey, peer: server.publicKey } };
  const others = { secret: ascii('FEDCBA9876543210'), signing: { own: stranger.privateKey, peer: server.publicKey } };

  test.each(['high', 'md5', 'sha1', 'sha256', 'ecdsa'] as const)('by %s proves both sides, and then reads', (way) => {
    const { head, ask, result } = associated(way, credentials);
    expect(result).toMatchObject({ ok: true });
    const name = { classId: 1, ln: obis('0.0.42.0.0.255'), id: 2 };
    expect(converse(head.get(name), ask)).toMatchObject({ ok: true, value: { type: 'octetString' } });
  });

  test.each(['high', 'md5', 'sha1', 'sha256', 'ecdsa'] as const)(
    'by %s with another secret or key is refused',
    (way) => {
      expect(associated(way, others).result).toMatchObject({ ok: false, error: { kind: 'result', result: 3 } });
    },
  );

  test('a server that proves nothing is not believed', () => {
    const { ask } = associated('md5', credentials);
    const head = new DlmsClient({ authentication: 'md5', systemTitle: CLIENT, ...credentials });
    // The last octet of the proof is turned.
    const turned = (apdu: Uint8Array): Uint8Array => {
      const answer = ask(apdu).slice();
      if (answer[0] === 0xc7) answer[answer.length - 1]! ^= 1;
      return answer;
    };
    expect(converse(head.associate(), turned)).toMatchObject({ ok: false, error: { kind: 'security' } });
  });
});
