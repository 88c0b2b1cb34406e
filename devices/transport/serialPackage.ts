import { TransportError } from './transport.ts';

/** The part of node-serialport that is used; SerialPort and SerialPortMock both have it. */
export interface SerialPortLike {
  readonly isOpen: boolean;
  readonly writableLength: number;
  open(done: (error: Error | null) => void): void;
  close(done?: (error: Error | null) => void): void;
  write(bytes: Uint8Array, done: () => void): boolean;
  drain(done: (error: Error | null) => void): void;
  /** The modem lines. */
  get(done: (error: Error | null) => void): void;
  update(options: { baudRate: number }, done: (error: Error | null) => void): void;
  on(event: 'data', listener: (bytes: Buffer) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'close', listener: (error?: Error) => void): unknown;
}

export interface SerialPortSettings {
  path: string;
  baudRate: number;
  dataBits: 7 | 8;
  parity: 'none' | 'even' | 'odd';
  stopBits: 1 | 2;
  autoOpen: false;
}

export interface SerialPackage {
  readonly SerialPort: {
    new (settings: SerialPortSettings): SerialPortLike;
    list(): Promise<readonly { readonly path: string; readonly manufacturer?: string | undefined }[]>;
  };
}

/** Loads the optional package on first need. Rejects with `missing` and the line that mends it. */
export async function loadSerialPackage(): Promise<SerialPackage> {
  try {
    return await import('serialport');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    throw new TransportError(
      'missing',
      'serial',
      `the optional package 'serialport' could not be loaded (${reason}); install it with: npm install serialport@13.0.0`,
    );
  }
}
