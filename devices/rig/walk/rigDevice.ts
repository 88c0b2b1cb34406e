/**
 * The devices of an installation as the rig's steps meet them: one that speaks DLMS, emulated or attached, or one that is
 * reached through a driver, which can tell when it was last heard and what it reads, and no more.
 */
import type { Descriptor } from '../../dlms/apdu.ts';
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

/** Devices that all speak DLMS. */
export function devicesOfPeers({ chf, esme, gsme }: DccPeers): RigDevices {
  return {
    chf: { by: 'dlms', peer: chf },
    esme: { by: 'dlms', peer: esme },
    gsme: gsme && { by: 'dlms', peer: gsme },
  };
}

/** What a driver is asked for: an operation of its protocol. */
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

/** What an exchange with a driver tells beside its result. */
export interface DriverTold {
  /** Why it failed, in the driver's words. */
  readonly onWhy?: (why: string) => void;
  readonly onReading?: (reading: Reading) => void;
  /** Called with the object before it is read. */
  readonly onAsked?: (object: string) => void;
}

/** When a link of a driven hub last carried something, by its own clock: null for never, a failure, or not to be had. */
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

/** Whether a driven device answers: a probe, and whatever it is to read. What it can do neither of is not carried out. */
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
