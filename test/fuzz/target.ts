import { goalEnvelope } from "../../src/client/envelopes.ts";
import { createWireClient, OnexError } from "../../src/client/wire-client.ts";
import { registerTree } from "../../src/cli/dev/register-tree.ts";
import { PROJECT_ROOT } from "../support/local-worker/project-root.ts";
import type { Odd } from "./odd.ts";

/** Where requests go. */
export interface Target {
  readonly url: string;
  readonly token: string;
}

/** What is there for requests to be about. */
export interface Scene {
  /** An ended run, and its export. */
  readonly endedRun: string;
  readonly snapshot: Odd;
  /** A run that waits for an event and for an approval, as step `asked`. */
  readonly waitingRun: string;
}

const ARCHIVE_TRIES = 100;
const PAUSE_MS = 200;

/** Registers the built-in nodes and begins a few runs. */
export async function setScene({ url, token }: Target): Promise<Scene> {
  const client = createWireClient({ baseUrl: url, token, name: "fuzz" });
  await registerTree(client, PROJECT_ROOT);
  const goal = goalEnvelope({ want: ["hash.verdict"], given: { "document.text": "# Hello" } });
  const ended = await client.envelopes.send(goal, { waitSeconds: 30 });
  const waiting = await client.envelopes.send({
    operation: "graph.run",
    payload: {
      steps: [
        { id: "news", node: "wait_event" },
        { id: "asked", node: "wait_approval" },
      ],
      given: {},
    },
  });
  for (let left = ARCHIVE_TRIES; ; left--) {
    try {
      const snapshot = (await client.runs.export(ended.runId)) as unknown as Odd;
      return { endedRun: ended.runId, snapshot, waitingRun: waiting.runId };
    } catch (thrown) {
      if (!(thrown instanceof OnexError) || thrown.code !== "RUN_NOT_ARCHIVED" || left === 0) throw thrown;
      await new Promise((resume) => setTimeout(resume, PAUSE_MS));
    }
  }
}
