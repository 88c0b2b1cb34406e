/** JSON text of unknown origin. */

/** The value that the text holds, or undefined if the text is no JSON. */
export function valueOfJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
