/** The interface of an emulation to the store of device states. The command line owns the files. */
import type { CosemDevice } from '../cosem/device.ts';

/** Stores the states of emulated devices beyond the process. */
export interface DeviceStates {
  /** Gives a device its stored state and counts its start. Returns the number of starts, from 1. */
  restore(device: CosemDevice): { readonly boot: number; readonly isFound: boolean };
  /** Stores the state of a device if it has changed. Throws a TransportError if it cannot. */
  save(device: CosemDevice): void;
  /** Releases the store for other processes. */
  release(): void;
}
