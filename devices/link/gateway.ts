/** A device as it answers through its gateway: itself, or refusing whatever is asked while the world has it refuse. */
import { RESULT } from '../dlms/apdu.ts';
import type { LogicalDevice } from '../dlms/logicalDevice.ts';

/** The device cannot see it; the refusal is protected with its keys, as its own would be. */
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
