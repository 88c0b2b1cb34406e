/**
 * Our head-end against meters that are not ours: answers made by hand as other makers' servers give them, and our own meter
 * with what those have otherwise. No meter of another maker runs here.
 */
import { describe, expect, test } from 'vitest';
import { CosemDevice } from '../../../devices/cosem/device.ts';
import { constant } from '../../../devices/cosem/object.ts';
import type { CosemObject } from '../../../devices/cosem/deviceModel.ts';
import { ascii, concat, fromHex, toHex } from '../../../devices/dlms/encoding/bytes.ts';
import { writeCiphered } from '../../../devices/dlms/security/ciphering.ts';
import { type Conversation, DlmsClient, type DlmsClientOptions } from '../../../devices/dlms/client/client.ts';
import { ClientSession } from '../../../devices/dlms/client/clientSession.ts';
import { octets } from '../../../devices/dlms/encoding/values.ts';
import { labKeySource } from '../../../devices/headend/keySource.ts';
import { recover, rotate } from '../../../devices/headend/rotate.ts';
import { KeyLedger } from '../../../devices/headend/keyLedger.ts';
import type { RunnerOptions } from '../../../devices/headend/runner.ts';
import { CLEAR } from '../../../devices/link/condition.ts';
import { serve } from '../../../devices/link/serve.ts';
import { connectDevice, LAB_MODELS } from '../../../devices/personas/emulatedInstallation.ts';
import { LAB_KEYS, labIdentity } from '../../../devices/personas/labProfile.ts';
import { DCC_TITLE } from '../../../devices/rig/bench/parties.ts';
import { complete } from '../../../devices/rig/run/play.ts';
import { passed } from '../../../devices/transport/framePolicy.ts';
import { memoryPair } from '../../../devices/transport/memory.ts';
import { virtualTimers } from '../../../devices/transport/timers.ts';
import { Stream } from '../../../sim/world/dice/draws.ts';
import { STREAMS, seedWords } from '../../../sim/world/dice/streams.ts';
import { NOW, sameKeys, stage } from './stage.ts';

const METER = ascii('ABCDEFGH');
const CLOCK = { classId: 8, ln: '0000010000FF', id: 2 };
const LLS_LIKE = { result: 'A203020100', diagnostic: 'A305A103020100' };

function gloClient(options: Partial<NonNullable<DlmsClientOptions['security']>> = {}): DlmsClient {
  let counter = 0;
  const security = { systemTitle: ascii('CLI00001'), keys: LAB_KEYS, nextCounter: () => ++counter, ...options };
  return new DlmsClient({ authentication: 'none', security });
}

/** What a meter says under its keys, counting from 0 as some do. */
function meterVoice(): (family: 'glo' | 'generalGlo', hex: string, tag?: number) => Uint8Array {
  let counter = 0;
  return (family, hex, tag) => {
    const protection = {
      control: 0x30,
      encryptionKey: LAB_KEYS.guek,
      authenticationKey: LAB_KEYS.gak,
      systemTitle: METER,
      counter: counter++,
    };
    // An exception has no ciphered tag of its own: it is sealed as a confirmedServiceError is, and the tag put in front.
    const apdu = writeCiphered(tag === undefined ? family : 'generalGlo', protection, fromHex(hex));
    return tag === undefined ? apdu : concat(new Uint8Array([tag]), apdu.subarray(2 + METER.length));
  };
}

function aare(information: Uint8Array, title: string): Uint8Array {
  const size = (n: number): string => n.toString(16).padStart(2, '0');
  const user = `BE${size(information.length + 2)}04${size(information.length)}${toHex(information)}`;
  const body = `A109060760857405080103${LLS_LIKE.result}${LLS_LIKE.diagnostic}${title}${user}`;
  return fromHex(`61${size(body.length / 2)}${body}`);
}

const WITH_TITLE = `A40A0408${toHex(METER)}`;
const INITIATED = { withoutGeneral: '0800065F1F040000121D04000007', withGeneral: '0800065F1F040040121D04000007' };

