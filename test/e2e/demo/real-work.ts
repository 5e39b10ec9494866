import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { z } from "zod";
import type { WireClient } from "../../../src/client/wire-client.ts";
import { systemPython } from "../../../src/cli/runner/python.ts";
import { bubblewrapProblem } from "../../../src/cli/runner/sandbox.ts";
import type { LocalWorker } from "../../support/local-worker/boot.ts";
import { startRunner } from "../support/runner-process.ts";
import { DemoFailure } from "./answers.ts";
import { follow } from "./follow.ts";
import { pageNodes } from "./page-nodes.ts";
import type { Screen } from "./screen.ts";

const PAGE = "The tide comes in and the tide goes out. Harbour, harbour, harbour: every ship waits for its tide.";

/** What came of a goal that fetches, stores, counts and reports. */
export interface RealWork {
  readonly runId: string;
  readonly report: { readonly name: string; readonly characters: number };
  /** Null where no Python could be run. */
  readonly words: readonly { readonly word: string; readonly count: number }[] | null;
  /** Why there is no Python here; null where it was run. */
  readonly skipped: string | null;
}

const outputs = z.object({
  "page.report": z.object({ name: z.string(), characters: z.int() }),
  "page.words": z.array(z.object({ word: z.string(), count: z.int() })).optional(),
});

/** Plays the second part: a page is fetched, stored in D1 and counted by Python in a runner, as one goal says. */
export async function realWork(worker: LocalWorker, client: WireClient, screen: Screen): Promise<RealWork> {
  const skipped = noPython();
  screen.title("Real work: a request, a database, Python");
  const page = createServer((_, response) => response.writeHead(200, { "content-type": "text/plain" }).end(PAGE));
  await once(page.listen(0, "127.0.0.1"), "listening");
  const runner = skipped === null ? startRunner(worker, ["--pool", "python", "--node-id", "demo"]) : null;
  const endRunner = (): void => void runner?.child.kill();
  process.once("exit", endRunner);
  try {
    const database = await worker.mf.getD1Database("APP_DB");
    await database.exec("CREATE TABLE IF NOT EXISTS pages (id INTEGER PRIMARY KEY, name TEXT UNIQUE, text TEXT)");
    const { port } = page.address() as AddressInfo;
    let registryVersion = "";
    for (const [name, texts] of Object.entries(pageNodes(`http://127.0.0.1:${port}`))) {
      if (name === "page_words" && runner === null) continue;
      ({ registry_version: registryVersion } = await client.nodes.register(texts));
    }
    if (skipped !== null) screen.faint(`  Python is skipped: ${skipped}`);
    await runner?.says(/serves python/);
    const want = runner === null ? ["page.report"] : ["page.report", "page.words"];
    const { runId } = await client.goal({ want, given: { "page.name": "tide" } }, { registryVersion });
    await follow(client, runId, screen);
    const result = await client.runs.wait(runId, { timeoutSeconds: 60 });
    const read = outputs.safeParse(result.outputs);
    if (!read.success)
      throw new DemoFailure(`the goal gave no report: ${result.error?.code ?? ""} ${result.error?.message ?? ""}`);
    const { "page.report": report, "page.words": words = null } = read.data;
    screen.line(`  stored in D1: ${report.name}, ${report.characters} characters`);
    if (words !== null)
      screen.line(`  counted by Python: ${words.map(({ word, count }) => `${word} ${count}`).join(", ")}`);
    return { runId, report, words, skipped };
  } finally {
    process.off("exit", endRunner);
    await runner?.end();
    page.close();
    page.closeAllConnections();
  }
}

function noPython(): string | null {
  const problem = bubblewrapProblem();
  if (problem !== null) return `bubblewrap cannot be used here: ${problem}`;
  return systemPython() === null ? "there is no python3 here" : null;
}
