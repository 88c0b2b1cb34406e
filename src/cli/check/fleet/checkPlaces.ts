/** Where a check writes. */
export interface CheckPlaces {
  readonly out?: string;
  readonly junit?: string;
  readonly replace: boolean;
}
