/** Writes dist/bin. */
export function bundleCommand(): Promise<void>;
/** The same bundle, in the folder, over the sources of this checkout. */
export function bundleOfCheckout(outdir: string): Promise<void>;
