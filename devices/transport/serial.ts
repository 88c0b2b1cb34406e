import { closeSync, constants, openSync } from 'node:fs';
import { byteChannel, WAITING_BYTES_MAX } from './channel.ts';
import { remotePort, serialMode, serialModeText, serialPath } from './serialMode.ts';
import type { SerialChannel, SerialMode } from './serialMode.ts';
import { openRemoteSerial } from './rfc2217.ts';
import { loadSerialPackage } from './serialPackage.ts';
import type { SerialPackage, SerialPortLike } from './serialPackage.ts';
import { TransportError, transportError } from './transport.ts';
import type { Transport } from './transport.ts';

export interface SerialOptions {
  /** `/dev/ttyUSB0`, a link to a pty, `COM3`, or `rfc2217://HOST:PORT` for a port behind a converter. */
  readonly path: string;
  /** `9600/8N1` (default), `300/7E1`. */
  readonly mode?: string;
  /** Where node-serialport comes from; tests give the mock. */
  readonly load?: () => Promise<SerialPackage>;
}

/** A serial line has two equal ends: `listen` opens the port just as `open` does and gives out one channel. */
export interface SerialTransport extends Transport {
  open(): Promise<SerialChannel>;
  listen(onChannel: (channel: SerialChannel) => void): ReturnType<Transport['listen']>;
}

/** Throws a TransportError `settings` for a path or mode that cannot be. */
export function serialTransport(options: SerialOptions): SerialTransport {
  const path = serialPath(options.path);
  const mode = serialMode(options.mode ?? '9600/8N1');
  const name = `serial:${path}`;
  const remote = remotePort(path);
  const open = (): Promise<SerialChannel> =>
    remote ? openRemoteSerial(remote, mode) : openSerial(path, mode, options.load ?? loadSerialPackage);
  return {
    name,
    open,
    async listen(onChannel) {
      const channel = await open();
      onChannel(channel);
      return {
        address: path,
        get openChannels() {
          return channel.closed ? 0 : 1;
        },
        onEnd: (told) => void channel.onError((error) => channel.closed && told(error)),
        close: () => channel.close(),
      };
    },
  };
}

