import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { SerialPackage } from '../../../devices/transport/serialPackage.ts';

interface MockBindingPort {
  isOpen: boolean;
  write(buffer: Buffer): Promise<void>;
  close(): Promise<void>;
  emitData(data: Buffer): void;
}

/** Comes back when the event loop has turned once. */
export function turnOfLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

interface Losable {
  _disconnected(error: Error): void;
}

/** Turns of the event loop that a mock port takes to close. */
const CLOSING_TURNS = 3;

/** Two mock ports joined end to end: what is written to one is read at the other. */
export async function mockSerialPair(): Promise<{
  load: () => Promise<SerialPackage>;
  paths: [string, string];
  /** What the port at this end was last opened with. */
  opened(path: string): { baudRate: number; dataBits: number; parity: string } | undefined;
  /** Makes the next write at this end fail as a vanished adapter does. */
  vanish(path: string): void;
  /** Pulls the adapter at this end: the port says so, and is closed some turns later, as a real one is. */
  pull(path: string): void;
  openPorts(): number;
}> {
  const { SerialPortMock } = await import('serialport');
  const binding = SerialPortMock.binding;
  const id = Math.floor(performance.now() * 1000);
  const paths: [string, string] = [`/dev/mockA${id}`, `/dev/mockB${id}`];
  for (const path of paths) binding.createPort(path);
  const live = new Map<string, MockBindingPort>();
  const settings = new Map<string, { baudRate: number; dataBits: number; parity: string }>();
  const gone = new Set<string>();
  const ports = new Map<string, JoinedPort>();
  const pulled = new Set<string>();
  // The library takes this way when reading fails; its types do not show it.
  const lose = (port: JoinedPort): void =>
    (port as unknown as Losable)._disconnected(new Error('EIO: i/o error, read'));

  class JoinedPort extends SerialPortMock {
    constructor(options: ConstructorParameters<typeof SerialPortMock>[0]) {
      super(options);
      settings.set(options.path, options as never);
      ports.set(options.path, this);
      this.on('open', () => {
        const port = this.port as unknown as MockBindingPort;
        live.set(options.path, port);
        const sent = port.write.bind(port);
        const closed = port.close.bind(port);
        port.close = async () => {
          for (let i = 0; i < CLOSING_TURNS; i += 1) await turnOfLoop();
          await closed();
        };
        if (pulled.has(options.path)) lose(this);
        const other = paths[options.path === paths[0] ? 1 : 0];
        port.write = async (buffer) => {
          if (gone.has(options.path)) throw new Error('EIO: i/o error, write');
          // A write takes a turn of the event loop, so that a second one has to wait behind it.
          await turnOfLoop();
          await sent(buffer);
          const peer = live.get(other);
          if (peer?.isOpen === true) peer.emitData(Buffer.from(buffer));
        };
      });
    }
  }
  return {
    load: () => Promise.resolve({ SerialPort: JoinedPort }),
    paths,
    opened: (path) => settings.get(path),
    vanish: (path) => void gone.add(path),
    pull(path) {
      pulled.add(path);
      const port = ports.get(path);
      if (port?.isOpen === true) lose(port);
    },
    openPorts: () => [...live.values()].filter((port) => port.isOpen).length,
  };
}

/** Tells whether a program is on the path. It looks for the file, because a process that hangs would hang the tests. */
export function isInstalled(program: string, folders = (process.env['PATH'] ?? '').split(delimiter)): boolean {
  return folders.some((folder) => existsSync(join(folder, program)));
}

/** Why no pair of pseudo-terminals can be had. */
export const socatMissing: string | undefined = isInstalled('socat')
  ? undefined
  : 'socat is not installed (apt-get install socat)';

/** Two pseudo-terminals joined by socat. `stop` is what pulling the cable is. */
export async function ptyPair(): Promise<{ paths: [string, string]; stop(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'smb-pty-'));
  const paths: [string, string] = [join(folder, 'a'), join(folder, 'b')];
  const ends = paths.map((path) => `pty,raw,echo=0,link=${path}`);
  const child: ChildProcess = spawn('socat', ends, { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  while (!paths.every((path) => existsSync(path))) await new Promise((resolve) => setTimeout(resolve, 2));
  return {
    paths,
    async stop() {
      child.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
