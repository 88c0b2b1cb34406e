/** Payloads larger than this are dropped unread, in bytes. */
export const PAYLOAD_BYTES_MAX = 1 << 17;
