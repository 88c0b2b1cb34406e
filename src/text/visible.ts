/**
 * Makes text from outside (a device, a driver, a broker, a file) safe for a terminal. Control characters, and
 * characters that change the direction of writing, are shown as `\x1b` or `\u202e` and have no effect any more. Line
 * feeds and tabs stay.
 */
export function visible(text: string): string {
  return text.replaceAll(ACTING, (character) => {
    const code = character.codePointAt(0) as number;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

/** C0 without tab and line feed, DEL, C1, and the bidirectional controls. */
// eslint-disable-next-line no-control-regex
const ACTING = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
