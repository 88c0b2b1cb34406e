/** The worker of a page that changes the fields which the page lists. */
import { applyChanges } from './applyChanges.ts';
import { serveWhatIf } from './serveWhatIf.ts';

serveWhatIf((task) => (changes) => applyChanges(task, changes));
