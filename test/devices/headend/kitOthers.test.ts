// The published laws against head-ends that rotate otherwise than ours does: both keys in one transfer, dedicated keys,
// a read for a proof.
// That an interrupted rotation settles is `kit.test.ts`.
import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../../devices/dlms/encoding/bytes.ts';
import { ENCRYPTED, open, readCiphered, TAG_BYTES, type SuiteKeys } from '../../../devices/dlms/security/ciphering.ts';
import { DlmsClient } from '../../../devices/dlms/client/client.ts';
import type { ClientSecurity } from '../../../devices/dlms/client/clientSecurity.ts';
import { keyTransferParameter, wrapKey } from '../../../devices/dlms/security/keyWrap.ts';
import { dialTransport } from '../../../devices/headend/dialTransport.ts';
import { DEVICE_NAME, KEY_TRANSFER } from '../../../devices/headend/objects.ts';
import { connect, converse, disconnect, type Procedure } from '../../../devices/headend/procedure.ts';
import { runAsync } from '../../../devices/headend/runner.ts';
import { DCC_TITLE } from '../../../devices/rig/bench/parties.ts';
import { tcpTransport } from '../../../devices/transport/tcp.ts';
import { wallTimers } from '../../../devices/transport/timers.ts';
import { HEAD_END_LAWS, type DeviceAtAddress, type HeadEnd } from '../../kit/index.ts';

interface Ways {
  /** For the services of one association; left out: they go under the GUEK. */
  readonly dedicatedKey?: () => Uint8Array;
  /** Once the keys are sent: reads where it is, or associates once more. */
  readonly proof: 'reads' | 'associates' | 'none';
  /** Takes whatever it can read for the device's. */
  readonly believes?: boolean;
}

/** What it keeps of a device. */
interface Kept {
  keys: SuiteKeys;
  /** Sent, and never acknowledged. */
  doubted?: SuiteKeys;
  readonly counters: Map<string, number>;
}

const fresh = (): Uint8Array => new Uint8Array(randomBytes(16));

function* associated(
  device: DeviceAtAddress,
  kept: Kept,
  { dedicatedKey, believes }: Ways,
): Procedure<DlmsClient | undefined> {
  const call = { device: 'esme', client: device.clientSap, server: device.serverSap, timeoutSeconds: 1 } as const;
  if (!(yield* connect(call))) return undefined;
  let isAssociated = false;
  let ofAssociation = 0;
  const nextCounter = (): number => {
    // A dedicated key is as old as its association, and so are its counters.
    if (dedicatedKey && isAssociated) return (ofAssociation += 1);
    const key = toHex(kept.keys.guek);
    const counter = (kept.counters.get(key) ?? 0) + 1;
    kept.counters.set(key, counter);
    return counter;
  };
  const proposed = dedicatedKey && { dedicatedKey: dedicatedKey() };
  const security = { systemTitle: DCC_TITLE, keys: kept.keys, nextCounter, ...proposed };
  const client = new DlmsClient({ authentication: 'gmac', security });
  if (believes && client.security) believe(client.security, kept);
  isAssociated = (yield* converse(client.associate())).ok;
  return isAssociated ? client : undefined;
}

/** Deciphers without a look at any tag. */
function believe(security: ClientSecurity, kept: Kept): void {
  security.verify = () => true;
  security.open = (apdu) => {
    const header = readCiphered(apdu);
    if (!header.ok) return header;
    const { counter, body } = header.value;
    const keys = { encryptionKey: kept.keys.guek, authenticationKey: kept.keys.gak };
    const protection = { control: ENCRYPTED, systemTitle: security.serverTitle ?? new Uint8Array(8), counter, ...keys };
    return open(protection, body.subarray(0, -TAG_BYTES));
  };
}

function* rotated(device: DeviceAtAddress, kept: Kept, ways: Ways): Procedure<boolean> {
  let client = yield* associated(device, kept, ways);
  if (!client && kept.doubted) {
    [kept.keys, kept.doubted] = [kept.doubted, kept.keys];
    yield* disconnect();
    client = yield* associated(device, kept, ways);
  }
  if (!client) return false;
  const keys = { guek: fresh(), gak: fresh() };
  const items = [keys.guek, keys.gak].map((key, i) => ({ keyId: 2 * i, wrapped: wrapKey(fromHex(device.kek), key) }));
  kept.doubted = keys;
  if (!(yield* converse(client.action(KEY_TRANSFER, keyTransferParameter(items)))).ok) return false;
  kept.keys = keys;
  client.replaceKeys(keys);
  const isRead = ways.proof !== 'reads' || (yield* converse(client.get(DEVICE_NAME))).ok;
  yield* disconnect();
  const isAgain = ways.proof !== 'associates' || (yield* associated(device, kept, ways)) !== undefined;
  yield* disconnect();
  return isRead && isAgain;
}

function headEnd(ways: Ways): HeadEnd {
  const all = new Map<number, Kept>();
  return {
    async rotate(device) {
      const began = { guek: fromHex(device.guek), gak: fromHex(device.gak) };
      const kept = all.get(device.number) ?? { keys: began, counters: new Map() };
      all.set(device.number, kept);
      const dial = dialTransport(() => tcpTransport({ port: device.port }));
      const options = { timers: wallTimers(), framing: device.framing, dial };
      return (await runAsync(rotated(device, kept, ways), options)) ? 'rotated' : 'failed';
    },
  };
}

const [law] = HEAD_END_LAWS;
if (!law) throw new Error('there are laws');

describe(law.name, () => {
  test('the laws hold for a head-end that reads under the new keys in the association that sent them', async () => {
    await law.check(headEnd({ proof: 'reads' }));
  });

  test('the laws hold for a head-end with a dedicated key for each association', async () => {
    await law.check(headEnd({ proof: 'associates', dedicatedKey: fresh }));
  });

  test('the laws are broken by a head-end that does nothing with the new keys', async () => {
    await expect(law.check(headEnd({ proof: 'none' }))).rejects.toThrow(/nobody has proved/);
  });

  test('the laws are broken by a head-end whose dedicated key proves nothing about the new GUEK', async () => {
    await expect(law.check(headEnd({ proof: 'reads', dedicatedKey: fresh }))).rejects.toThrow(/nobody has proved/);
  });

  test('the laws are broken by a head-end that repeats one dedicated key and counts from one again', async () => {
    const always = new Uint8Array(16).fill(9);
    await expect(law.check(headEnd({ proof: 'associates', dedicatedKey: () => always }))).rejects.toThrow(/nonce/);
  });
});

test('a head-end that verifies nothing is found out when the answer that it takes for a proof is damaged', async () => {
  const damaged = HEAD_END_LAWS.find(({ name }) => name.includes('damaged in its tag'));
  const checked = damaged?.check(headEnd({ proof: 'associates', believes: true }), { concurrency: 4 });
  await expect(checked).rejects.toThrow(/said "rotated", and nobody has proved/);
});
