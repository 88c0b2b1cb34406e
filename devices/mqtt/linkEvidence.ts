import type { Instant } from '../../src/time.ts';
import { CLOCK_AHEAD_SECONDS_MAX } from './contact.ts';
import type { Contact } from './contact.ts';
import { deviceDate } from './deviceDate.ts';
import type { Link } from './messages.ts';
import type { DeviceAddress } from './topics.ts';

/** State of one device: the last accepted report, and the latest contact that it claimed on each network. */
export interface LinkWatch {
  readonly boot: number;
  readonly seq: number;
  readonly wan?: Instant;
  readonly han?: Instant;
}

export interface LinkObservation {
  readonly watch: LinkWatch;
  readonly contacts: readonly Contact[];
  /** Reports missing between the last one and this, within a boot. */
  readonly missing: number;
  readonly note?: string;
}

/**
 * Adds one link report to the state. QoS 1 may repeat messages and change their order, so a report that is not newer
 * than the last is dropped. A contact has the device's own date (`lastContact`), never the time at which the report
 * arrived.
 */
export function observeLink(
  watch: LinkWatch | undefined,
  link: Link,
  context: { readonly address: DeviceAddress; readonly receivedAt: Instant },
): LinkObservation {
  const { address, receivedAt } = context;
  const newer = watch === undefined || link.boot > watch.boot || (link.boot === watch.boot && link.seq > watch.seq);
  if (!newer) return { watch, contacts: [], missing: 0 };
  const contacts: Contact[] = [];
  const latest: { wan?: Instant; han?: Instant } = {};
  let note: string | undefined;
  for (const name of ['wan', 'han'] as const) {
    const before = watch?.[name];
    const text = link[name]?.lastContact;
    const date = deviceDate(text);
    const at = date.ok ? date.at : undefined;
    if (before !== undefined) latest[name] = before;
    if (!date.ok && date.why !== 'absent') note = `${address.installation}/${address.device}: a ${name} contact has a date in no form that is understood`; // prettier-ignore
    if (at === undefined || (before !== undefined && at <= before)) continue;
    if (at > receivedAt + CLOCK_AHEAD_SECONDS_MAX) {
      note = `${address.installation}/${address.device}: a ${name} contact is dated in the future`;
      continue;
    }
    latest[name] = at;
    const source = `mqtt:${address.bench}/${address.installation}/${address.device}`;
    contacts.push({ installation_id: address.installation, at, link: name, source });
  }
  const missing = watch !== undefined && link.boot === watch.boot ? link.seq - watch.seq - 1 : 0;
  const next: LinkWatch = { boot: link.boot, seq: link.seq, ...latest };
  return { watch: next, contacts, missing, ...(note !== undefined && { note }) };
}
