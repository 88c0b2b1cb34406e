/**
 * The greatest mean number of outages of one link. A link keeps at most 20,000 of them, so this mean leaves room for
 * every draw. This is our assumption.
 */
export const OUTAGES_EXPECTED_MAX = 18_000;
