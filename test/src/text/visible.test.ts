// Control characters in the words of devices, drivers and files are shown, and do not act on a terminal.
import { expect, test } from 'vitest';
import { visible } from '../../../src/text/visible.ts';

test.each([
  ['\u001b[31mred\u001b[0m', '\\x1b[31mred\\x1b[0m'],
  ['over\rwritten', 'over\\x0dwritten'],
  ['\u009b2J', '\\x9b2J'],
  ['abc\u202edcb', 'abc\\u202edcb'],
  ['bell\u0007', 'bell\\x07'],
  ['two\nlines\tand a tab, £ and é', 'two\nlines\tand a tab, £ and é'],
])('%j is shown as %j', (text, shown) => {
  expect(visible(text)).toBe(shown);
});
