/** Calls over carriers: each device of an installation at a transport of its own, or all behind one. */
import type { Transport } from '../transport/transport.ts';
import type { DeviceName } from './procedure.ts';
import type { Dial } from './runner.ts';

/** A carrier that cannot be opened is a call that nobody takes; why is the carrier's owner's to log. */
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
