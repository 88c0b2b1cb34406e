/**
 * Keeps drivers running as long as the watch. Contacts that they report unasked are evidence. A driver that has ended
 * is started again when it is next needed.
 */
import type { Driver } from '../../hardware/driver.ts';
import type { DriverEvent } from '../../hardware/driverProtocol.ts';
import type { DeviceName } from '../../headend/procedure.ts';
import type { Timers } from '../../transport/timers.ts';
import { openDriver } from '../bench/endpoints.ts';
import type { DeviceSetup, RigSetup } from '../file/rigSetup.ts';

export interface DriverPoolOptions {
  readonly setup: RigSetup;
  readonly timers: Timers;
  readonly onNote: (note: string) => void;
  readonly onEvent: (device: DeviceName, event: DriverEvent) => void;
}

/** Wait between two tries to start a driver that cannot be started, in seconds. Our assumption. */
const RETRY_SECONDS = 300;

export class DriverPool {
  private readonly options: DriverPoolOptions;
  private readonly live = new Map<DeviceName, Promise<Driver>>();
  private isClosed = false;

  constructor(options: DriverPoolOptions) {
    this.options = options;
  }

  /**
   * Returns the driver of a device, and starts it if necessary. Closing the returned driver does nothing, because the
   * pool closes it.
   */
  readonly driverOf = async (device: DeviceSetup): Promise<Driver> => {
    const driver = await this.get(device);
    return Object.create(driver, { close: { value: async () => undefined } }) as Driver;
  };

  /** Keeps listening to every driver that reports unasked. */
  listen(): void {
    for (const device of this.options.setup.devices) if (device.driver) this.keepListening(device);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    const all = [...this.live.values()];
    this.live.clear();
    for (const one of await Promise.allSettled(all)) if (one.status === 'fulfilled') await one.value.close();
  }

  private keepListening(device: DeviceSetup): void {
    if (this.isClosed) return;
    const { timers, onNote } = this.options;
    this.get(device).catch((error: unknown) => {
      onNote(error instanceof Error ? error.message : String(error));
      timers.after(RETRY_SECONDS * 1000, () => this.keepListening(device));
    });
  }

  private get(device: DeviceSetup): Promise<Driver> {
    const { name } = device;
    const found = this.live.get(name);
    if (found) return found;
    const started = this.start(device);
    this.live.set(name, started);
    started.catch(() => this.forget(name, started));
    return started;
  }

  private async start(device: DeviceSetup): Promise<Driver> {
    const { setup, timers, onNote, onEvent } = this.options;
    const driver = await openDriver(device, setup, { timers, onNote });
    driver.onEnd((error) => {
      onNote(error.message);
      this.forget(device.name);
      timers.after(RETRY_SECONDS * 1000, () => this.keepListening(device));
    });
    if (driver.capabilities.includes('observe')) {
      const observed = await driver.observe((event) => onEvent(device.name, event));
      if (!observed.ok) onNote(`driver of the ${device.name}: it does not observe (${observed.message})`);
    }
    return driver;
  }

  private forget(name: DeviceName, only?: Promise<Driver>): void {
    if (only === undefined || this.live.get(name) === only) this.live.delete(name);
  }
}
