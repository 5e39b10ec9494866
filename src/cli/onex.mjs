#!/usr/bin/env node
/**
 * Starts the `onex` command. In the repository it needs a Node that reads TypeScript: this one, this one with a flag, or
 * the one that is installed with the project. The package's JavaScript runs on any Node from 20 on. Plain JavaScript, so
 * that an older Node can at least say what is missing.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
const since = (wantedMajor, wantedMinor) => major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);

/** The command itself: TypeScript in the repository, JavaScript in the package. */
const command = ["./main.ts", "./main.js", "../../dist/src/cli/main.js"]
  .map((path) => new URL(path, import.meta.url))
  .find((url) => existsSync(url));
const isTypeScript = command?.pathname.endsWith(".ts") ?? true;

/** What to start the command with instead of this process; null when this one will do. */
function otherNode() {
  if (!isTypeScript && since(20, 0)) return null;
  if (major === 23 ? since(23, 6) : since(22, 18)) return null;
  if (!isTypeScript) return undefined;
  if (since(22, 6)) return [process.execPath, "--experimental-strip-types", "--disable-warning=ExperimentalWarning"];
  const installed = fileURLToPath(new URL("../../node_modules/.bin/node", import.meta.url));
  return existsSync(installed) ? [installed] : undefined;
}

const other = otherNode();
if (other === null) {
  if (!isTypeScript) await import(new URL("node-20.js", command));
  const [{ main }, { processShell }] = await Promise.all([
    import(command),
    import(new URL(isTypeScript ? "process-shell.ts" : "process-shell.js", command)),
  ]);
  process.exitCode = await main(process.argv.slice(2), processShell());
  // A signal asked for the end: what was waited for is left where it is.
  if (process.exitCode > 128) process.exit();
} else if (other === undefined || process.env.ONEX_RELAUNCHED !== undefined) {
  process.stderr.write(
    `onex needs Node 22.6 or newer; this is ${process.version}. In the project, run \`npm ci\` first.\n`,
  );
  process.exitCode = 2;
} else {
  const [program, ...flags] = other;
  const args = [...flags, fileURLToPath(import.meta.url), ...process.argv.slice(2)];
  const child = spawn(program, args, { stdio: "inherit", env: { ...process.env, ONEX_RELAUNCHED: "1" } });
  // What this process is told, the command is told; it says itself what there is to say, and ends before this one.
  const passOn = (signal) => void child.kill(signal);
  for (const signal of ["SIGHUP", "SIGINT", "SIGTERM"]) process.on(signal, passOn);
  child.on("error", (error) => {
    process.stderr.write(`onex could not start ${program}: ${error.message}\n`);
    process.exitCode = 2;
  });
  child.on("close", (code, signal) => {
    if (signal === null) process.exitCode = code ?? 1;
    else {
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    }
  });
}
