// Tests who is to blame for a failure in a rig that is run once. A record with cause device counts towards an exclusion. So no
// such record may stem from this side, a broker, a driver or an answer that was misread.
import { createServer, type Server, type Socket } from 'node:net';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { DAY, formatInstant, HOUR } from '../../../../src/time.ts';
import { fromHex, NO_BYTES } from '../../../../devices/dlms/encoding/bytes.ts';
import { DM, POLL_FINAL } from '../../../../devices/dlms/framing/hdlcControl.ts';
import { encodeFrame, shortAddress } from '../../../../devices/dlms/framing/hdlcFrame.ts';
import { encodeWrapper } from '../../../../devices/dlms/framing/wrapper.ts';
import type { Emulation } from '../../../../devices/emulate/emulate.ts';
import { aedesBroker } from '../../transport/brokers.ts';
import { AWAKE, emulated, FAULTY_DRIVER, fastTimers, rigBench, type Ran } from '../bench.ts';

const bench = rigBench();
afterAll(bench.stop);
const ended: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0)) await end();
});
let rigs = 0;
const named = (text: string): string => `name: fault${(rigs += 1)}\n${text}`;
const causes = ({ attempts }: Ran): readonly string[] => attempts.map(({ cause }) => cause);

/** A meter of a script: what it answers to each wrapper APDU, by the client that asks; undefined: nothing. */
async function scripted(answer: (apdu: Uint8Array, client: number) => string | undefined): Promise<number> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      const [client, server] = [bytes.readUInt16BE(2), bytes.readUInt16BE(4)];
      const hex = answer(new Uint8Array(bytes.subarray(8)), client);
      if (hex === undefined) return;
      const apdu = fromHex(hex.replaceAll(' ', ''));
      socket.write(encodeWrapper({ source: server, destination: client, apdu }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ended.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as { port: number }).port;
}

/** AARE that rejects: result, and diagnostic of the service user. */
const rejects = (result: number, diagnostic: number): string =>
  `61 17 A1 09 06 07 60 85 74 05 08 01 01 A2 03 02 01 0${result} A3 05 A1 03 02 01 0${diagnostic.toString(16)}`;

describe('our own side fails in the midst of an attempt', () => {
  test('a broker that goes away during an attempt is a fault of our side', async () => {
    const broker = await aedesBroker();
    const home: Emulation = await emulated(AWAKE, {
      mqtt: { url: broker.url, bench: 'lab', framing: 'wrapper', glow: false },
    });
    ended.push(() => home.close());
    let frames = 0;
    const run = await bench.run(
      named(`devices: { chf: { mqtt: { url: '${broker.url}', rig: SMBC00000001 }, answerSeconds: 1 } }\n`),
      {
        lines: () => void ((frames += 1) === 30 && void broker.stop()),
      },
    );
    expect(causes(run)).toEqual(['system']);
    expect(run.rows.at(-1)).toMatchObject({
      observation: 'systemFault',
      cause: 'system',
      why: expect.stringContaining('mqtt:') as unknown,
    });
  });

  test.each(['dies', 'babbles', 'hangs', 'misdates'])(
    'a driver that %s at a daily contact causes no failure of the device over weeks of a calendar',
    async (mode) => {
      const run = await bench.run(
        named(
          `devices: { chf: { driver: { command: ${FAULTY_DRIVER}, endpoint: hub, answerSeconds: 1, settings: { mode: ${mode} } } } }\nschedule: { clock: nominal, preparation: false, attempts: { max: 3 } }\n`,
        ),
      );
      expect(run.attempts.length).toBeGreaterThan(0);
      expect(new Set(causes(run))).toEqual(new Set(['system']));
    },
    30_000,
  );

  test('a contact that our side could not make is no silence of a link that was last heard long ago', async () => {
    const known = `installation: { known: { lastWanContact: '${formatInstant(Math.floor(Date.now() / 1000) - 8 * DAY)}' } }\n`;
    const run = await bench.run(
      named(
        `devices: { chf: { driver: { command: ${FAULTY_DRIVER}, endpoint: hub, settings: { mode: dies } } } }\n${known}`,
      ),
    );
    expect(causes(run)).toEqual(['system']);
  });

  test('an instruction during which the broker is gone is no lack of WAN', async () => {
    const broker = await aedesBroker();
    const home = await emulated(AWAKE, { mqtt: { url: broker.url, bench: 'lab', framing: 'wrapper', glow: false } });
    ended.push(() => home.close());
    let frames = 0;
    const run = await bench.run(
      named(
        `devices: { chf: { mqtt: { url: '${broker.url}', rig: SMBC00000001 }, answerSeconds: 1 } }\nschedule: { preparation: {} }\nallow: { configuration: ['534D424300000001'] }\n`,
      ),
      { lines: () => void ((frames += 1) === 10 && void broker.stop()) },
    );
    expect(new Set(causes(run))).toEqual(new Set(['system']));
    expect(run.attempts.map(({ outcome }) => outcome)).not.toContain('NO-WAN');
  });
});

