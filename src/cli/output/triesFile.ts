/** The file of a fleet with every contact that it tried. `fleet` writes it, and `devices profile` reads it. */
export const TRIES_FILE = 'tries.csv';

/** Its columns. A result is `answered`, `silent`, or `ours` if this side was at fault and nothing was seen. */
export const TRY_COLUMNS = ['installation_id', 'at', 'result'];
