import type { FaultAction } from '../../../devices/transport/faultScript.ts';

/** What a link can do to one frame, in words that follow "whichever frame", and how it is done. */
export const LINK_FAULTS: readonly (readonly [string, FaultAction])[] = [
  ['is lost', { fault: 'drop' }],
  ['comes twice', { fault: 'duplicate' }],
  ['is damaged', { fault: 'corrupt' }],
  // The frame can be decrypted but its tag is wrong. A side that does not check tags accepts it.
  ['is damaged in its tag', { fault: 'corrupt', offset: -2 }],
  ['is cut short', { fault: 'truncate' }],
  ['is the last on its link', { fault: 'cut', delivered: true }],
  ['is lost with its link', { fault: 'cut' }],
];
