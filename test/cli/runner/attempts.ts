import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { WorkItemWire } from "../../../contracts/api/pools.ts";
import { cliWire, sandboxWire } from "../../../contracts/documents/runner-blocks.ts";
import type { JsonObject } from "../../../contracts/json/json.ts";
import type { LogLine } from "../../../src/core/pool/step-log.ts";
import type { Executor } from "../../../src/cli/runner/executor.ts";
import { LogCapture } from "../../../src/cli/runner/log-capture.ts";
import type { Outcome } from "../../../src/cli/runner/outcome.ts";
import { bubblewrapProblem } from "../../../src/cli/runner/sandbox.ts";
import { RunnerSecrets, withSecrets } from "../../../src/cli/runner/secrets.ts";
import { systemPython } from "../../../src/cli/runner/python.ts";

/** Why tests that execute cannot run on this machine; null when they can. */
export const NO_SANDBOX: string | null = ((): string | null => {
  const problem = bubblewrapProblem();
  return problem === null ? null : `bubblewrap cannot be used here: ${problem}`;
})();
export const NO_PYTHON: string | null = NO_SANDBOX ?? (systemPython() === null ? "there is no python3 here" : null);

/** Says once why tests are passed over. */
export function tellOf(problem: string | null): boolean {
  if (problem !== null) console.warn(`skipped: ${problem}`);
  return problem !== null;
}

export interface Tried {
  readonly outcome: Outcome;
  readonly log: readonly LogLine[];
  readonly durationMs: number;
}

/** An item as a runner gets it. */
export const itemOf = (changes: Partial<WorkItemWire> = {}): WorkItemWire => ({
  token: "w1.5b5d",
  run_id: "r00_01KDVDPE000000000000000000",
  step: "s",
  attempt: 1,
  correlation_id: "11111111-1111-4111-8111-111111111111",
  idempotency_key: "r00_01KDVDPE000000000000000000/s",
  node: "n",
  version: "1.0.0",
  entrypoint: { type: "python", target: "node.py" },
  input: {},
  config: {},
  outputs: [],
  timeout_ms: 20_000,
  code_sha256: null,
  sandbox: sandboxWire.parse({ memory_mb: 256, files_mb: 8, processes: 16 }),
  ...changes,
});

/** Executes one attempt in a folder of its own. `begun` is called when it is under way. */
export async function attempt(
  executor: Executor,
  item: WorkItemWire,
  code: string | null = null,
  begun: (stop: AbortController, log: LogCapture) => void = () => undefined,
  secrets: RunnerSecrets = new RunnerSecrets({}, null),
): Promise<Tried> {
  const folder = mkdtempSync(join(tmpdir(), "onex-attempt-"));
  chmodSync(folder, 0o755);
  const log = new LogCapture();
  const stop = new AbortController();
  try {
    const executing = withSecrets(executor, secrets)({ item, code, log, signal: stop.signal, folder });
    begun(stop, log);
    const { outcome, durationMs } = await executing;
    return { outcome, durationMs, log: log.lines };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export const codeOf = ({ outcome }: Tried): string => (outcome.ok ? "ok" : outcome.error.code);
export const messageOf = ({ outcome }: Tried): string => (outcome.ok ? "" : outcome.error.message);
export const outputOf = ({ outcome }: Tried): JsonObject => {
  if (!outcome.ok) throw new Error(outcome.error.message);
  return outcome.output;
};

/** Command lines of this machine's processes that hold a text. */
export const processesWith = (text: string): readonly string[] =>
  spawnSync("ps", ["-eo", "args"], { encoding: "utf8" })
    .stdout.split("\n")
    .filter((line) => line.includes(text) && !line.includes("ps -eo"));

export const cliOf = (block: object): NonNullable<WorkItemWire["cli"]> => cliWire.parse(block);
