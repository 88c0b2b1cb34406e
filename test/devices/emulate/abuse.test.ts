/**
 * What peers do to a server that is left running: garbage, half a frame, hanging up in the middle, a hundred at once. After
 * each the emulator must still serve the next client, and its memory must come to rest.
 */
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isWhole } from '../../sampleSize.ts';
import { callTcp, value } from './caller.ts';
import { startEmulator, type Emulator } from './emulator.ts';

const AARQ = Buffer.from('000100100001001F601DA109060760857405080101BE10040E01000000065F1F04001E1DFFFFFF', 'hex');
const SNRM = Buffer.from('7EA0070321930F017E', 'hex');

/** The same sequence every time: a test that fails must fail again. */
function noise(length: number, seed: number): Buffer {
  let word = seed;
  return Buffer.from(Array.from({ length }, () => (word = (Math.imul(word, 1_664_525) + 1_013_904_223) >>> 0) >>> 24));
}

function dial(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket));
    socket.on('error', reject);
    socket.on('close', () => socket.removeAllListeners('error').on('error', () => undefined));
  });
}

function gone(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) resolve();
    else socket.once('close', () => resolve());
  });
}

const isTried = isWhole('ABUSE', 'what peers do to an emulator that is left running');

describe.runIf(isTried).each(['wrapper', 'hdlc'] as const)('%s', (framing) => {
  let emulator: Emulator;
  let port = 0;
  const half = framing === 'wrapper' ? AARQ : SNRM;
  beforeAll(async () => {
    emulator = await startEmulator('--listen', '127.0.0.1:0', '--framing', framing);
    port = emulator.ports[0]!;
  });
  afterAll(async () => {
    expect(await emulator.stop()).toBe(0);
    expect(emulator.output()).not.toContain('defect');
  });

  async function serves(): Promise<void> {
    const caller = await callTcp(port, { framing, authentication: 'none' });
    value(await caller.run(caller.client.associate()));
    value(await caller.run(caller.client.get({ classId: 8, ln: '0000010000FF', id: 2 })));
    await caller.channel.close();
  }

  test('a frame that comes a byte at a time is a frame', async () => {
    const socket = await dial(port);
    socket.setNoDelay(true);
    const answer = new Promise<Buffer>((resolve) => socket.once('data', resolve));
    for (const byte of half) {
      socket.write(Uint8Array.of(byte));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect((await answer).length).toBeGreaterThan(20);
    socket.destroy();
  });

  test('who hangs up in the middle of a frame, politely or not, harms nobody', async () => {
    for (let cut = 1; cut < half.length; cut++) {
      const socket = await dial(port);
      socket.write(half.subarray(0, cut));
      if (cut % 2 === 0) socket.resetAndDestroy();
      else socket.end();
      socket.resume();
      await gone(socket);
    }
    await serves();
  });

  test('garbage is not answered with a crash', async () => {
    for (let seed = 1; seed <= 10; seed++) {
      const socket = await dial(port);
      socket.resume();
      socket.end(noise(200_000, seed));
      await gone(socket);
    }
    await serves();
  });

  test('a hundred clients at once are all served', async () => {
    const callers = await Promise.all(
      Array.from({ length: 100 }, () => callTcp(port, { framing, authentication: 'none' })),
    );
    const results = await Promise.all(callers.map((caller) => caller.run(caller.client.associate())));
    expect(results.filter(({ ok }) => ok)).toHaveLength(100);
    const times = await Promise.all(
      callers.map((caller) => caller.run(caller.client.get({ classId: 8, ln: '0000010000FF', id: 2 }))),
    );
    expect(times.filter(({ ok }) => ok)).toHaveLength(100);
    await Promise.all(callers.map(({ channel }) => channel.close()));
  });

  test('memory comes to rest over thousands of connections', async () => {
    const round = async (): Promise<void> => {
      for (let i = 0; i < 60; i++) {
        await Promise.all(
          Array.from({ length: 20 }, async () => {
            const socket = await dial(port);
            socket.resume();
            socket.end(Buffer.concat([half, half.subarray(0, 5)]));
            await gone(socket);
          }),
        );
      }
    };
    const sizes: number[] = [];
    for (let i = 0; i < 10; i++) {
      await round();
      sizes.push(emulator.memory());
    }
    const steps = sizes.slice(1).map((size, i) => size - sizes[i]!);
    process.stdout.write(
      `${framing}: MB after each 1,200 connections: ${sizes.map((size) => size.toFixed(0)).join(' ')}\n`,
    );
    // A connection that is kept costs 10 kB and more, 12 MB a round, in every round; a collector that waits grows in some.
    expect(Math.min(...steps)).toBeLessThan(3);
    await serves();
  });
});
