/** Meters that do not like a counter, each in its own way, and a head-end that finds its place again. */
import { describe, expect, test } from 'vitest';
import type { CosemDevice } from '../../../devices/cosem/device.ts';
import { fromHex, toHex } from '../../../devices/dlms/encoding/bytes.ts';
import type { CounterSettings, Peer } from '../../../devices/headend/associate.ts';
import { KeyLedger, RAISE_MAX } from '../../../devices/headend/keyLedger.ts';
import type { LedgerMemory } from '../../../devices/headend/ledgerMemory.ts';
import type { Call } from '../../../devices/headend/procedure.ts';
import { testDevice } from '../../../devices/headend/dcc.ts';
import { recover } from '../../../devices/headend/rotate.ts';
import type { RunnerOptions } from '../../../devices/headend/runner.ts';
import { connectDevice, labDevice } from '../../../devices/personas/emulatedInstallation.ts';
import { LAB_KEYS } from '../../../devices/personas/labProfile.ts';
import { DCC_TITLE } from '../../../devices/rig/bench/parties.ts';
import { complete } from '../../../devices/rig/run/play.ts';
import { memoryPair } from '../../../devices/transport/memory.ts';
import { virtualTimers } from '../../../devices/transport/timers.ts';
import { NOW } from './stage.ts';

const ACTIVE = { gak: 'active', guek: 'active' } as const;
const APDU_AT = 8;

/** What a meter does in place of `D8 01 06 expected`: an APDU in hexadecimal, `hangs up` or `is silent`. */
type Dislike = string;

interface Meter {
  readonly counter: number;
  readonly dislike: Dislike;
  readonly settings?: CounterSettings;
  /** The public client of this meter. */
  readonly isPublic?: boolean;
  readonly ledger?: KeyLedger;
}

/** An association with a meter that has accepted `counter` before. */
function meet({ counter, dislike, settings, isPublic = true, ledger = new KeyLedger(LAB_KEYS) }: Meter) {
  const timers = virtualTimers(NOW * 1000);
  const device: CosemDevice = labDevice('esme', 4);
  device.keyring.acceptCounter(toHex(DCC_TITLE), counter);
  const calls: Call[] = [];
  /** First bytes of the APDUs that the head-end sent. */
  const tags: number[] = [];
  const notes: string[] = [];
  const written: LedgerMemory[] = [];
  const sent: { counter: number; onRecord: number }[] = [];
  ledger.onChange = (memory) => written.push(memory());
  const runner: RunnerOptions = {
    timers,
    framing: 'wrapper',
    onCall: (call) => calls.push(call),
    dial: (call, done) => {
      const { client, server } = memoryPair({ timers });
      const connection = connectDevice(device, { framing: 'wrapper' });
      server.onData((bytes) => {
        tags.push(bytes[APDU_AT]!);
        if (call.client === 16 && !isPublic) return void server.close();
        for (const frame of connection.receive(bytes, NOW)) {
          const apdu = frame.subarray(APDU_AT);
          const isDisliked = apdu[0] === 0xd8 && apdu[2] === 6;
          if (!isDisliked) server.write(frame);
          else if (dislike === 'hangs up') void server.close();
          else if (dislike !== 'is silent') {
            const answer = fromHex(dislike);
            server.write(new Uint8Array([...frame.subarray(0, 6), 0, answer.length, ...answer]));
          }
        }
      });
      done(client);
    },
  };
  const accept = device.keyring.acceptCounter.bind(device.keyring);
  device.keyring.acceptCounter = (title, used) => {
    sent.push({ counter: used, onRecord: written.at(-1)?.rows.find(({ type }) => type === 'guek')?.nextCounter ?? 0 });
    return accept(title, used);
  };
  const call = { device: 'esme', client: 1, server: 1, timeoutSeconds: 30 } as const;
  const peer: Peer = {
    call,
    systemTitle: DCC_TITLE,
    ledger,
    onCounter: (note) => notes.push(note),
    ...(settings && { counter: settings }),
  };
  return { outcome: complete(recover(peer), runner, timers), ledger, calls, tags, notes, sent, peer, runner, timers };
}

const REJECTED = '6129A109060760857405080101A203020101A305A103020101BE10040E0800065F1F040000101C04000007';

