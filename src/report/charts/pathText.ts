/**
 * The path that d3-shape draws, as the text of a `d` attribute. Points are rounded to whole units of the drawing, and each
 * is told from the one before. They are rounded before they are subtracted, so no point is more than half a unit off.
 */
class PathText {
  #text = '';
  #x = 0;
  #y = 0;
  #letter = '';

  moveTo(x: number, y: number): void {
    [this.#x, this.#y] = [Math.round(x), Math.round(y)];
    this.#text += `M${this.#x},${this.#y}`;
    this.#letter = 'l';
  }

  lineTo(x: number, y: number): void {
    const [toX, toY] = [Math.round(x), Math.round(y)];
    this.#text += `${this.#letter}${toX - this.#x},${toY - this.#y}`;
    this.#letter = ' ';
    [this.#x, this.#y] = [toX, toY];
  }

  closePath(): void {
    this.#text += 'Z';
  }

  /** The text so far. */
  text(): string {
    return this.#text;
  }
}

/** The text of a path that a shape of d3-shape draws. Straight lines use no more of a canvas than `PathText` has. */
export function pathText<Datum>(
  shape: { context(context: CanvasRenderingContext2D | null): (points: Iterable<Datum>) => unknown },
  points: readonly Datum[],
): string {
  const path = new PathText();
  shape.context(path)(points);
  return path.text();
}
