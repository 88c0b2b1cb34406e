/** Faults of the folders of src, sim and devices, one text each. See rooms.mjs. */
export function roomFaults(
  modules: readonly { readonly source: string; readonly dependencies: readonly { readonly resolved: string }[] }[],
): string[];
