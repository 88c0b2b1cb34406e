/** The numbers of checks and observations. For the purpose of such a file, see src/exclusion/engine/engineCodes.ts. */
import { CHECKS } from './checks.ts';
import { OBSERVATIONS } from './observations.ts';

const CHECK_IDS = Object.keys(CHECKS);

export const CHECK_EPCL_ENTERED = CHECK_IDS.indexOf('epclEntered');
export const CHECK_DISPLAYS_DEFINED = CHECK_IDS.indexOf('displaysDefined');
export const CHECK_WAN_RECENT = CHECK_IDS.indexOf('wanRecent');
export const CHECK_HAN_RECENT = CHECK_IDS.indexOf('hanRecent');
export const CHECK_COUNT = CHECK_IDS.length;

export const OBSERVED_ANSWERED = OBSERVATIONS.indexOf('answered');
export const OBSERVED_NO_ANSWER = OBSERVATIONS.indexOf('noAnswer');
export const OBSERVED_REFUSED = OBSERVATIONS.indexOf('refused');
export const OBSERVED_WRONG_KEY = OBSERVATIONS.indexOf('wrongKey');
export const OBSERVED_BAD_DATA = OBSERVATIONS.indexOf('badData');
export const OBSERVED_SYSTEM_FAULT = OBSERVATIONS.indexOf('systemFault');
