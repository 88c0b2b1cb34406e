import { describe, expect, test } from 'vitest';
import { DISC, DM, POLL_FINAL, SNRM, UA } from '../../../devices/dlms/framing/hdlcControl.ts';
import { encodeFrame, HdlcParser, serverAddress } from '../../../devices/dlms/framing/hdlcFrame.ts';
import { probePort, PROBES, type ProbeOptions } from '../../../devices/hardware/probe.ts';
import { encodeWrapper } from '../../../devices/dlms/framing/wrapper.ts';
import { serversToAsk } from '../../../devices/hardware/probeAddresses.ts';
import { withEvenParity } from '../../../devices/iec62056_21/scanner.ts';
import { encodeAare } from '../../../devices/dlms/apdu/acse.ts';
import { connectDevice, labDevice } from '../../../devices/personas/emulatedInstallation.ts';
import { tcpTransport } from '../../../devices/transport/tcp.ts';
import { serveModeC } from '../../../devices/iec62056_21/session.ts';
import { serialTransport } from '../../../devices/transport/serial.ts';
import type { SerialChannel } from '../../../devices/transport/serialMode.ts';
import type { Timers } from '../../../devices/transport/timers.ts';
import { wallTimers } from '../../../devices/transport/timers.ts';
import { mockSerialPair, turnOfLoop } from '../transport/serialPair.ts';
import { turn, until } from '../transport/transportLaws.ts';

/** Joined mock ports; `serve` plays the device at the other end. Waiting ends at once where nothing was answered. */
async function probed(
  mode: string,
  serve: (port: SerialChannel, speed: () => string) => void,
  options: Pick<ProbeOptions, 'wakeUp'> = {},
) {
  const joined = await mockSerialPair();
  const [near, far] = joined.paths;
  const device = await serialTransport({ path: far, mode, load: joined.load }).open();
  const speed = (): string => {
    const settings = joined.opened(near);
    return `${settings?.baudRate}/${settings?.dataBits}`;
  };
  serve(device, speed);
  const results = await probePort(near, { load: joined.load, timers: impatient(), answerMilliseconds: 1, ...options });
  await device.close();
  return { results, openPorts: joined.openPorts() };
}

/** Deadlines that strike after the event loop has turned some times without work, instead of after a while. */
function impatient(): Timers {
  return {
    nowMilliseconds: () => 0,
    after(_delay, action) {
      let turns = 25;
      let live = true;
      const wait = (): void => {
        if (!live) return;
        turns -= 1;
        if (turns > 0) setImmediate(wait);
        else action();
      };
      setImmediate(wait);
      return () => {
        live = false;
      };
    },
  };
}

