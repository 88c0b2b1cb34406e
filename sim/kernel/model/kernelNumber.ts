/**
 * The number of what the kernel computes. It enters the key of every stored result (a sweep's cell), so that results of
 * different kernels never meet.
 *
 * Raise it by one whenever the same scenario and seed give other numbers: other dice, other addresses of draws, another
 * meaning of a step, a link or a fault. Leave it when only speed changes. `test/golden/kernel` holds both to it, and
 * `npm run golden` refuses to write until it is raised. CHANGELOG.md says what each number changed.
 */
export const KERNEL = 6;
