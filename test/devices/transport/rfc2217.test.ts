/** A serial port behind a converter of RFC 2217: negotiation, settings, data, refusals. The converter is made by hand. */
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { probePort } from '../../../devices/hardware/probe.ts';
import { serialTransport } from '../../../devices/transport/serial.ts';
import type { TransportError } from '../../../devices/transport/transport.ts';

const WILL_COM_PORT = 'fffb2c';

interface Converter {
  readonly path: string;
  /** What came, in hexadecimal. */
  readonly heard: string[];
  readonly socket: () => Socket;
}

let server: Server | undefined;
const peers: Socket[] = [];
afterEach(() => {
  server?.close();
  for (const peer of peers.splice(0)) peer.destroy();
});

/** `answers` gives the octets in answer to a command, or to the offer of the option; undefined for silence. */
async function converter(answers: (command: string) => string | undefined): Promise<Converter> {
  const heard: string[] = [];
  let socket: Socket | undefined;
  server = createServer((peer) => {
    socket = peer;
    peers.push(peer);
    peer.on('error', () => undefined);
    peer.on('data', (bytes) => {
      const hex = bytes.toString('hex');
      heard.push(hex);
      const parts = [...hex.matchAll(/fffa2c(.*?)fff0/g)].map(([, body]) => body!);
      if (hex.includes(WILL_COM_PORT)) parts.unshift(WILL_COM_PORT);
      for (const part of parts) {
        const answer = answers(part);
        if (answer !== undefined) peer.write(Buffer.from(answer, 'hex'));
      }
    });
  });
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  return { path: `rfc2217://127.0.0.1:${(server.address() as AddressInfo).port}`, heard, socket: () => socket! };
}

/** Agrees, and acknowledges each setting as it was asked for. */
const willing = (command: string): string =>
  command === WILL_COM_PORT ? 'fffd2c' : `fffa2c${(parseInt(command.slice(0, 2), 16) + 100).toString(16)}${command.slice(2)}fff0`; // prettier-ignore

const failure = (opening: Promise<unknown>): Promise<TransportError> =>
  opening.then(
    () => Promise.reject(new Error('it opened')),
    (error: unknown) => error as TransportError,
  );

describe('a converter that takes RFC 2217', () => {
  test('has its line set in the order of the standard, and again in mid-conversation', async () => {
    const far = await converter(willing);
    const channel = await serialTransport({ path: far.path, mode: '300/7E1' }).open();
    const settings = far.heard.join('').match(/fffa2c.*?fff0/g);
    expect(settings).toEqual(['fffa2c010000012cfff0', 'fffa2c0207fff0', 'fffa2c0303fff0', 'fffa2c0401fff0']);
    await channel.setMode('9600/8N1');
    expect(channel.mode.baud).toBe(9600);
    expect(
      far.heard
        .join('')
        .match(/fffa2c01.*?fff0/g)!
        .at(-1),
    ).toBe('fffa2c0100002580fff0');
    await channel.close();
  });

  test('carries every octet both ways, 255 among them, and its own commands are no data', async () => {
    const far = await converter(willing);
    const channel = await serialTransport({ path: far.path }).open();
    const got: number[] = [];
    channel.onData((bytes) => got.push(...bytes));
    far.heard.length = 0;
    channel.write(Uint8Array.of(0x7e, 0xff, 0x00, 0x0d));
    // A notice of the modem lines stands between two halves of the data.
    far.socket().write(Buffer.from('7effff' + 'fffa2c6b30fff0' + '0d00', 'hex'));
    await expect.poll(() => got).toEqual([0x7e, 0xff, 0x0d, 0x00]);
    expect(far.heard.join('')).toBe('7effff000d');
    await channel.close();
  });

  test('an option that is not known is refused once', async () => {
    const far = await converter(willing);
    const channel = await serialTransport({ path: far.path }).open();
    far.heard.length = 0;
    far.socket().write(Buffer.from('fffb01fffd18fffb00', 'hex'));
    await expect.poll(() => far.heard.join('')).toBe('fffe01fffc18');
    await channel.close();
  });

  test('is probed as a serial port, each question at its own speed', async () => {
    const far = await converter(willing);
    const probes = [{ mode: '300/7E1', ask: '62056-21' }, { mode: '9600/8N1', ask: 'hdlc' }] as const; // prettier-ignore
    const results = await probePort(far.path, { probes, answerMilliseconds: 30, server: 1 });
    expect(results.map(({ answered }) => answered)).toEqual([false, false]);
    const heard = far.heard.join('');
    // The request of 62056-21 and an SNRM, and nothing that writes.
    expect(heard.indexOf(Buffer.from('/?!\r\n').toString('hex'))).toBeLessThan(heard.indexOf('fffa2c0100002580fff0'));
    expect(heard).toContain('7ea0');
  });
});

describe('a converter that does not', () => {
  test('is told apart where it refuses the option', async () => {
    const far = await converter((command) => (command === WILL_COM_PORT ? 'fffe2c' : undefined));
    const error = await failure(serialTransport({ path: far.path }).open());
    expect([error.code, error.message]).toEqual(['settings', expect.stringContaining('refuses RFC 2217: try tcp:127.0.0.1')]); // prettier-ignore
  });

  test('take a speed says which setting it answers otherwise', async () => {
    const far = await converter((command) => (command.startsWith('01') ? 'fffa2c65000004b0fff0' : willing(command)));
    const error = await failure(serialTransport({ path: far.path, mode: '300/7E1' }).open());
    expect([error.code, error.message]).toEqual(['settings', expect.stringContaining('does not take 300/7E1: it answers command 1 with 0 0 4 176')]); // prettier-ignore
  });

  test('take a later speed ends the channel, which tells why', async () => {
    const far = await converter((command) => (command === '0100002580' ? 'fffa2c650000012cfff0' : willing(command)));
    const channel = await serialTransport({ path: far.path, mode: '300/7E1' }).open();
    const told: TransportError[] = [];
    channel.onError((error) => told.push(error));
    await channel.setMode('9600/8N1');
    expect([channel.closed, channel.mode.baud]).toEqual([true, 300]);
    expect(told.map(({ code, message }) => [code, message])).toEqual([
      ['settings', expect.stringContaining('does not take 9600/8N1: it answers command 1 with 0 0 1 44')],
    ]);
  });

  test('that nobody listens at is refused as any address is', async () => {
    const far = await converter(willing);
    server!.close();
    const error = await failure(serialTransport({ path: far.path }).open());
    expect(error.code).toBe('refused');
  });
});
