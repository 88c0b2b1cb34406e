/**
 * The links of all emulated installations of a fleet, by the world's own model. Nothing is kept of an installation: its
 * dice are addressed by the seed, its group and its position, and are drawn again when its turn comes.
 */
import type { Instant } from '../../src/time.ts';
import { LifeStreams } from '../../sim/world/dice/lifeStreams.ts';
import { seedWords } from '../../sim/world/dice/streams.ts';
import { HanLink } from '../../sim/world/hanLink.ts';
import { NO_INTERVALS } from '../../sim/world/intervals.ts';
import { WanLink } from '../../sim/world/wanLink.ts';
import type { GroupSetup } from './fleetSetup.ts';

/** The links of one installation. */
export interface MemberLinks {
  /** True if a call gets through at an instant: the WAN is up, and the wake-up was not lost. */
  reaches(at: Instant): boolean;
  isWanUp(at: Instant): boolean;
  isHanUp(at: Instant): boolean;
}

export class FleetLinks {
  private readonly streams: LifeStreams;
  private readonly wan: WanLink;
  private readonly han: HanLink;
  private readonly start: Instant;
  private group: GroupSetup | undefined;
  private position = -1;

  constructor(seed: string, start: Instant) {
    this.streams = new LifeStreams(seedWords(seed), 0);
    this.wan = new WanLink(this.streams);
    this.han = new HanLink(this.streams);
    this.start = start;
  }

  of(group: GroupSetup, position: number): MemberLinks {
    const { isDown } = group;
    return {
      reaches: (at) => !isDown.wan(at) && this.turnTo(group, position).isReached(at),
      isWanUp: (at) => !isDown.wan(at) && this.turnTo(group, position).isWanUp(at),
      isHanUp: (at) => !isDown.han(at) && this.turnTo(group, position).isHanUp(at),
    };
  }

  private turnTo(group: GroupSetup, position: number): this {
    if (this.group === group && this.position === position) return this;
    this.streams.turnTo(group.address, 0);
    if (group.wan) this.wan.begin(group.wan, position, this.start, NO_INTERVALS);
    if (group.han) this.han.begin(group.han, position, this.start);
    this.group = group;
    this.position = position;
    return this;
  }

  private isReached(at: Instant): boolean {
    return this.group?.wan === undefined || this.wan.reaches(at);
  }

  private isWanUp(at: Instant): boolean {
    return this.group?.wan === undefined || this.wan.up(at);
  }

  private isHanUp(at: Instant): boolean {
    // With continuous contact the latest contact at an instant is that instant, unless the link is silent.
    return this.group?.han === undefined || this.han.lastContact(at, at) === at;
  }
}
