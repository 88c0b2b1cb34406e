/** Writes elements of HTML and SVG as text. Everything that is not markup is escaped. */

/** The attributes of an element. An undefined attribute is left out. */
export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** One element as text. Children are markup; plain text must go through `escapeMarkup` first. */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const open = `<${name}${attributesText(attributes)}`;
  return children.length === 0 ? `${open}/>` : `${open}>${children.join('')}</${name}>`;
}

/** One HTML element. It always has an end tag. */
export function html(name: string, attributes: Attributes, ...children: readonly string[]): string {
  return `<${name}${attributesText(attributes)}>${children.join('')}</${name}>`;
}

function attributesText(attributes: Attributes): string {
  let text = '';
  for (const key in attributes) {
    const value = attributes[key];
    if (value === undefined) continue;
    text += ` ${key}="${typeof value === 'number' ? coordinate(value) : escapeMarkup(value)}"`;
  }
  return text;
}

/** Most texts of a drawing hold none of these, and looking costs less than replacing. */
const SPECIAL = /[&<>"]/;

/** The text with `&`, `<`, `>` and `"` escaped, fit for an element's content or a quoted attribute. */
export function escapeMarkup(text: string): string {
  if (!SPECIAL.test(text)) return text;
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** A number rounded to a whole unit of a drawing, which is short and gives the same bytes on every machine. */
export function coordinate(value: number): string {
  return String(Math.round(value));
}
