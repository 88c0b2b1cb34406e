/**
 * The SMSO's head-end: the daily contact, and the work that the DCC instructs before a migration (clause 4.26). That
 * work is firmware and configuration, in tries that may each complete only a part.
 */
import { dateTimeData, instantOf } from '../cosem/dateTime.ts';
import { DlmsClient } from '../dlms/client/client.ts';
import { uint16 } from '../dlms/encoding/values.ts';
import type { Instant } from '../../src/time.ts';
import { writtenTo } from './asked.ts';
import { PUBLIC_CLIENT, repeated, within, type Live, type Peer } from './associate.ts';
import { sendFirmware, type FirmwareImage, type FirmwareProgress } from './firmware.ts';
import { CLOCK_TIME, CONTACT_OFFSET, WAN_CAPTURED_AT } from './objects.ts';
import { converse, disconnect, linked, type Call, type Outcome, type Procedure, type WireError } from './procedure.ts';
import { hasAnswered } from './wireError.ts';

/**
 * Makes the scheduled contact. The public client asks the CHF when it last looked at its network, so that an answer
 * does not depend on who holds the keys. The value is undefined if the hub answers without that date. An error may also
 * be an answer: see `hasAnswered`. A hub that refuses this client has been reached.
 */
export function* contact(call: Omit<Call, 'client'>): Procedure<Outcome<Instant | undefined>> {
  const link = yield* linked({ ...call, client: PUBLIC_CLIENT });
  if (!link.ok) return link;
  const client = new DlmsClient({ authentication: 'none' });
  const associated = yield* converse(client.associate());
  const read = associated.ok ? yield* converse(client.get(WAN_CAPTURED_AT)) : associated;
  yield* disconnect();
  // The hub accepted the association. A failure of the later read does not change that.
  if (associated.ok && !read.ok && !hasAnswered(read.error)) return { ok: true, value: undefined };
  return read.ok ? { ok: true, value: instantOf(read.value) } : read;
}

/** The work of an instruction on one device. */
export interface Preparation {
  readonly peer: Peer;
  /** The firmware to install. Default: the device is only configured. */
  readonly firmware?: FirmwareImage;
  /** Minutes within the two hours of the daily contact. For a CHF only. */
  readonly contactOffsetMinutes?: number;
}

/** The result of one try: the work is done, more contacts are needed, or nothing that verifies came back. */
export type Tried = 'done' | 'more' | 'noAnswer' | 'refused' | 'notAllowed';

const TRIED: Readonly<Partial<Record<WireError['kind'], Tried>>> = { result: 'refused', notAllowed: 'notAllowed' };

/**
 * Makes one try of an instruction. It continues where the last one stopped, and stops when this contact's share is
 * done.
 */
export function* prepareOnce(
  works: readonly Preparation[],
  options: { readonly at: Instant; readonly blocksMax: number; readonly triesPerSession: number },
): Procedure<Tried> {
  for (const work of works) {
    const outcome = yield* repeated(work.peer, options.triesPerSession, () =>
      within<FirmwareProgress>(work.peer, (live) => prepareDevice(live, work, options)),
    );
    if (!outcome.ok) return TRIED[outcome.error.kind] ?? 'noAnswer';
    if (outcome.value === 'partial') return 'more';
  }
  return 'done';
}

function* prepareDevice(
  live: Live,
  { peer, firmware, contactOffsetMinutes }: Preparation,
  { at, blocksMax }: { readonly at: Instant; readonly blocksMax: number },
): Procedure<Outcome<FirmwareProgress>> {
  const progress: Outcome<FirmwareProgress> = firmware
    ? yield* sendFirmware(live, firmware, { blocksMax })
    : { ok: true, value: 'active' };
  if (!progress.ok || progress.value === 'partial') return progress;
  const clock = yield* writtenTo(peer, live.client, { target: CLOCK_TIME, value: dateTimeData(at) });
  if (!clock.ok) return clock;
  if (contactOffsetMinutes !== undefined) {
    const offset = yield* writtenTo(peer, live.client, {
      target: CONTACT_OFFSET,
      value: uint16(contactOffsetMinutes),
    });
    if (!offset.ok) return offset;
  }
  return progress;
}
