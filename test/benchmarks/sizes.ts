/** How much a benchmark does. `quick` is for seeing that everything runs: goals are printed and not judged. */
export interface Sizes {
  readonly quick: boolean;
  readonly rounds: number;
}
