/** The worker of a page that changes any field: it reads the scenario as the command line does, with its errors. */
import { config } from 'zod';
import { loadChanged } from './loadChanged.ts';
import { serveWhatIf } from './serveWhatIf.ts';

// Otherwise zod tries to make a function from a text, which the page's policy reports as a breach.
config({ jitless: true });
serveWhatIf((task) => loadChanged(task));