describe('probing a port', () => {
  test('an optical head is known by its identification, and nothing is chosen', async () => {
    let chosen = false;
    const { results, openPorts } = await probed('300/7E1', (port) => {
      const served = serveModeC(port, {
        identification: { manufacturer: 'LGZ', baud: '5', hdlc: true, model: 'SMB' },
        readout: () => [],
        timers: { nowMilliseconds: () => 0, after: () => () => undefined },
      });
      port.onData(() => (chosen = served.meter.state !== 'selecting'));
    });
    expect(results).toEqual([
      {
        mode: '300/7E1',
        ask: '62056-21',
        answered: true,
        detail: "LGZ 'SMB', baud character 5, mode E, HDLC can be chosen",
      },
    ]);
    expect([chosen, openPorts]).toEqual([false, 0]);
  });

  test('an HDLC meter is known by its UA, and released by DISC', async () => {
    const controls: number[] = [];
    const { results } = await probed('9600/8N1', (port) => {
      const parser = new HdlcParser();
      port.onData((bytes) => {
        for (const frame of parser.receive(bytes, 0)) {
          if (frame.destination.upper !== 1 || frame.destination.bytes !== 2) continue;
          controls.push(frame.control & ~POLL_FINAL);
          const control = (frame.control === (SNRM | POLL_FINAL) ? UA : DM) | POLL_FINAL;
          const answer = { destination: frame.source, source: frame.destination, control, segmented: false };
          port.write(encodeFrame({ ...answer, information: new Uint8Array(0) }));
        }
      });
    });
    expect(results.at(-1)).toEqual({
      mode: '9600/8N1',
      ask: 'hdlc',
      answered: true,
      detail: 'UA from server 1/17 to client 16',
      address: { client: 16, server: 1, physical: 17, addressBytes: 2 },
    });
    expect(results[0]).toMatchObject({ mode: '300/7E1', answered: false });
    expect(controls).toEqual([SNRM, DISC]);
  });

  test('the echo of an optical head is no answer, and noise is told from silence', async () => {
    const { results } = await probed('9600/8N1', (port) => port.onData((bytes) => port.write(new Uint8Array(bytes))));
    expect(results).toHaveLength(PROBES.length);
    expect(results.every((result) => !result.answered)).toBe(true);
    expect(results[1]?.detail).toMatch(/octets that make no sense/);
  });

  test('silence everywhere is reported for every question, over the speeds as set on the port', async () => {
    const { results } = await probed('9600/8N1', () => undefined);
    expect(results.map((result) => `${result.mode} ${result.ask} ${result.detail}`)).toEqual(
      PROBES.map((probe) => `${probe.mode} ${probe.ask} silence`),
    );
  });

  test('an answer that comes before its question is one', async () => {
    const line = Buffer.from('/ABC51234\r\n', 'latin1');
    // The NULs that wake a meter up are enough for this one.
    const { results } = await probed('300/7E1', (port) => port.onData(() => port.write(line)), { wakeUp: true });
    expect(results[0]).toMatchObject({ ask: '62056-21', answered: true });
  });

  test('it ends whenever the adapter is pulled, also while the speed is being changed', async () => {
    for (let turns = 0; turns < 60; turns += 3) {
      const joined = await mockSerialPair();
      const [near] = joined.paths;
      const probing = probePort(near, { load: joined.load, timers: impatient(), answerMilliseconds: 1 });
      const outcome = probing.then(
        () => 'asked all',
        (error: { code?: string }) => error.code,
      );
      for (let i = 0; i < turns; i += 1) await turnOfLoop();
      joined.pull(near);
      expect(await outcome).toBe('lost');
      expect(joined.openPorts()).toBe(0);
    }
  });

  test('a port that does not exist is an error, not a silence', async () => {
    const joined = await mockSerialPair();
    const options = { load: joined.load, timers: wallTimers() };
    await expect(probePort('/dev/none', options)).rejects.toMatchObject({ code: 'notFound' });
    expect(serverAddress(1, 17).bytes).toBe(2);
  });
});

describe('meters of other modes', () => {
  test.each([
    ['mode A', '/ABCmeter 7\r\n', "ABC 'meter 7', mode A: it reads out at 300 Bd by itself"],
    ['mode A without a text', '/ABC\r\n', "ABC '', mode A: it reads out at 300 Bd by itself"],
    ['mode B', '/ABCE1234\r\n', "ABC '1234', baud character E, mode B: it reads out at 9600 Bd by itself"],
    ['mode B, the slowest', '/ABCA1234\r\n', "ABC '1234', baud character A, mode B: it reads out at 600 Bd by itself"],
    ['mode C', '/ABC51234\r\n', "ABC '1234', baud character 5, mode C"],
    ['mode E', '/ABC5\\21234\r\n', "ABC '1234', baud character 5, mode E, HDLC can be chosen"],
  ])('%s is called so', async (_, line, detail) => {
    const { results } = await probed('300/7E1', (port) => port.onData(() => port.write(Buffer.from(line, 'latin1'))));
    expect(results[0]).toEqual({ mode: '300/7E1', ask: '62056-21', answered: true, detail });
  });
});

const AARE = encodeAare({ context: 1, result: 0, diagnostic: 0 });

