/** CADs on a broker: who spoke, who is only remembered by the broker, and since when each is silent. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listCads } from '../../../devices/hardware/listCads.ts';
import { connectBroker } from '../../../devices/mqtt/connection.ts';
import { publishGlow } from '../../../devices/mqtt/glow.ts';
import { commandLine, unbroken } from '../../cli/harness.ts';
import { aedesBroker, type Broker } from '../transport/brokers.ts';

let broker: Broker;
beforeAll(async () => {
  broker = await aedesBroker();
});
afterAll(() => broker.stop());

const AT = Date.UTC(2022, 0, 10, 10, 7) / 1000;
const GAS_AT = AT - 3 * 3600;
const OLD = { timestamp: '2022-01-01T08:00:00Z', han: { status: 'joined', rssi: -75, lqi: 100 } };

test('a CAD that speaks is told from one that only the broker remembers', async () => {
  const connection = await connectBroker({ url: broker.url, credentials: {} });
  await connection.publish('glow/00000000000A/STATE', JSON.stringify(OLD), true);
  const speaking = setInterval(
    () =>
      publishGlow(connection, {
        mac: '1234567890AB',
        at: AT,
        han: { joined: true, rssi: -75, lqi: 100 },
        electricity: { at: AT - 6, cumulativeKwh: 12, powerKw: 0.4 },
        gas: { at: GAS_AT, cumulativeKwh: 5 },
      }),
    50,
  );
  const isWhole = ({ messages, gasAt }: { messages: number; gasAt: number | undefined }): boolean =>
    messages === 0 || (messages > 2 && gasAt !== undefined);
  const found = await listCads({
    ...{ url: broker.url, credentials: {}, listenSeconds: 600 },
    enough: (seen) => seen.length === 2 && seen.every(isWhole),
  });
  expect(found).toMatchObject([
    { cad: '00000000000A', messages: 0, lastAt: Date.UTC(2022, 0, 1, 8) / 1000, hanJoined: true, gasAt: undefined },
    { cad: '1234567890AB', lastAt: AT, electricityAt: AT - 6, gasAt: GAS_AT },
  ]);
  const { code, out } = await commandLine(['devices', 'list', '--mqtt', broker.url, '--seconds', '1']);
  clearInterval(speaking);
  await connection.close();
  expect(code).toBe(0);
  expect(out).toContain('  00000000000A  silent since 2022-01-01T08:00:00Z, joined to its hub\n');
  expect(unbroken(out)).toContain('  1234567890AB  speaks, joined to its hub, electricity of 2022-01-10T10:06:54Z, gas of 2022-01-10T07:07:00Z\n'); // prettier-ignore
});
