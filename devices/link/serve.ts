/**
 * Joins a device's connection to a byte channel: it passes bytes and the instant in and bytes out, and checks again
 * when an answer is due.
 */
import type { ServerConnection } from '../dlms/server/serverConnection.ts';
import type { Cancel, Timers } from '../transport/timers.ts';
import type { ByteChannel } from '../transport/transport.ts';

export function serve(connection: ServerConnection, channel: ByteChannel, timers: Timers): void {
  let due: Cancel | undefined;
  const now = (): number => timers.nowMilliseconds() / 1000;

  function say(frames: readonly Uint8Array[]): void {
    for (const frame of frames) if (!channel.closed) channel.write(frame);
    due?.();
    due = undefined;
    const at = connection.dueAt();
    if (at === undefined || channel.closed) return;
    const milliseconds = Math.max(1, Math.ceil(at * 1000 - timers.nowMilliseconds()));
    due = timers.after(milliseconds, () => say(connection.poll(now())));
  }

  channel.onData((bytes) => say(connection.receive(bytes, now())));
  channel.onClose(() => {
    due?.();
    connection.close();
  });
  channel.onError(() => undefined);
}