describe('probing a TCP address', () => {
  async function asked(
    serve: (bytes: Uint8Array) => readonly Uint8Array[],
    options: Parameters<typeof probePort>[1] = {},
  ) {
    const listener = await tcpTransport({ port: 0 }).listen((channel) => {
      channel.onError(() => undefined);
      channel.onData((bytes) => {
        for (const answer of serve(bytes)) channel.write(answer);
      });
    });
    const results = await probePort(`tcp:${listener.address}`, { answerMilliseconds: 100, ...options });
    // The other end reads all that was sent before it sees the end.
    await until(turn, () => listener.openChannels === 0);
    await listener.close();
    return results;
  }

  test('a meter with the wrapper is associated with in public, and released', async () => {
    const connection = connectDevice(labDevice('esme', 1), { framing: 'wrapper' });
    const tags: (number | undefined)[] = [];
    const results = await asked((bytes) => {
      tags.push(bytes[8]);
      return connection.receive(bytes, 0);
    });
    expect(results).toEqual([
      {
        ...{ mode: 'tcp', ask: 'wrapper', answered: true, detail: 'an AARE from server 1 to client 16' },
        address: { client: 16, server: 1 },
      },
    ]);
    expect(tags[0]).toBe(0x60);
  });

  test.each([
    ['7E1 at the converter', (line: Uint8Array) => line],
    ['8N1 at the converter', withEvenParity],
  ])('a meter behind a serial converter is known by its identification: %s', async (_, sent) => {
    const line = sent(Buffer.from('/LGZ5\\2SMB\r\n', 'latin1'));
    const isRequest = (bytes: Uint8Array): boolean => (bytes[0]! & 0x7f) === 0x2f;
    const results = await asked((bytes) => (isRequest(bytes) ? [line] : []));
    expect(results.at(-1)).toMatchObject({ ask: '62056-21', answered: true });
  });

  test('HDLC is asked at the address that is named, and in the form that is named', async () => {
    const connection = connectDevice(labDevice('esme', 1), { framing: 'hdlc', physical: [33], saps: [5] });
    const serve = (bytes: Uint8Array): readonly Uint8Array[] => connection.receive(bytes, 0);
    const named = { client: 32, server: 5, physical: 33, addressBytes: 4 } as const;
    expect((await asked(serve, named)).at(-1)).toMatchObject({
      answered: true,
      detail: 'UA from server 5/33 (4 bytes) to client 32',
      address: { client: 32, server: 5, physical: 33, addressBytes: 4 },
    });
    expect((await asked(serve)).at(-1)?.answered).toBe(false);
  });

  test('a search by the wrapper goes on past servers that are silent, and a client that is rejected is said to be', async () => {
    const connection = connectDevice(labDevice('esme', 1), { framing: 'wrapper', saps: [17] });
    const seen: string[] = [];
    const serve = (bytes: Uint8Array): readonly Uint8Array[] => {
      seen.push(`${bytes[3]}>${bytes[5]} ${bytes[8]!.toString(16)}`);
      return connection.receive(bytes, 0);
    };
    const found = (await asked(serve, { search: true, probes: [{ mode: 'tcp', ask: 'wrapper' }] })).at(-1);
    expect(found).toMatchObject({ answered: true, address: { client: 16, server: 17 } });
    expect(seen.slice(0, 3)).toEqual(['16>1 60', '16>16 60', '16>17 60']);
    const named = await asked(serve, { client: 99, server: 17, probes: [{ mode: 'tcp', ask: 'wrapper' }] });
    expect(named.at(-1)?.detail).toBe('an AARE from server 17 to client 99, which it rejects');
  });

  test('a meter that answers to an earlier question is known by its own address, and released there', async () => {
    const at = (client: number, server: number) => encodeWrapper({ source: server, destination: client, apdu: AARE });
    const seen: string[] = [];
    let before: Uint8Array | undefined;
    const slow = (bytes: Uint8Array): readonly Uint8Array[] => {
      seen.push(`${bytes[3]}>${bytes[5]} ${bytes[8]!.toString(16)}`);
      const answer = before;
      before = bytes[5] === 16 ? at(16, 16) : undefined;
      return answer ? [answer] : [];
    };
    const results = await asked(slow, { search: true, probes: [{ mode: 'tcp', ask: 'wrapper' }] });
    expect(results.at(-1)).toMatchObject({ answered: true, address: { client: 16, server: 16 } });
    expect(seen).toEqual(['16>1 60', '16>16 60', '16>17 60', '16>16 62']);
  });

  test('a search asks at every address and form', () => {
    const all = serversToAsk({ search: true }, 16).map(({ client, text }) => `${client} ${text}`);
    expect(new Set(all).size).toBe(all.length);
    expect(all).toContain('1 server 1/17 (4 bytes)');
    expect(all).toContain('16 all stations (4 bytes)');
    expect(serversToAsk({}, 16)).toHaveLength(4);
  });
});
