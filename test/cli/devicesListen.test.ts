/** `devices listen` as it is typed. */
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { commandLine } from './harness.ts';

const PUSH = Buffer.from('000100010011001B0F0000000100' + '02020906' + '0000600B00FF' + '09080102030405060708', 'hex');

test('a push is printed as it comes, and the command ends after the number asked for', async () => {
  PUSH.writeUInt16BE(PUSH.length - 8, 6);
  const { code, out, err } = await commandLine(
    ['devices', 'listen', '--listen', '0', '--count', '1', '--seconds', '20'],
    {
      onText(text) {
        const port = /listening on tcp 127\.0\.0\.1:(\d+)/.exec(text)?.[1];
        if (port !== undefined) connect(Number(port), '127.0.0.1').end(PUSH);
      },
    },
  );
  expect({ code, err }).toEqual({
    code: 0,
    err: expect.stringMatching(/^listening on tcp 127\.0\.0\.1:\d+\n$/) as string,
  });
  expect(out).toMatch(/ opened\n.* s2c {2}tcp:127\.0\.0\.1:\d+ {2}1>17 {2}data-notification: /);
});

test('it ends with Ctrl-C, and with the time that was given', async () => {
  const args = ['devices', 'listen', '--listen', '127.0.0.1:0', '--format', 'json'];
  const stopped = await commandLine(args, { onText: (_, interrupt) => interrupt() });
  // The first line is the origin, and nothing follows it.
  const origin: unknown = expect.stringMatching(/^\{"provenance":[^\n]*\n$/);
  expect(stopped).toMatchObject({ code: 0, out: origin });
  expect(await commandLine([...args, '--seconds', '1'])).toMatchObject({ code: 0, out: origin });
});

test.each([
  [['--topic', 'x'], '--topic is of a broker'],
  [['--listen', 'nowhere'], 'expected HOST:PORT'],
  [['--serial', '/dev/none', '--mode', '9600'], '--mode: found 9600'],
  [['--mqtt', 'mqtt://u:p@127.0.0.1'], 'SMB_MQTT_USER'],
])('%j is refused with 1', async (args, words) => {
  const { code, err } = await commandLine(['devices', 'listen', ...args]);
  expect(code).toBe(1);
  expect(err).toContain(words);
});