describe('a counter that is too low is raised, whatever the meter makes of it', () => {
  test.each([
    ['names the counter that it expects', 'D80106000003E9'],
    ['leaves out the counter that it expects', 'D80106'],
    ['says that it cannot decipher', 'D80105'],
    ['says that the service is not supported', 'D80202'],
    ['gives another reason', 'D80103'],
    ['is busy, it says', 'D80101'],
    ['rejects the association', REJECTED],
    ['answers with a confirmed service error', '0E010600'],
    ['hangs up', 'hangs up'],
    ['is silent', 'is silent'],
  ])('a counter that is too low is raised by a meter that %s', (_, dislike) => {
    const { outcome, sent } = meet({ counter: 1000, dislike });
    expect(outcome).toMatchObject({ ok: true });
    expect(sent[0]!.counter).toBeGreaterThan(1000);
    // It is on record before it is used.
    for (const { counter, onRecord } of sent) expect(onRecord).toBeGreaterThan(counter);
  });

  test.each([
    ['D80106', RAISE_MAX * 40],
    ['hangs up', 0x80000000],
    ['is silent', RAISE_MAX + 5],
    // It names 0x05F5E101, and its public client says so too.
    ['D8010605F5E101', 0x05f5e100],
  ])('a counter that is too low is raised by a meter that is far ahead and answers %s', (dislike, counter) => {
    const { outcome, notes } = meet({ counter, dislike });
    expect(outcome).toMatchObject({ ok: true });
    expect(notes.join()).toContain(`to ${counter + 1}`);
  });
});

describe('a counter is not raised', () => {
  test('an unconfirmed exception that is far ahead does not raise a counter', () => {
    const made = meet({ counter: 5_000_000, dislike: 'D801064C4B4001', isPublic: false });
    expect(made.outcome).toMatchObject({ ok: false });
    expect(made.ledger.nextCounter(ACTIVE)).toBeLessThan(10);
    expect(made.notes.join()).toContain('too far ahead');
  });

  test('an exception beyond what the public client reads does not raise a counter', () => {
    const made = meet({ counter: 1000, dislike: 'D80106F0000000' });
    expect(made.outcome).toMatchObject({ ok: false });
    expect(made.ledger.nextCounter(ACTIVE)).toBeLessThan(10);
  });

  test('a counter is not raised so far that the key could no longer be rotated', () => {
    expect(meet({ counter: 0xfffffff0, dislike: 'D80106' }).outcome).toMatchObject({ ok: false });
  });

  test('a counter that was not too low is not raised, and the meter is asked once in public', () => {
    const ledger = new KeyLedger(LAB_KEYS);
    ledger.startCounter(2000);
    const made = meet({ counter: 1000, dislike: 'D80105', ledger });
    expect(made.outcome).toMatchObject({ ok: true });
    const broken: Peer = { ...made.peer, systemTitle: fromHex('0000000000000001') };
    const before = made.calls.length;
    const wrong = { ...broken, ledger: new KeyLedger({ guek: LAB_KEYS.kek, gak: LAB_KEYS.gak }) };
    wrong.ledger.startCounter(9_000);
    expect(complete(recover(wrong), made.runner, made.timers)).toMatchObject({ ok: false });
    expect(made.calls.slice(before).map(({ client }) => client)).toEqual([1, 16]);
  });
});

describe('settings', () => {
  test('the counter is read first, so that no association fails', () => {
    const { outcome, calls } = meet({ counter: 1000, dislike: 'is silent', settings: { readFirst: true } });
    expect(outcome).toMatchObject({ ok: true });
    expect(calls.map(({ client }) => client)).toEqual([16, 1]);
  });

  test('the counter of another object is read', () => {
    const elsewhere = { object: { classId: 1, ln: '00002B0107FF', id: 2 } };
    expect(meet({ counter: 1000, dislike: 'is silent', settings: elsewhere }).outcome).toMatchObject({ ok: false });
  });

  test('a start reaches any counter, and never lowers one', () => {
    const ledger = new KeyLedger(LAB_KEYS);
    ledger.startCounter(4_000_000_000);
    ledger.startCounter(7);
    expect(ledger.reserveCounter(ACTIVE)).toBe(4_000_000_000);
    const { outcome } = meet({ counter: 3_999_999_000, dislike: 'is silent', ledger, isPublic: false });
    expect(outcome).toMatchObject({ ok: true });
  });

  test.each([
    ['its own name', '0000280000FF', true],
    ['a name that this meter does not take', '0000280003FF', false],
  ])('the keys are proved in the association object with %s', (_, association, isProved) => {
    const made = meet({ counter: 0, dislike: 'is silent' });
    const peer = { ...made.peer, association };
    expect(complete(recover(peer), made.runner, made.timers).ok).toBe(isProved);
  });

  test.each([
    ['as usual', undefined, 1],
    ['without one, for a device that answers none', false, 0],
  ])('an association is released %s', (_, release, count) => {
    const made = meet({ counter: 0, dislike: 'is silent' });
    const before = made.tags.length;
    const peer = { ...made.peer, ...(release !== undefined && { release }) };
    expect(complete(testDevice(peer), made.runner, made.timers).ok).toBe(true);
    expect(made.tags.slice(before).filter((tag) => tag === 0x62)).toHaveLength(count);
  });
});
