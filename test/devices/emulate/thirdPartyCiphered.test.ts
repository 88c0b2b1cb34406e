/**
 * Ciphered associations as other people's clients take them up, each APDU made by hand with the cipher of node itself: GMAC
 * with everything ciphered, and with nothing; LLS under a cipher; keys changed under a client that keeps one count.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { expect, test } from 'vitest';
import type { CosemDevice } from '../../../devices/cosem/device.ts';
import { wrapKey } from '../../../devices/dlms/security/keyWrap.ts';
import { connectDevice, labDevice } from '../../../devices/personas/emulatedInstallation.ts';
import { LAB_KEYS } from '../../../devices/personas/labProfile.ts';
import { NOW } from '../dlms/harness.ts';

const TITLE = Buffer.from('GRX12345');
const CHALLENGE = '3E9515E53692FD5A7249A324B08649E8';
const INITIATE = '01000000065F1F040060525FFFFF';
const GET_TIME = 'C001C100080000010000FF0200';
const SET_TIME = 'C101C100080000010000FF0200090C07E6010A010C000000000000';

function word(value: number): Buffer {
  const out = Buffer.alloc(4);
  out.writeUInt32BE(value);
  return out;
}

/** One client: its keys, its counter, and the last counter that it saw. */
class Hand {
  guek: Uint8Array = LAB_KEYS.guek;
  gak: Uint8Array = LAB_KEYS.gak;
  counter = 0;
  readonly seen: number[] = [];
  readonly meter: Buffer;
  private readonly connection: ReturnType<typeof connectDevice>;
  private readonly sap: number;

  constructor(device: CosemDevice, sap: number) {
    this.connection = connectDevice(device, { framing: 'wrapper' });
    this.sap = sap;
    this.meter = Buffer.from(device.systemTitle);
  }

  /** An APDU in clear and what comes back, in hex. */
  ask(hex: string): string {
    const apdu = Buffer.from(hex, 'hex');
    const head = Buffer.from([0, 1, 0, this.sap, 0, 1, 0, apdu.length]);
    const out = this.connection.receive(Buffer.concat([head, apdu]), NOW);
    expect(out).toHaveLength(1);
    return Buffer.from(out[0]!).subarray(8).toString('hex').toUpperCase();
  }

  /** `length 30 counter ciphertext tag`, as it stands behind a ciphered tag. */
  seal(hex: string): string {
    const iv = Buffer.concat([TITLE, word(this.counter)]);
    const cipher = createCipheriv('aes-128-gcm', this.guek, iv, { authTagLength: 12 });
    cipher.setAAD(Buffer.concat([Buffer.from([0x30]), this.gak]));
    const text = cipher.update(Buffer.from(hex, 'hex'));
    cipher.final();
    const body = Buffer.concat([Buffer.from([0x30]), word(this.counter++), text, cipher.getAuthTag()]);
    return Buffer.concat([Buffer.from([body.length]), body]).toString('hex');
  }

  /** The plaintext of `tag length 30 counter ciphertext tag`. */
  open(hex: string): string {
    const body = Buffer.from(hex, 'hex').subarray(2);
    this.seen.push(body.readUInt32BE(1));
    const iv = Buffer.concat([this.meter, body.subarray(1, 5)]);
    const cipher = createDecipheriv('aes-128-gcm', this.guek, iv, { authTagLength: 12 });
    cipher.setAuthTag(body.subarray(-12));
    cipher.setAAD(Buffer.concat([Buffer.from([0x30]), this.gak]));
    const text = cipher.update(body.subarray(5, -12));
    cipher.final();
    return text.toString('hex').toUpperCase();
  }

  /** A glo-* request and its opened answer, or the exception as it came. */
  glo(tag: 'C8' | 'C9' | 'CB', hex: string): string {
    const answer = this.ask(`${tag}${this.seal(hex)}`);
    return answer.startsWith('D8') ? answer : this.open(answer);
  }

  /** f(StoC): `10 counter tag`. */
  proof(challenge: string): string {
    const iv = Buffer.concat([TITLE, word(this.counter)]);
    const cipher = createCipheriv('aes-128-gcm', this.guek, iv, { authTagLength: 12 });
    cipher.setAAD(Buffer.concat([Buffer.from([0x10]), this.gak, Buffer.from(challenge, 'hex')]));
    cipher.final();
    return Buffer.concat([Buffer.from([0x10]), word(this.counter), cipher.getAuthTag()]).toString('hex');
  }

  /** AARQ by context and mechanism; gives the AARE. */
  aarq(context: '01' | '03', middle: string): string {
    const information = context === '03' ? `21${this.seal(INITIATE)}` : INITIATE;
    const size = information.length / 2;
    const title = `A60A0408${TITLE.toString('hex')}`;
    const body = `A1090607608574050801${context}${title}${middle}BE${hex(size + 2)}04${hex(size)}${information}`;
    return this.ask(`60${hex(body.length / 2)}${body}`);
  }

