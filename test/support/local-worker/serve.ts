/**
 * Serves the local Worker as a process of its own, so that it can be killed with everything it started.
 * Usage: node serve.ts OPTIONS, where OPTIONS is JSON of {persist?, port?, token?, vars?, entry?}. The first line of its output is JSON
 * of {url, token}. Ends on SIGTERM and SIGINT, and when its standard input ends: it never outlives who started it.
 */
import { bootWorker, type BootOptions } from "./boot.ts";

const options = JSON.parse(process.argv[2] ?? "{}") as BootOptions;
const worker = await bootWorker({ ...options, onLine: (line) => void process.stderr.write(`${line}\n`) });

process.stdin.resume().once("end", () => {
  void worker.stop().finally(() => process.exit(0));
});
process.stdout.write(`${JSON.stringify({ url: worker.url, token: worker.token })}\n`);
