/** Name of the store within the output folder of a sweep, where --store names no other. */
export const CELLS = 'cells';
