import type * as devices from '../../../devices/index.ts';

/** The functions of devices/ that the commands of a watch need. That code is loaded only on demand. */
export type WatchFace = Pick<typeof devices, 'attemptOf' | 'evidenceSources' | 'nextDue' | 'watchHistory' | 'watchOf'>;
