/**
 * The numbers that a chart of a page writes and the table of its figure lacks. It must be empty.
 *
 * @param page the HTML of a page
 * @throws Error if no chart of the page writes a number: a check of nothing would always pass
 */
export function numbersOutsideTables(page: string): readonly string[] {
  const figures = page.replaceAll(/<(script|style)[\s\S]*?<\/\1>/g, '').match(/<figure[\s\S]*?<\/figure>/g) ?? [];
  const written = figures.flatMap((figure) => {
    const cells = [...figure.matchAll(/<t[hd][^>]*>([^<]*)(?=<)/g)].map(([, cell]) => cell);
    return [...figure.matchAll(/class="value[^"]*">([^<]*)</g)].map(([, value = '']) => ({ value, isFound: cells.includes(value) })); // prettier-ignore
  });
  if (written.length === 0) throw new Error('found no number in any chart of the page');
  return written.filter(({ isFound }) => !isFound).map(({ value }) => value);
}
