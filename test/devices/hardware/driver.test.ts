import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { SAMPLE_DRIVER, startDriver } from '../../../devices/hardware/driver.ts';
import type { Driver } from '../../../devices/hardware/driver.ts';
import { DriverError, redacted } from '../../../devices/hardware/driverProcess.ts';
import type { DriverEvent } from '../../../devices/hardware/driverProtocol.ts';
import { driverJsonSchema } from '../../../devices/hardware/driverProtocol.ts';
import { parseInstant } from '../../../src/time.ts';
import { turn, until } from '../transport/transportLaws.ts';

const BAD_DRIVER = new URL('./badDriver.mjs', import.meta.url);
const SAMPLE = [process.execPath, fileURLToPath(SAMPLE_DRIVER)];
const bad = (how: string): string[] => [process.execPath, fileURLToPath(BAD_DRIVER), how];
/** Time limits that never strike by themselves: a test that needs one lets it strike. */
const NO_HURRY = { helloSeconds: 600, answerSeconds: 600 };

function struckTimers(): { timers: Parameters<typeof startDriver>[0]['timers'] & object; strike(): void } {
  const pending = new Set<() => void>();
  return {
    timers: {
      nowMilliseconds: () => 0,
      after(_delay, action) {
        pending.add(action);
        return () => void pending.delete(action);
      },
    },
    strike() {
      for (const action of [...pending]) action();
    },
  };
}

async function failure(of: Promise<unknown>): Promise<DriverError> {
  const cause: unknown = await of.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(cause).toBeInstanceOf(DriverError);
  return cause as DriverError;
}

describe('the sample driver', () => {
  test('answers everything it declares', async () => {
    const driver = await startDriver({ command: SAMPLE, ...NO_HURRY, allow: ['power'] });
    expect([driver.name, [...driver.capabilities]]).toEqual([
      'sample',
      ['probe', 'lastContact', 'read', 'power', 'observe'],
    ]);
    expect(await driver.open('rack3:hub7', { slot: 4 })).toEqual({ ok: true, value: {} });
    expect(await driver.probe()).toMatchObject({ ok: true, value: { answered: true, detail: 'sample at rack3:hub7' } });
    const contact = await driver.lastContact('wan');
    expect(contact.ok && parseInstant(contact.value.at ?? '')).toBeTypeOf('number');
    expect(await driver.read('1.8.0')).toMatchObject({ ok: true, value: { value: '006613.405', unit: 'kWh' } });
    expect(await driver.read('9.9.9')).toEqual({ ok: false, observation: 'refused', message: 'no object 9.9.9' });
    const events: DriverEvent[] = [];
    await driver.observe((event) => events.push(event));
    await until(turn, () => events.length > 0);
    expect(events[0]).toMatchObject({ event: 'contact', link: 'han' });
    await driver.power('off');
    expect(await driver.probe()).toMatchObject({ ok: false, observation: 'noAnswer' });
    await driver.close();
    expect((await failure(driver.probe())).code).toMatch(/closed|crashed/);
    await driver.close();
  });

  test('power stays untouched unless the rig allows it', async () => {
    const driver = await startDriver({ command: SAMPLE, ...NO_HURRY });
    expect(await driver.power('off')).toMatchObject({ ok: false, observation: 'systemFault' });
    expect(await driver.probe()).toMatchObject({ ok: true });
    await driver.close();
  });
});

describe('drivers that fail', () => {
  async function started(how: string): Promise<Driver> {
    return startDriver({ command: bad(how), ...NO_HURRY });
  }

  test.each([
    ['crash', 'crashed', /ended with code 3 while it was asked to read; its last words: something broke/],
    ['babble', 'protocol', /not JSON/],
    ['endless', 'protocol', /a line of more than/],
    ['wrongId', 'protocol', /not made/],
    ['wrongObservation', 'protocol', /not an answer/],
    ['badEvent', 'protocol', /not an event/],
  ] as const)('%s', async (how, code, message) => {
    const driver = await started(how);
    const ends: DriverError[] = [];
    driver.onEnd((error) => ends.push(error));
    const error = await failure(driver.read('1.8.0'));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('00010203');
    expect((await failure(driver.read('1.8.0'))).code).toBe(code);
    expect(ends).toHaveLength(1);
    await driver.close();
  });

  test('a result of the wrong shape names the operation and the field', async () => {
    const driver = await started('wrongResult');
    expect((await failure(driver.probe())).message).toMatch(/the result of probe: answered/);
    await driver.close();
  });

  test('what was not declared is not asked', async () => {
    const driver = await started('none');
    expect(await driver.lastContact('wan')).toMatchObject({ ok: false, observation: 'systemFault' });
    await driver.close();
  });

  test('a driver’s message is passed on without the key in it', async () => {
    const driver = await started('leak');
    expect(await driver.read('1.8.0')).toEqual({
      ok: false,
      observation: 'refused',
      message: 'key [16 octets] was refused',
    });
    await driver.close();
  });

  test('no answer within the limit ends the driver with a clear error', async () => {
    const { timers, strike } = struckTimers();
    const driver = await startDriver({ command: bad('hang'), timers });
    const asked = failure(driver.read('1.8.0'));
    strike();
    expect(await asked).toMatchObject({ code: 'timeout', message: 'driver bad: no answer to read within 60 s' });
    await driver.close();
  });

  test('no hello within the limit, another version, and an early death are told apart', async () => {
    const { timers, strike } = struckTimers();
    const mute = failure(startDriver({ command: bad('mute'), timers }));
    await turn();
    strike();
    expect((await mute).code).toBe('timeout');
    expect((await failure(startDriver({ command: bad('oldHello'), ...NO_HURRY }))).message).toMatch(
      /not a hello: hello/,
    );
    expect((await failure(startDriver({ command: bad('dies'), ...NO_HURRY }))).message).toMatch(/ended with code 7/);
  });

  test('a command that cannot be started says which', async () => {
    const error = await failure(startDriver({ command: ['/nonexistent/driver'], ...NO_HURRY }));
    expect(error).toMatchObject({
      code: 'notStarted',
      message: expect.stringContaining('/nonexistent/driver') as string,
    });
    expect((await failure(startDriver({ command: [], ...NO_HURRY }))).code).toBe('notStarted');
  });

  test('a driver that will not end is killed', async () => {
    const driver = await startDriver({ command: bad('stubborn'), ...NO_HURRY, closeSeconds: 0.05 });
    void driver.read('1.8.0').catch(() => undefined);
    await driver.close();
  });
});

test('long runs of hexadecimal digits are taken out of text, short ones are not', () => {
  expect(redacted('GUEK 00 01 02 03 04 05 06 07 08 was bad')).toBe('GUEK [9 octets] was bad');
  expect(redacted('class 0040, code 0x0A12, deadbeef')).toBe('class 0040, code 0x0A12, deadbeef');
});

test('the protocol is given as JSON Schema', () => {
  expect(Object.keys(driverJsonSchema())).toEqual(['protocol', 'hello', 'answer', 'event', 'operations']);
});
