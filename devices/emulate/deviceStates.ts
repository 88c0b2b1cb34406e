/** What an emulation needs of the place where device states are kept. The files themselves belong to the command line. */
import type { CosemDevice } from '../cosem/device.ts';

/** Where the states of emulated devices outlive the process. */
export interface DeviceStates {
  /** Gives a device the state that was kept, and counts its start. Gives the number of starts, from 1. */
  restore(device: CosemDevice): { readonly boot: number; readonly isFound: boolean };
  /** Keeps the state of a device if it has changed. Throws a TransportError if it cannot. */
  save(device: CosemDevice): void;
  /** Lets another process use the place. */
  release(): void;
}
