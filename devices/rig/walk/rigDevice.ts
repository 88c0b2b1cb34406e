/**
 * The devices of an installation as the steps of the rig use them. A device either speaks DLMS, emulated or attached,
 * or is reached through a driver. A driver only tells when the device was last heard and what it reads.
 */
import type { Descriptor } from '../../dlms/apdu/apdu.ts';
import { instant, type Instant } from '../../../src/time.ts';
import type { DriverAnswer } from '../../hardware/driver.ts';
import type { Capability, Operation, OperationArg, OperationResult } from '../../hardware/driverProtocol.ts';
import type { Peer } from '../../headend/associate.ts';
import type { DccPeers } from '../../headend/dcc.ts';
import type { Observed } from '../../headend/observe.ts';
import type { Reading } from './rigRows.ts';
import { drive, type DeviceName, type Procedure } from '../../headend/procedure.ts';

export type RigDevice =
  | { readonly by: 'dlms'; readonly peer: Peer; readonly reads?: readonly Descriptor[] }
  | {
      readonly by: 'driver';
      readonly name: DeviceName;
      readonly capabilities: readonly Capability[];
      readonly reads: readonly string[];
    };
export type DrivenDevice = Extract<RigDevice, { by: 'driver' }>;
export type SpokenDevice = Extract<RigDevice, { by: 'dlms' }>;

export interface RigDevices {
  readonly chf: RigDevice;
  readonly esme: RigDevice;
  readonly gsme: RigDevice | undefined;
}

/** Wraps devices that all speak DLMS. */
export function devicesOfPeers({ chf, esme, gsme }: DccPeers): RigDevices {
  return {
    chf: { by: 'dlms', peer: chf },
    esme: { by: 'dlms', peer: esme },
    gsme: gsme && { by: 'dlms', peer: gsme },
  };
}

/** A request to a driver: one operation of its protocol. */
export interface DriveRequest<O extends Operation = Operation> {
  readonly op: O;
  readonly arg: OperationArg<O>;
}

function* ask<O extends Operation>(
  { name }: Pick<DrivenDevice, 'name'>,
  op: O,
  arg: OperationArg<O>,
): Procedure<DriverAnswer<OperationResult<O>>> {
  const request: DriveRequest<O> = { op, arg };
  return (yield* drive(name, request)) as DriverAnswer<OperationResult<O>>;
}

/** Callbacks for details of an exchange with a driver, besides its result. */
export interface DriverTold {
  /** Called with the driver's own reason for a failure. */
  readonly onWhy?: (why: string) => void;
  readonly onReading?: (reading: Reading) => void;
  /** Called with the name of each object before it is read. */
  readonly onAsked?: (object: string) => void;
}

/**
 * Asks a driven hub when a link last carried something, by the hub's own clock. Null means never; otherwise the
 * exchange failed, or the driver cannot tell.
 */
export function* lastContact(
  device: DrivenDevice,
  link: 'wan' | 'han',
  { onWhy }: DriverTold = {},
): Procedure<Instant | null | Observed> {
  if (!device.capabilities.includes('lastContact')) return 'notCarriedOut';
  const answer = yield* ask(device, 'lastContact', { link });
  if (!answer.ok) {
    onWhy?.(`the driver of the ${device.name}: ${answer.message}`);
    return answer.observation;
  }
  return answer.value.at === null ? null : instant(answer.value.at);
}

/**
 * Tests whether a driven device answers, by a probe and by reading what is to be read. Not carried out if the driver
 * can do neither.
 */
export function* testDriven(device: DrivenDevice, told: DriverTold = {}): Procedure<Observed> {
  const { capabilities, reads, name } = device;
  let asked = 0;
  if (capabilities.includes('probe')) {
    const answer = yield* ask(device, 'probe', {});
    if (!answer.ok) {
      told.onWhy?.(`the driver of the ${name}, asked to probe: ${answer.message}`);
      return answer.observation;
    }
    if (!answer.value.answered) {
      const { detail } = answer.value;
      told.onWhy?.(`the driver of the ${name}: the device does not answer${detail ? ` (${detail})` : ''}`);
      return 'noAnswer';
    }
    asked += 1;
  }
  if (capabilities.includes('read')) {
    for (const object of reads) {
      told.onAsked?.(object);
      const answer = yield* ask(device, 'read', { object });
      if (!answer.ok) {
        told.onWhy?.(`the driver of the ${name}, asked to read ${object}: ${answer.message}`);
        return answer.observation;
      }
      const { value, unit } = answer.value;
      told.onReading?.({ device: name, object, attribute: null, value: String(value), unit: unit ?? null });
      asked += 1;
    }
  }
  return asked === 0 ? 'notCarriedOut' : 'answered';
}
