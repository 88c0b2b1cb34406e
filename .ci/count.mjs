// The closing line of .ci/run, from vitest's own JSON report: `N passed, N failed`, `, N skipped` when there are any.
// Exits non-zero when a test failed, none passed, or the runner itself says that it did not succeed.
import { existsSync, readFileSync } from 'node:fs';

const path = process.argv[2];
if (path === undefined || !existsSync(path)) {
  console.log('0 passed, 1 failed');
  process.exit(1);
}
const report = JSON.parse(readFileSync(path, 'utf8'));
const passed = report.numPassedTests;
const skipped = report.numPendingTests + report.numTodoTests;
// A file that fails outside its tests (it does not compile, a hook throws) has no failed test to count.
const broken = report.testResults.filter(
  (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
);
for (const file of broken) console.log(`failed outside a test: ${file.name} ${file.message}`);
// An error nobody caught fails the run although every test passed.
const uncaught = !report.success && report.numFailedTests === 0 && broken.length === 0 ? 1 : 0;
const failed = report.numFailedTests + broken.length + uncaught;
for (const file of report.testResults) {
  for (const test of file.assertionResults) {
    if (test.status === 'pending' || test.status === 'skipped' || test.status === 'todo') {
      console.log(`skipped: ${test.fullName}`);
    }
  }
}
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
