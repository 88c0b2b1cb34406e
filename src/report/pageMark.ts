/** How the foot of every page begins. A file that holds it is a page of the bench, and may be replaced by another. */
export const PAGE_MARK = 'Made by smets1-bench ';
