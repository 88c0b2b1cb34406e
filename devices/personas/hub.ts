/**
 * A CHF's knowledge of its home area network: the members, when each was last heard, and the mirror of the sleepy GSME.
 * It is updated when it is read; nothing runs in between. A fresh mirror does not prove a live HAN, and a live WAN
 * proves neither.
 */
import type { CosemDevice } from '../cosem/device.ts';
import type { ObjectDevice } from '../cosem/deviceModel.ts';
import { isConnected } from '../cosem/disconnectControl.ts';
import type { GsmState } from '../cosem/gsm.ts';
import { batteryDays, gasVolume, LAB_SLEEP, lastWake, type Sleep } from './gsme.ts';

export type MemberKind = 'esme' | 'gsme';

/** joined; orphaned: the network's key or channel changed without it; not joined. */
export type JoinState = 'notJoined' | 'joined' | 'orphaned';

export interface HubMember {
  readonly kind: MemberKind;
  readonly device: CosemDevice;
  join: JoinState;
  /** The instant at which the member was last heard, seconds since the epoch; undefined for never. */
  lastHeardAt: number | undefined;
}

/** The data of the GSME when it was last heard. */
export interface Mirror {
  readonly at: number;
  readonly volumeCubicDecimetres: number;
  readonly batteryDays: number;
  readonly valveOpen: boolean;
}

/** Hooks of the world that decide what the links do. Default: all links work. */
export interface HubWorld {
  readonly hanUp?: (member: MemberKind, at: number) => boolean;
  readonly rssi?: (member: MemberKind, at: number) => number;
  readonly wan?: (at: number) => GsmState;
}

/** An ESME is on the mains and heard every ten minutes at least. Our assumption. */
const ESME_SECONDS = 600;
/** Number of past periods that are searched for a contact: 60 days of half hours. */
const LOOK_BACK_MAX = 2880;
/** Trilliant hubs of phase 3 were limited to three addresses on the HAN (devices/README.md section 1): both meters and an IHD. */
const MEMBERS_MAX = 3;

const FINE_WAN: Omit<GsmState, 'at'> = {
  operator: 'LAB',
  status: 1,
  cellId: 4059,
  locationId: 1,
  signalQuality: 14,
};

export class Hub {
  readonly members: HubMember[] = [];
  mirror: Mirror | undefined;
  world: HubWorld;
  /** The times at which the GSME can be heard. */
  sleep: Sleep = LAB_SLEEP;
  private lookedAt: number | undefined;

  constructor(world: HubWorld = {}) {
    this.world = world;
  }

  add(kind: MemberKind, device: CosemDevice): HubMember {
    if (this.members.length >= MEMBERS_MAX) throw new Error(`Hub: at most ${MEMBERS_MAX} members`);
    const member: HubMember = { kind, device, join: 'joined', lastHeardAt: undefined };
    this.members.push(member);
    return member;
  }

  member(kind: MemberKind): HubMember | undefined {
    return this.members.find((member) => member.kind === kind);
  }

  /** True if a member could be heard at an instant. */
  isUp(member: HubMember, at: number): boolean {
    return member.join === 'joined' && member.device.powered && (this.world.hanUp?.(member.kind, at) ?? true);
  }

  wan(at: number): GsmState {
    return this.world.wan?.(at) ?? { ...FINE_WAN, at };
  }

  /** Updates `lastHeardAt` and the mirror to `at`. */
  lookAt(at: number): void {
    if (this.lookedAt !== undefined && at <= this.lookedAt) return;
    for (const member of this.members) {
      const isSleepy = member.kind === 'gsme';
      const period = isSleepy ? this.sleep.wakeSeconds : ESME_SECONDS;
      const latest = isSleepy ? lastWake(member.device, at, this.sleep) : Math.floor(at / period) * period;
      const oldest = Math.max(this.lookedAt ?? -Infinity, latest - LOOK_BACK_MAX * period);
      for (let heardAt = latest; heardAt > oldest; heardAt -= period) {
        if (!this.isUp(member, heardAt)) continue;
        this.heard(member, heardAt);
        break;
      }
    }
    this.lookedAt = at;
  }

  /** Records that a member spoke. */
  heard(member: HubMember, at: number): void {
    member.lastHeardAt = Math.max(member.lastHeardAt ?? at, at);
    if (member.kind !== 'gsme') return;
    const { device } = member;
    this.mirror = {
      at,
      volumeCubicDecimetres: gasVolume(device, at),
      batteryDays: batteryDays(device, at),
      valveOpen: isConnected(device),
    };
  }
}

const SLOT = 'hub';

/** The hub of a CHF device. */
export function hubOf(device: ObjectDevice): Hub {
  return device.slot(SLOT, () => new Hub());
}
