import { OnexError, type WireClient } from "../../../src/client/wire-client.ts";
import { documentOutputs, runFigures, type DocumentOutputs } from "./answers.ts";
import type { DemoDocument } from "./documents.ts";
import { follow } from "./follow.ts";
import type { Screen } from "./screen.ts";

/** What a document's goal wants. */
export const WANT = ["metadata.report", "document.stats"];

/** What became of one document. */
export interface DocumentOutcome {
  readonly name: string;
  /** Null when the envelope was refused. */
  readonly runId: string | null;
  readonly status: string;
  readonly outputs: DocumentOutputs | null;
  readonly steps: number;
  readonly queuedSteps: number;
  readonly durationMs: number | null;
  /** Why there are no outputs, or why they do not count. */
  readonly problem: string | null;
}

/** Posts one document's goal and follows its run to the end. A refusal is an outcome. */
export async function runDocument(
  client: WireClient,
  { name, text }: DemoDocument,
  registryVersion: string,
  screen: Screen,
): Promise<DocumentOutcome> {
  try {
    const sent = await client.goal({ want: WANT, given: { "document.text": text } }, { registryVersion });
    screen.faint(`  run ${sent.runId}`);
    await follow(client, sent.runId, screen);
    const result = await client.runs.wait(sent.runId, { timeoutSeconds: 120 });
    const view = await client.runs.get(sent.runId);
    const { duration_ms: durationMs, queued_steps: queuedSteps, steps } = runFigures.parse(view);
    const outputs = documentOutputs.safeParse(result.outputs);
    return {
      name,
      runId: sent.runId,
      status: result.run_status,
      outputs: outputs.success ? outputs.data : null,
      steps: steps.length,
      queuedSteps,
      durationMs,
      problem: problemOf(result.error, outputs.success, queuedSteps),
    };
  } catch (thrown) {
    if (!(thrown instanceof OnexError)) throw thrown;
    const problem = `${thrown.code}: ${thrown.message}`;
    return { name, runId: null, status: "refused", outputs: null, steps: 0, queuedSteps: 0, durationMs: null, problem };
  }
}

function problemOf(
  error: { code: string; message: string } | null,
  complete: boolean,
  queuedSteps: number,
): string | null {
  if (error) return `${error.code}: ${error.message}`;
  if (!complete) return "the run gave no report or no statistics";
  return queuedSteps === 0 ? "no step travelled through the queue" : null;
}
