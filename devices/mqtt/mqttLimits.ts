/** Payloads above this are dropped before anything looks at them. */
export const PAYLOAD_BYTES_MAX = 1 << 17;
