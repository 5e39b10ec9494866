/**
 * Ends a run of the tests with the files that took longest and one plain line, `N passed, N failed`, from vitest's JSON
 * report.
 * Usage: node .ci/summary.mjs REPORT EXIT_CODE. Ends with 1 when a test failed, a file could not be loaded, the runner
 * itself failed, or no test ran.
 */
import { readFileSync } from "node:fs";
import { relative } from "node:path";

/** A file that broke before its tests could run counts as one failure. */
const failuresOf = (file) => {
  const failed = file.assertionResults.filter((test) => test.status === "failed").length;
  return failed === 0 && file.status === "failed" ? 1 : failed;
};

const readReport = (path) => {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return { numPassedTests: 0, testResults: [] };
  }
};

const MOST_SHOWN = 10;
const seconds = (ms) => (ms / 1_000).toFixed(1);

/** How long all took, and the slowest files; nothing of a report without times. Shown, never judged. */
function timesOf({ startTime, testResults }) {
  const timed = testResults.filter((file) => file.endTime >= file.startTime);
  if (timed.length === 0) return "";
  const end = Math.max(...timed.map((file) => file.endTime));
  const took = (file) => file.endTime - file.startTime;
  const slowest = timed.toSorted((a, b) => took(b) - took(a)).slice(0, MOST_SHOWN);
  const lines = slowest.map((file) => `${seconds(took(file)).padStart(8)} s  ${relative(process.cwd(), file.name)}`);
  return [`${timed.length} files in ${seconds(end - startTime)} s; the slowest:`, ...lines, ""].join("\n");
}

const [path, exitCode] = process.argv.slice(2);
const report = readReport(path);
const passed = report.numPassedTests;
const counted = report.testResults.reduce((sum, file) => sum + failuresOf(file), 0);
// A runner that failed without naming a test (an unhandled rejection, no report at all) is still a failure.
const failed = counted === 0 && exitCode !== "0" ? 1 : counted;
process.stdout.write(timesOf(report));
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