describe('a hub that answers is not silent', () => {
  test.each([
    ['rejects the public client', rejects(1, 1), 'rejected permanently'],
    ['answers with an exception', 'D8 01 02', 'exception'],
    ['answers what cannot be read', '61 03 01', 'cannot be read'],
    ['answers with a confirmed service error', '0E 01 06 03', 'confirmed service error'],
  ])('a hub that %s has been reached, and three weeks of it are no MA112', async (_, answer, words) => {
    const port = await scripted(() => answer);
    const run = await bench.run(
      named(
        `devices: { chf: { tcp: '127.0.0.1:${port}', answerSeconds: 1 } }\nschedule: { clock: nominal, preparation: false, attempts: { max: 3 } }\n`,
      ),
    );
    expect(run.rows[0]).toMatchObject({
      kind: 'contact',
      observation: 'answered',
      why: expect.stringContaining(words) as unknown,
    });
    expect(run.contacts.some(({ link }) => link === 'wan')).toBe(true);
    expect(run.attempts).toEqual([]);
    expect(run.undone[0]!.why).toContain(words);
  });

  test('a hub that refuses the data link (DM) has answered', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      // DM to SNRM of client 16 at server 1, and to any other client.
      socket.on('data', (bytes) => {
        const [server_, client] = [bytes[3]! >> 1, bytes[4]! >> 1];
        socket.write(
          encodeFrame({
            destination: shortAddress(client),
            source: shortAddress(server_),
            control: DM | POLL_FINAL,
            segmented: false,
            information: NO_BYTES,
          }),
        );
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ended.push(() => void server.close());
    const { port } = server.address() as { port: number };
    const run = await bench.run(
      named(`devices: { chf: { tcp: '127.0.0.1:${port}', framing: hdlc, answerSeconds: 1 } }\n`),
    );
    expect(run.rows[0]).toMatchObject({
      kind: 'contact',
      observation: 'answered',
      why: expect.stringContaining('refuses the data link') as unknown,
    });
    expect(run.attempts).toEqual([]);
  });

  test('a busy hub is reported as busy, its tries are spread over its answer time, and nothing counts', async () => {
    const begun: number[] = [];
    const port = await scripted((apdu, client) => {
      if (client === 1 && apdu[0] === 0x60) begun.push(Date.now());
      return 'D8 01 01';
    });
    const run = await bench.run(named(`devices: { chf: { tcp: '127.0.0.1:${port}', answerSeconds: 1 } }\n`));
    expect(run.attempts).toEqual([]);
    expect(run.undone[0]!.why).toContain('the chf answers that it is busy');
    expect(run.undone[0]!.why).toContain('operation not possible');
    expect(begun.at(-1)! - begun[0]!).toBeGreaterThanOrEqual(900);
  });
});

test('a carrier that refuses at once does not use up the tries: they are spread over the answer time', async () => {
  const known = `installation: { known: { lastWanContact: '${formatInstant(Math.floor(Date.now() / 1000) - HOUR)}' } }\n`;
  const tries: number[] = [];
  const server = createServer((socket) => {
    tries.push(Date.now());
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ended.push(() => void server.close());
  const { port } = server.address() as { port: number };
  const run = await bench.run(named(`devices: { chf: { tcp: '127.0.0.1:${port}', answerSeconds: 1 } }\n${known}`));
  // The hub itself hangs up: that is its silence, and on record as such.
  expect(causes(run)).toEqual(['device']);
  expect(run.rows.at(-1)).toMatchObject({
    step: 'deviceState',
    observation: 'noAnswer',
    why: expect.stringContaining('the chf: ') as unknown,
  });
  expect(tries.at(-1)! - tries[0]!).toBeGreaterThanOrEqual(1800);
});

describe('a hub that sends something unasked and never answers', () => {
  const PUSH = '0F 00 00 00 01 00 02 01 12 01 F4';
  const contactsOf = (answer: (apdu: Uint8Array) => string | undefined): Promise<Ran> =>
    scripted(answer).then((port) =>
      bench.run(named(`devices: { chf: { tcp: '127.0.0.1:${port}', answerSeconds: 1, keys: lab } }\n`), {
        timers: fastTimers(10),
      }),
    );

  test('was heard: the push is a contact of its WAN. Silence and an echo are none', async () => {
    const [pushed, silent, echo] = await Promise.all([
      contactsOf(() => PUSH),
      contactsOf(() => undefined),
      contactsOf((apdu) => Buffer.from(apdu).toString('hex')),
    ]);
    expect(pushed.contacts.map(({ link }) => link)).toContain('wan');
    expect(pushed.notes).toContain('the chf sent an APDU unasked (data-notification)');
    expect([...silent.contacts, ...echo.contacts]).toEqual([]);
  });
});
