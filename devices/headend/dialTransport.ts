/** Calls over carriers. Each device of an installation has a transport of its own, or all share one. */
import type { Transport } from '../transport/transport.ts';
import type { DeviceName } from './procedure.ts';
import type { Dial } from './runner.ts';

/**
 * Dials over carriers. If a carrier cannot be opened, nobody takes the call; the owner of the carrier logs the reason.
 */
export function dialTransport(
  transports: (device: DeviceName) => Transport,
  onError: (error: unknown) => void = () => undefined,
): Dial {
  return ({ device }, done) => {
    transports(device)
      .open()
      .then(done, (error: unknown) => {
        onError(error);
        done(undefined);
      });
  };
}
