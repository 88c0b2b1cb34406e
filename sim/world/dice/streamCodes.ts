/** Numbers of the streams that a life draws from (see src/exclusion/engine/engineCodes.ts for what such a file is). */
import { STREAMS } from './streams.ts';

export const STREAM_ATTRIBUTES = STREAMS.attributes;
export const STREAM_WAN = STREAMS.wan;
export const STREAM_WAN_DEATH = STREAMS.wanDeath;
export const STREAM_WAKE_UP = STREAMS.wakeUp;
export const STREAM_HAN = STREAMS.han;
export const STREAM_HAN_MARGIN = STREAMS.hanMargin;
export const STREAM_HAN_DRIFT = STREAMS.hanDrift;
export const STREAM_HAN_DEATH = STREAMS.hanDeath;
export const STREAM_FAULTS = STREAMS.faults;
export const STREAM_MASTER_KEY = STREAMS.masterKey;
export const STREAM_CHANGES = STREAMS.changes;
export const STREAM_SUPPLIER_INSTRUCTION = STREAMS.supplierInstruction;
