/**
 * The DCC's head-end for one installation: its requests at each step that touches devices, and the rotation of all
 * keys. Its associations use HLS-GMAC. It begins with the keys that the SMSO handed over (our assumption: no source
 * says how), and its Master Key is held, missing or wrong.
 */
import { dateTimeData, instantOf } from '../cosem/dateTime.ts';
import type { Descriptor } from '../dlms/apdu/apdu.ts';
import type { Data } from '../dlms/encoding/axdr.ts';
import { bytesOf, membersOf, uint16 } from '../dlms/encoding/values.ts';
import type { Instant } from '../../src/time.ts';
import { readOf, writtenTo } from './asked.ts';
import { repeated, within, type Peer } from './associate.ts';
import type { KeySource } from './keySource.ts';
import {
  CLOCK_TIME,
  CONTACT_OFFSET,
  DEVICE_NAME,
  FIRMWARE,
  HAN_MEMBERSHIP,
  MIRRORED_AT,
  WAN_CAPTURED_AT,
} from './objects.ts';
import type { DeviceName, Outcome, Procedure } from './procedure.ts';
import { mayRotate, rotate, type Rotated } from './rotate.ts';

/** The devices of an installation as the DCC knows them. */
export interface DccPeers {
  readonly chf: Peer;
  readonly esme: Peer;
  readonly gsme: Peer | undefined;
}

/** The CHF's report on its links. */
export interface Diagnostics {
  /** The instant at which the CHF last looked at its network. */
  readonly wanCapturedAt: Instant | undefined;
  /**
   * The instant at which the CHF last heard the GSME, from the membership list: a fresh mirror does not prove a live
   * HAN.
   */
  readonly gsmeHeardAt: Instant | undefined;
  /** The instant at which the mirror of the GSME was taken. */
  readonly mirroredAt: Instant | undefined;
}

/** The DCC gives up a step after this many sessions. Our assumption. */
const SESSION_TRIES = 3;

export function* readDiagnostics(peer: Peer): Procedure<Outcome<Diagnostics>> {
  return yield* repeated(peer, SESSION_TRIES, () =>
    within<Diagnostics>(peer, function* ({ client }) {
      const wan = yield* readOf(peer, client, WAN_CAPTURED_AT);
      if (!wan.ok) return wan;
      const members = yield* readOf(peer, client, HAN_MEMBERSHIP);
      if (!members.ok) return members;
      const mirrored = yield* readOf(peer, client, MIRRORED_AT);
      if (!mirrored.ok) return mirrored;
      return {
        ok: true,
        value: {
          wanCapturedAt: instantOf(wan.value),
          gsmeHeardAt: gsmeHeardAt(members.value),
          mirroredAt: instantOf(mirrored.value),
        },
      };
    }),
  );
}

/** Returns the instant at which the GSME was last heard, from the hub's membership list. */
export function gsmeHeardAt(members: Data): Instant | undefined {
  const gsme = (membersOf(members) ?? []).find((row) => memberKind(membersOf(row)?.[1]) === 'gsme');
  return instantOf(membersOf(gsme)?.[3]);
}

function memberKind(data: Parameters<typeof bytesOf>[0]): string {
  return Buffer.from(bytesOf(data) ?? []).toString('latin1');
}

const USUAL_READS: readonly Descriptor[] = [DEVICE_NAME, FIRMWARE, CLOCK_TIME];

/** Tests whether a device answers, identifies itself and runs some firmware, or reads the given objects instead. */
export function* testDevice(peer: Peer, reads = USUAL_READS): Procedure<Outcome<undefined>> {
  return yield* repeated(peer, SESSION_TRIES, () =>
    within<undefined>(peer, function* ({ client }) {
      for (const attribute of reads) {
        const read = yield* readOf(peer, client, attribute);
        if (!read.ok) return read;
      }
      return { ok: true, value: undefined };
    }),
  );
}

/** The result of rotating all devices. `device` is the one at which it failed. */
export type RotatedAll = Rotated & { readonly device?: DeviceName };

/**
 * Rotates the keys of every device, meters first and the hub last, so that the SMSO can still help while a meter fails
 * (our assumption). The first failure ends the rotation; devices that were already rotated stay so.
 */
export function* rotateAll(
  peers: readonly Peer[],
  options: { readonly keySource: KeySource; readonly anew: boolean },
): Procedure<RotatedAll> {
  // Attached hardware identifies itself first. No key is rotated unless all keys may be.
  for (const peer of peers) {
    if (!peer.mayWrite) continue;
    const allowed = yield* repeated(peer, SESSION_TRIES, () => mayRotate(peer));
    const { device } = peer.call;
    if (!allowed.ok && allowed.error.kind === 'notAllowed') return { kind: 'notAllowed', device };
    if (!allowed.ok) return { kind: 'failed', error: allowed.error, device };
  }
  for (const peer of peers) {
    const rotated = yield* rotate(peer, { ...options, tries: SESSION_TRIES });
    if (rotated.kind !== 'rotated') return { ...rotated, device: peer.call.device };
  }
  return { kind: 'rotated' };
}

/** The last step: configures the devices under keys that only the DCC has. */
export function* commission(
  peer: Peer,
  options: { readonly at: Instant; readonly contactOffsetMinutes?: number },
): Procedure<Outcome<undefined>> {
  return yield* repeated(peer, SESSION_TRIES, () =>
    within<undefined>(peer, function* ({ client }) {
      const clock = yield* writtenTo(peer, client, { target: CLOCK_TIME, value: dateTimeData(options.at) });
      if (!clock.ok || options.contactOffsetMinutes === undefined) return clock;
      return yield* writtenTo(peer, client, { target: CONTACT_OFFSET, value: uint16(options.contactOffsetMinutes) });
    }),
  );
}
