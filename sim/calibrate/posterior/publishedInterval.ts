/** What a published figure says: a number that was rounded to it lies in here. */
export interface PublishedInterval {
  readonly low: number;
  readonly high: number;
}

/**
 * The interval of a published count: half a unit to both sides, where the unit is that of its last digit which is not
 * zero. At least two digits are taken as stated: 20,000 is 19,500 to 20,500, 470 is 465 to 475, and 11,523 is itself.
 */
export function intervalOf(published: number): PublishedInterval {
  if (published === 0) return { low: 0, high: 0.5 };
  let unit = 1;
  while (published % (unit * 10) === 0 && published >= unit * 100) unit *= 10;
  return { low: published - unit / 2, high: published + unit / 2 };
}
