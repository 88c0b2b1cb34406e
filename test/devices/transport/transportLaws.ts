import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ByteChannel, TransportError } from '../../../devices/transport/transport.ts';
import { seedNumber } from '../../seed.ts';

/** Two joined channels of one carrier, and how to let it work and take it down. */
export interface Pair {
  readonly client: ByteChannel;
  readonly server: ByteChannel;
  /** Moves virtual time until quiet; on real carriers it lets the event loop turn. */
  settle(): Promise<unknown>;
  /** Releases everything; afterwards `leaked` must be 0. */
  dispose(): Promise<void>;
  leaked(): number;
}

export interface LawOptions {
  /** Whether closing one end is seen at the other. A serial line has no such thing. */
  readonly peerSeesClose: boolean;
  /** Breaks the link under the client without closing anything, if the carrier can be broken by a test. */
  readonly sever?: (pair: Pair) => Promise<void> | void;
  /** A property run makes new pairs; slow carriers get fewer. */
  readonly runs: number;
  readonly bytesMax: number;
}

/** Registers the laws that every carrier must keep. They prove nothing about speed or about behaviour under load. */
export function transportLaws(makePair: () => Promise<Pair>, options: LawOptions): void {
  const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: options.bytesMax }), {
    minLength: 1,
    maxLength: 12,
  });

  async function withPair(use: (pair: Pair) => Promise<void>): Promise<void> {
    const pair = await makePair();
    try {
      await use(pair);
    } finally {
      await pair.dispose();
    }
    expect(pair.leaked()).toBe(0);
  }

  test('bytes arrive intact and in order, both ways at once', async () => {
    const seed = seedNumber(import.meta.filename, 20_220_131);
    console.log(`transport laws: seed ${seed}`);
    await fc.assert(
      fc.asyncProperty(chunks, chunks, (up, down) =>
        withPair(async ({ client, server, settle }) => {
          const atServer = collect(server);
          const atClient = collect(client);
          for (let i = 0; i < Math.max(up.length, down.length); i += 1) {
            if (up[i] !== undefined) client.write(up[i]!.slice());
            if (down[i] !== undefined) server.write(down[i]!.slice());
          }
          await until(settle, () => atServer.length() >= total(up) && atClient.length() >= total(down));
          expect(atServer.hex()).toBe(hex(up));
          expect(atClient.hex()).toBe(hex(down));
        }),
      ),
      { numRuns: options.runs, seed },
    );
  });

  test('every octet value passes unchanged', () =>
    withPair(async ({ client, server, settle }) => {
      const all = Uint8Array.from({ length: 256 }, (_, i) => i);
      const seen = collect(server);
      client.write(all);
      await until(settle, () => seen.length() >= 256);
      expect(seen.hex()).toBe(hex([all]));
    }));

  test('data that came before the first listener is not lost', () =>
    withPair(async ({ client, server, settle }) => {
      const reply = collect(client);
      client.write(Uint8Array.of(1, 2, 3));
      server.write(Uint8Array.of(9));
      await until(settle, () => reply.length() >= 1);
      const seen = collect(server);
      await until(settle, () => seen.length() >= 3);
      expect(seen.hex()).toBe('010203');
    }));

  test('what was written before closing arrives, and flush waits for it', () =>
    withPair(async ({ client, server, settle }) => {
      const seen = collect(server);
      client.write(Uint8Array.of(1, 2, 3, 4));
      await client.flush();
      const closing = client.close();
      await until(settle, () => seen.length() >= 4);
      await closing;
      expect(seen.hex()).toBe('01020304');
    }));

  test('the end is told exactly once at each end, also to late listeners, and closing twice is harmless', () =>
    withPair(async ({ client, server, settle }) => {
      const closes = { client: 0, server: 0, late: 0 };
      client.onClose(() => (closes.client += 1));
      server.onClose(() => (closes.server += 1));
      await Promise.all([client.close(), client.close(), settle()]);
      if (options.peerSeesClose) await until(settle, () => server.closed);
      await server.close();
      await settle();
      client.onClose(() => (closes.late += 1));
      await settle();
      expect(closes).toEqual({ client: 1, server: 1, late: 1 });
    }));

  test('writing after the end is an error for the listener, never an exception', () =>
    withPair(async ({ client, settle }) => {
      await Promise.all([client.close(), settle()]);
      const errors: TransportError[] = [];
      client.write(Uint8Array.of(1));
      client.onError((error) => errors.push(error));
      client.write(Uint8Array.of(2));
      expect(errors.map((error) => error.code)).toEqual(['closed', 'closed']);
    }));

  const { sever } = options;
  test.skipIf(sever === undefined)(
    'a severed link ends the channel once, with an error that nobody has to handle',
    () =>
      withPair(async (pair) => {
        let closes = 0;
        pair.client.onClose(() => (closes += 1));
        await sever!(pair);
        await until(pair.settle, () => {
          if (!pair.client.closed) pair.client.write(Uint8Array.of(0x7e));
          return pair.client.closed;
        });
        const errors: TransportError[] = [];
        pair.client.onError((error) => errors.push(error));
        await pair.settle();
        expect(closes).toBe(1);
        expect(errors.length).toBeGreaterThan(0);
        expect(['lost', 'closed']).toContain(errors[0]!.code);
      }),
  );
}

function collect(channel: ByteChannel): { length(): number; hex(): string } {
  const parts: Uint8Array[] = [];
  channel.onData((bytes) => parts.push(new Uint8Array(bytes)));
  return { length: () => total(parts), hex: () => hex(parts) };
}

function total(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}

function hex(parts: readonly Uint8Array[]): string {
  return Buffer.concat(parts).toString('hex');
}

/** Waits for what must happen; that it never does is seen by the runner's own limit, not by a deadline here. */
export async function until(settle: () => Promise<unknown>, done: () => boolean): Promise<void> {
  while (!done()) await settle();
}

/** One turn of the event loop for carriers in real time. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}