  /** Everything up to the fourth pass. */
  gmac(context: '01' | '03'): string {
    const aare = this.aarq(context, `8A0207808B0760857405080205AC128010${CHALLENGE}`);
    const challenge = /AA128010(.{32})/.exec(aare)?.[1];
    if (challenge === undefined) return aare;
    // The proof and the APDU that carries it share a counter, as some clients have it.
    const pass3 = `C301C1000F0000280000FF01010911${this.proof(challenge)}`;
    return context === '03' ? this.glo('CB', pass3) : this.ask(pass3);
  }
}

function hex(value: number): string {
  return value.toString(16).padStart(2, '0');
}

test('GMAC and everything ciphered, counters from 0', () => {
  const hand = new Hand(labDevice('esme', 1), 1);
  expect(hand.gmac('03')).toMatch(/^C701C100010009111000000002/);
  expect(hand.glo('C8', GET_TIME)).toMatch(/^C401C100090C07E6010A/);
  expect(hand.glo('C9', SET_TIME)).toBe('C501C100');
});

test('GMAC and nothing ciphered: the keys are proved both ways, and what goes in clear may only read', () => {
  const device = labDevice('esme', 1);
  const hand = new Hand(device, 1);
  const pass4 = hand.gmac('01');
  expect(pass4).toMatch(/^C701C100010009111000000001[0-9A-F]{24}$/);
  expect(hand.ask(GET_TIME)).toMatch(/^C401C100090C/);
  expect(hand.ask(SET_TIME)).toBe('D80102');
  expect(device.clockOffsetSeconds).toBe(0);
  // Rights ask for an authenticated APDU: no key, no policy and no supply is moved in clear.
  const wrapped = Buffer.from(wrapKey(LAB_KEYS.kek, LAB_KEYS.gak)).toString('hex');
  expect(hand.ask(`C301C1004000002B0000FF02010101020216000918${wrapped}`)).toBe('C701C10300');
  expect(hand.ask('C301C1004600006003 0AFF01010F00'.replace(' ', ''))).toBe('C701C10300');
  expect(device.keyring.keys).toEqual(LAB_KEYS);
});

test('GMAC without ciphering is refused as soon as the security policy demands something', () => {
  const device = labDevice('esme', 1);
  device.securityPolicy = 1;
  expect(new Hand(device, 1).gmac('01')).toContain('A203020101A305A103020102');
  expect(new Hand(device, 1).gmac('03')).toMatch(/^C701C100010009/);
});

test('without its key nobody gets past the proof, ciphered or not', () => {
  for (const context of ['01', '03'] as const) {
    const hand = new Hand(labDevice('esme', 1), 1);
    hand.guek = LAB_KEYS.kek;
    expect(hand.gmac(context)).toBe(context === '03' ? 'D80105' : 'C701C10300');
    expect(hand.ask(GET_TIME)).toBe('D80102');
  }
});

test('LLS under a cipher reads; keys are still for those who proved theirs', () => {
  const device = labDevice('esme', 1);
  const hand = new Hand(device, 17);
  expect(hand.aarq('03', '8A0207808B0760857405080201AC0780054775727578')).toContain('A203020100A305A103020100');
  expect(hand.glo('C8', GET_TIME)).toMatch(/^C401C100090C/);
  expect(hand.ask(GET_TIME)).toBe('D80102');
  const wrapped = Buffer.from(wrapKey(LAB_KEYS.kek, LAB_KEYS.gak)).toString('hex');
  expect(hand.glo('CB', `C301C1004000002B0000FF02010101020216020918${wrapped}`)).toBe('C701C10300');
});

test('a new key within an association: answers go on counting upward, for clients that keep one count of a meter', () => {
  const device = labDevice('esme', 1);
  const hand = new Hand(device, 1);
  hand.gmac('03');
  for (let i = 0; i < 5; i++) hand.glo('C8', GET_TIME);
  const fresh = new Uint8Array(16).fill(0xa5);
  const wrapped = Buffer.from(wrapKey(LAB_KEYS.kek, fresh)).toString('hex');
  expect(hand.glo('CB', `C301C1004000002B0000FF02010101020216000918${wrapped}`)).toBe('C701C10000');
  expect(hand.glo('C8', GET_TIME)).toBe('D80205');
  hand.guek = fresh;
  hand.counter = 0;
  expect(hand.glo('C8', GET_TIME)).toMatch(/^C401C100/);
  expect(hand.seen).toEqual([...hand.seen].sort((a, b) => a - b));
  expect(new Set(hand.seen).size).toBe(hand.seen.length);
});

test('hundreds of clients with titles of their own are remembered one by one', () => {
  const device = labDevice('esme', 1);
  for (let i = 0; i < 300; i++) expect(device.keyring.acceptCounter(`title ${i}`, 0)).toBe(true);
  expect(device.keyring.acceptedCounter('title 0')).toBe(0);
});