/** Runs a conversation against answers in order; gives its result and what it sent. */
function against<T>(conversation: Conversation<T>, answers: readonly Uint8Array[]): { result: T; sent: string[] } {
  const sent: string[] = [];
  let step = conversation.next();
  for (const answer of answers) {
    if (step.done) throw new Error('it ended before all was said');
    sent.push(toHex(step.value));
    step = conversation.next(answer);
  }
  if (!step.done) throw new Error('it wants more');
  return { result: step.value, sent };
}

describe('the client', () => {
  test.each([
    ['not granted', INITIATED.withoutGeneral, 'glo', /^C81E30/],
    ['granted', INITIATED.withGeneral, 'generalGlo', /^DB08/],
  ] as const)(
    'general protection %s: requests are wrapped so that the meter can read them',
    (_, initiated, family, is) => {
      const say = meterVoice();
      const client = gloClient();
      expect(against(client.associate(), [aare(say('glo', initiated), WITH_TITLE)]).result.ok).toBe(true);
      const read = against(client.get(CLOCK), [say(family, 'C401C000090C07E6010A010C000000000000')]);
      expect(read.sent[0]).toMatch(is);
      expect(read.result.ok).toBe(true);
    },
  );

  test('an AARE without a title is taken where the title stands before its ciphered initiate', () => {
    const say = meterVoice();
    const { result } = against(gloClient().associate(), [aare(say('generalGlo', INITIATED.withoutGeneral), '')]);
    expect(result).toMatchObject({ ok: true, value: { serverTitle: METER } });
    const nowhere = against(gloClient().associate(), [aare(say('glo', INITIATED.withoutGeneral), '')]);
    expect(nowhere.result).toEqual({ ok: false, error: { kind: 'security', error: 'the server has no system title' } });
  });

  test('an exception under a cipher is read as the exception that it is', () => {
    const say = meterVoice();
    const client = gloClient();
    against(client.associate(), [aare(say('glo', INITIATED.withoutGeneral), WITH_TITLE)]);
    const { result } = against(client.get(CLOCK), [say('glo', 'D80206000000FF', 0x2e)]);
    expect(result).toEqual({
      ok: false,
      error: { kind: 'exception', stateError: 2, serviceError: 6, expectedCounter: 255 },
    });
  });

  test('an exception before the meter has sent its title is reported as unreadable, unless the title is known', () => {
    const sealed = meterVoice()('glo', 'D80106000000FF', 0x2e);
    expect(against(gloClient().associate(), [sealed]).result).toEqual({
      ok: false,
      error: { kind: 'sealedComplaint' },
    });
    expect(against(gloClient({ serverTitle: METER }).associate(), [sealed]).result).toMatchObject({
      error: { kind: 'exception', serviceError: 6, expectedCounter: 255 },
    });
  });

  test('blocks that count from 0 are put together; a number left out is not', () => {
    const block = (last: string, number: string, raw: string): Uint8Array => fromHex(`C402C0${last}${number}00${raw}`);
    const read = (answers: readonly Uint8Array[]) =>
      against(new DlmsClient({ authentication: 'none' }).get(CLOCK), answers);
    const [zero, one, two] = ['00000000', '00000001', '00000002'] as const;
    expect(read([block('00', zero, '020903'), block('01', one, '03010203')]).result).toEqual({
      ok: true,
      value: octets(fromHex('010203')),
    });
    expect(read([block('00', zero, '020903'), block('01', two, '03010203')]).result).toMatchObject({ ok: false });
  });

  test.each([
    ['with a reason', '6303800100', true],
    ['with nothing', '6300', true],
    ['with lengths that are wrong', '6324800100BE2204212803', true],
    ['that refuses', '6303800101', false],
    ['that is none', 'D80102', false],
  ])('the client handles an RLRE %s', (_, answer, ok) => {
    const { result } = against(new DlmsClient({ authentication: 'none' }).release(), [fromHex(answer)]);
    expect(result.ok).toBe(ok);
  });
});

