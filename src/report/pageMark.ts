/** How the foot of every page begins. */
export const PAGE_MARK = 'Made by smets1-bench ';

/** The name under which a page or a JUnit report states which command wrote it, as a digest. */
export const ORIGIN_MARK = 'smets1-bench-origin';
