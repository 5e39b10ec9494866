import { createWireClient, OnexError, type WireClient } from "../../src/client/wire-client.ts";
import type { ExecutionResult } from "../../contracts/api/run.ts";
import type { Story } from "./stories.ts";

/** How a story went. */
export interface Told {
  readonly story: Story;
  /** The run that was acknowledged last; another one may have been begun before it by a client without a key. */
  readonly runId: string;
  /** Null when the run was not there, or had not ended when time was up. */
  readonly result: ExecutionResult | null;
  /** What went wrong, if anything. */
  readonly problem: string | null;
}

export interface Target {
  readonly url: string;
  readonly token: string;
}

/** A client that does not give up while servers come and go. */
export interface Teller {
  readonly client: WireClient;
  /** Sends the request until somebody acknowledges it; the run's id. */
  begin(story: Story): Promise<string>;
  /** Plays a story to its end. */
  tell(story: Story): Promise<Told>;
}

const ASK_AGAIN_MS = 60;

/** @param over becomes true when time is up */
export function teller({ url, token }: Target, over: () => boolean): Teller {
  const client = createWireClient({ baseUrl: url, token, name: "crash", maxRetries: 0 });

  async function begin(story: Story): Promise<string> {
    const { operation, payload, key, sequels } = story;
    const metadata = { tags: ["crash", story.kind], ...(key === null ? {} : { idempotency_key: key }) };
    const envelope = {
      source_node: "crash",
      operation,
      payload,
      metadata,
      ...(sequels ? { on_success: sequels } : {}),
    };
    return persist(async () => {
      const response = await fetch(`${url}/v1/envelopes`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: JSON.stringify(envelope),
      });
      const text = await response.text();
      // What fetch itself rejects with, so that both are taken for a server that is not quite there.
      if (response.status >= 500) throw new TypeError(`the server answered ${response.status}`);
      if (!response.ok) throw new Error(`the server answered ${response.status}: ${text}`);
      return (JSON.parse(text) as { payload: { run_id: string } }).payload.run_id;
    });
  }

  /** Repeats what failed for want of a server. */
  async function persist<T>(ask: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await ask();
      } catch (thrown) {
        if (over() || !isPassing(thrown)) throw thrown;
      }
      await pause(ASK_AGAIN_MS);
    }
  }

  /** Gives the run what it waits for. A word that was lost is said again while the run still waits for it. */
  async function act(runId: string, { act: what, step }: NonNullable<Story["afterwards"]>): Promise<void> {
    for (;;) {
      const { status, steps } = await persist(() => client.runs.get(runId));
      if (!["queued", "running", "waiting"].includes(status)) return;
      const waits = steps.find(({ id }) => id === step)?.status;
      if (waits === "succeeded") return;
      if (waits === "waiting") {
        try {
          if (what === "event") await client.runs.sendEvent(runId, step, { told: true });
          else if (what === "approve") await client.runs.decide(runId, step, { approved: true, by: "crash" });
          else await client.runs.cancel(runId, { reason: "the story says so" });
          return;
        } catch (thrown) {
          const late = thrown instanceof OnexError && thrown.code === "INVALID_STATE";
          if (over() || !(late || isPassing(thrown))) throw thrown;
        }
      }
      if (over()) throw new Error(`step ${step} is ${waits ?? "not there"}`);
      await pause(ASK_AGAIN_MS);
    }
  }

  async function resultOf(runId: string): Promise<ExecutionResult> {
    for (;;) {
      try {
        return await persist(() => client.runs.result(runId, { waitSeconds: 2 }));
      } catch (thrown) {
        if (over() || !(thrown instanceof OnexError) || thrown.code !== "RUN_NOT_FINISHED") throw thrown;
      }
      await pause(ASK_AGAIN_MS);
    }
  }

  return {
    client,
    begin,
    async tell(story) {
      let runId = "";
      try {
        runId = await begin(story);
        if (story.afterwards) await act(runId, story.afterwards);
        return { story, runId, result: await resultOf(runId), problem: null };
      } catch (thrown) {
        const problem = thrown instanceof OnexError ? `${thrown.code}: ${thrown.message}` : String(thrown);
        return { story, runId, result: null, problem };
      }
    },
  };
}

/** What fails because a server is gone, or not quite there. */
const isPassing = (thrown: unknown): boolean =>
  thrown instanceof OnexError
    ? thrown.status === 0 || thrown.status >= 500 || thrown.code === "RUN_NOT_ARCHIVED"
    : thrown instanceof TypeError;

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