describe('the session', () => {
  test('an answer that comes too late is not taken for the answer to what is asked next', () => {
    const session = new ClientSession({ framing: 'wrapper', client: 16, server: 1, timeoutSeconds: 3 });
    const client = new DlmsClient({ authentication: 'none' });
    const late = fromHex('00010001001000056303800100');
    const first = session.start(client.release(), 0);
    session.poll(3);
    expect(first.exchange.lost).toBe('timeout');
    expect(session.ready).toBe(false);
    const second = session.start(client.release(), 3);
    session.receive(late, 4);
    expect(second).toEqual({ exchange: { lost: 'linkDown' }, send: [] });
    // Another carrier: half of an answer over the old one is no part of what comes over this one.
    session.receive(late.subarray(0, 5), 4);
    session.open(5);
    const third = session.start(client.release(), 5);
    session.receive(late, 5);
    expect(third.exchange.result).toEqual({ ok: true, value: undefined });
  });
});

/** A meter whose only security setup is one that its association names, and not where ours has it. */
function elsewhere(name: string | undefined): CosemDevice {
  const model = LAB_MODELS.esme;
  const objects = model.objects.flatMap((object): CosemObject[] => {
    if (object.ln === '00002B0000FF') return name === undefined ? [object] : [];
    if (object.ln !== '0000280000FF') return [object];
    const attributes = [...object.attributes];
    attributes[7] = name === undefined ? {} : constant(octets(fromHex(name)));
    return [{ ...object, attributes }];
  });
  return new CosemDevice({ ...model, objects }, labIdentity('esme', 9));
}

describe('the head-end', () => {
  test.each([
    ['names its security setup', '00002B0002FF'],
    ['names none', undefined],
  ])('the head-end rotates the keys of a meter that %s', (_, name) => {
    const device = elsewhere(name);
    const timers = virtualTimers(NOW * 1000);
    const runner: RunnerOptions = {
      timers,
      framing: 'wrapper',
      dial: (_call, done) => {
        const { client, server } = memoryPair({ timers });
        serve(connectDevice(device, { framing: 'wrapper' }), server, timers);
        done(client);
      },
    };
    const ledger = new KeyLedger(LAB_KEYS, LAB_KEYS.kek);
    const call = { device: 'esme', client: 1, server: 1, timeoutSeconds: 30 } as const;
    const keySource = labKeySource(new Stream(seedWords('elsewhere'), 0, STREAMS.labKeys), 1);
    const peer = { call, systemTitle: DCC_TITLE, ledger };
    expect(complete(rotate(peer, { keySource, tries: 1 }), runner, timers)).toEqual({ kind: 'rotated' });
    expect(sameKeys(ledger.keys({ gak: 'active', guek: 'active' }), device.keyring.keys)).toBe(true);
    expect(sameKeys(device.keyring.keys, LAB_KEYS)).toBe(false);
  });

  test('a counter that lags by one after a restored ledger is set to the one that the device asks for', () => {
    const made = stage();
    expect(made.recover()).toBe(1);
    const restored = { ...made.peer, ledger: new KeyLedger(LAB_KEYS, LAB_KEYS.kek) };
    const active = { gak: 'active', guek: 'active' } as const;
    expect(restored.ledger.raiseCounter(active, made.device.keyring.highestAccepted)).toBe(true);
    expect(made.do(recover(restored))).toMatchObject({ ok: true });
  });

  test('a counter too low without an expected one is read in public and never lowered', () => {
    const made = stage();
    expect(made.recover()).toBe(1);
    const spent = made.device.keyring.highestAccepted;
    const lost = { ...made.peer, ledger: new KeyLedger(LAB_KEYS, LAB_KEYS.kek) };
    const shortened: string[] = [];
    made.link({
      ...CLEAR,
      frames: {
        admit: ({ bytes }) => {
          const isLong = bytes[8] === 0xd8 && bytes.length === 15;
          if (isLong) shortened.push(toHex(bytes.subarray(8)));
          // `D8 01 06` and no more, in a wrapper PDU of three bytes.
          const given = isLong ? concat(bytes.subarray(0, 7), new Uint8Array([3]), bytes.subarray(8, 11)) : bytes;
          return passed(given);
        },
      },
    });
    expect(made.do(recover(lost))).toMatchObject({ ok: true });
    expect(shortened).toHaveLength(1);
    expect(lost.ledger.reserveCounter({ gak: 'active', guek: 'active' })).toBeGreaterThan(spent + 1);
  });
});