async function openSerial(path: string, first: SerialMode, load: () => Promise<SerialPackage>): Promise<SerialChannel> {
  const endpoint = `serial:${path}`;
  const { SerialPort } = await load();
  let mode = first;
  let port = build(first);
  let switching: Promise<void> | undefined;
  const queued: Uint8Array[] = [];
  /** Resolves when the port has taken over all that was written. */
  let written: Promise<void> = Promise.resolve();
  /** Resolves with the reason when the present port closes. */
  let gone: Promise<Error> = new Promise(() => undefined);
  /** True from the opening of the present port until this side closes it. */
  let isUp = false;

  function build(wanted: SerialMode): SerialPortLike {
    const { baud: baudRate, dataBits, parity, stopBits } = wanted;
    return new SerialPort({ path, baudRate, dataBits, parity, stopBits, autoOpen: false });
  }

  const control = byteChannel({
    endpoint,
    send(bytes) {
      if (switching !== undefined) {
        queued.push(bytes);
        return;
      }
      written = new Promise((resolve) => port.write(bytes, resolve));
      if (port.writableLength > WAITING_BYTES_MAX) {
        throw new TransportError('overflow', endpoint, `more than ${WAITING_BYTES_MAX} bytes wait for the line`);
      }
    },
    async flush() {
      await switching?.catch(() => undefined);
      await drained();
    },
    async release() {
      await switching?.catch(() => undefined);
      if (port.isOpen) await called((done) => port.close(done));
      else if (isUp) await closedWithin(gone, CLOSING_MILLISECONDS);
    },
  });

  /**
   * Waits for what was written. node-serialport queues a drain for the next opening if the port is closing, and forgets
   * writes that wait behind another one. So the drain comes after the last write, and ends with the port.
   */
  async function drained(): Promise<void> {
    const all = written.then(() => called((done) => port.drain(done)));
    const lostFirst = gone.then((reason) => Promise.reject(reason));
    await Promise.race([all, lostFirst]);
  }

  /** A port that vanished says so by 'close' with an error, or only by a failed write: both end the channel. */
  function attach(to: SerialPortLike): void {
    gone = new Promise((resolve) => {
      to.on('close', (cause) => resolve(cause instanceof Error ? cause : new Error('the port was closed')));
    });
    to.on('data', (bytes) => {
      if (to === port) control.deliver(bytes);
    });
    to.on('error', (cause) => {
      if (to === port && !control.channel.closed) control.end(lost(endpoint, cause));
    });
    to.on('close', (cause) => {
      if (to === port && switching === undefined)
        control.end(cause instanceof Error ? lost(endpoint, cause) : undefined);
    });
  }

  async function set(wanted: SerialMode): Promise<void> {
    if (isPseudo) {
      mode = wanted;
      return;
    }
    await drained();
    const speedOnly = serialModeText({ ...wanted, baud: mode.baud }) === serialModeText(mode);
    if (speedOnly) await called((done) => port.update({ baudRate: wanted.baud }, done));
    else {
      const letGo = heldOpen(path);
      try {
        isUp = false;
        await called((done) => port.close(done));
        port = build(wanted);
        attach(port);
        await called((done) => port.open(done));
        isUp = true;
      } finally {
        letGo();
      }
    }
    mode = wanted;
  }

  try {
    await called((done) => port.open(done));
  } catch (cause) {
    throw transportError(endpoint, cause);
  }
  isUp = true;
  const isPseudo = await isPseudoTerminal(port);
  attach(port);

  return Object.defineProperties(control.channel, {
    mode: { get: () => mode },
    setMode: {
      async value(wanted: SerialMode | string): Promise<void> {
        const next = typeof wanted === 'string' ? serialMode(wanted) : wanted;
        // Several may wait for the present change. One goes on, and the others wait for its change.
        while (switching !== undefined) await switching.catch(() => undefined);
        if (control.channel.closed || serialModeText(next) === serialModeText(mode)) return;
        switching = set(next);
        try {
          await switching;
        } catch (cause) {
          queued.length = 0;
          switching = undefined;
          control.end(lost(endpoint, cause));
          return;
        }
        switching = undefined;
        for (const bytes of queued.splice(0)) control.channel.write(bytes);
      },
    },
  }) as SerialChannel;
}

/**
 * A pseudo-terminal has no modem lines, no speed and no parity. Setting it flushes what was written and not yet fetched,
 * which draining does not wait for there; and opening it anew looks like a hang-up to its other end. So it is left alone.
 */
async function isPseudoTerminal(port: SerialPortLike): Promise<boolean> {
  try {
    await called((done) => port.get((error) => done(error)));
    return false;
  } catch (cause) {
    return /inappropriate ioctl/i.test(causeText(cause));
  }
}

/**
 * A second hand on the device file while the first lets go and takes hold again: the last close drops DTR, and with it the
 * power of many an optical head.
 */
function heldOpen(path: string): () => void {
  if (process.platform === 'win32') return () => undefined;
  try {
    const descriptor = openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
    return () => closeSync(descriptor);
  } catch {
    return () => undefined;
  }
}

/** Longest wait for a port that is closing because it was lost, in milliseconds. */
const CLOSING_MILLISECONDS = 2000;

async function closedWithin(gone: Promise<unknown>, milliseconds: number): Promise<void> {
  let late: NodeJS.Timeout | undefined;
  await Promise.race([gone, new Promise((resolve) => (late = setTimeout(resolve, milliseconds)))]);
  clearTimeout(late);
}

function lost(endpoint: string, cause: unknown): TransportError {
  const named = transportError(endpoint, cause);
  return named.code === 'other' ? new TransportError('lost', endpoint, causeText(cause)) : named;
}

function causeText(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

function called(call: (done: (error: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    call((error) => (error ? reject(error) : resolve()));
  });
}
