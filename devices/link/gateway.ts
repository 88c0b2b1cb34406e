/**
 * A device as it answers through its gateway: the device itself, or a refusal of every request if the world decides so.
 */
import { RESULT } from '../dlms/apdu/apdu.ts';
import type { LogicalDevice } from '../dlms/server/logicalDevice.ts';

/** Wraps a device. The device cannot see the wrapper; a refusal is protected with the device's keys, like its own. */
export function gateway(device: LogicalDevice, refuses: () => boolean): LogicalDevice {
  return {
    get systemTitle() {
      return device.systemTitle;
    },
    get pduBytesMax() {
      return device.pduBytesMax;
    },
    get powered() {
      return device.powered;
    },
    client: (sap) => device.client(sap),
    keys: () => device.keys(),
    requiredProtection: () => device.requiredProtection(),
    reserveCounter: () => device.reserveCounter(),
    acceptedCounter: (title) => device.acceptedCounter(title),
    acceptCounter: (title, counter) => device.acceptCounter(title, counter),
    challenge: () => device.challenge(),
    get: (request, context) =>
      refuses() ? { ok: false, result: RESULT.readWriteDenied } : device.get(request, context),
    set: (request, value, context) => (refuses() ? RESULT.readWriteDenied : device.set(request, value, context)),
    invoke: (method, parameter, context) =>
      refuses() ? { result: RESULT.readWriteDenied } : device.invoke(method, parameter, context),
  };
}
