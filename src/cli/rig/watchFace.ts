import type * as devices from '../../../devices/index.ts';

/** What the commands of a watch need of devices/, which is loaded only when it is asked for. */
export type WatchFace = Pick<typeof devices, 'attemptOf' | 'nextDue' | 'watchHistory' | 'watchOf'>;
