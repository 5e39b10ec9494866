import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { createWireClient, type WireClient } from "../../../src/client/wire-client.ts";
import { registerTree } from "../../../src/cli/dev/register-tree.ts";
import { bootWorker } from "../../support/local-worker/boot.ts";
import { PROJECT_ROOT } from "../../support/local-worker/project-root.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** A Worker on workerd with its built-in nodes registered, for requests as they come over the wire. */
export interface TestServer {
  readonly url: string;
  readonly token: string;
  readonly client: WireClient;
  /** POSTs an envelope; a string goes out as it is, anything else as JSON. */
  post(body: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** Everything on disk that a request could have changed: rows of D1, objects of R2, files of rings and trust memories. */
  written(): Promise<unknown>;
  /** The keys of R2 that begin so. */
  keys(prefix: string): Promise<readonly string[]>;
  stop(): Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

export async function openTestServer(): Promise<TestServer> {
  const folder = await temporaryFolder();
  const worker = await bootWorker({ persist: folder.path });
  const { url, token, mf } = worker;
  // A test wants the first answer, not the one after some patience.
  const client = createWireClient({ baseUrl: url, token, name: "test", maxRetries: 0 });
  await registerTree(client, PROJECT_ROOT);
  // Touches the ring it asks, so that the files it leaves are there from the start.
  await client.health();
  const database = await mf.getD1Database("DB");
  const bucket = (await mf.getR2Bucket("BLOBS")) as unknown as {
    list(options: object): Promise<{ objects: { key: string }[] }>;
  };
  const keys = async (prefix: string): Promise<readonly string[]> =>
    (await bucket.list({ prefix })).objects.map(({ key }) => key);
  return {
    url,
    token,
    client,
    keys,
    async post(body, headers = {}) {
      const response = await fetch(`${url}/v1/envelopes`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
        body: typeof body === "string" ? body : JSON.stringify(body),
      });
      return {
        status: response.status,
        headers: response.headers,
        body: (await response.json()) as Record<string, unknown>,
      };
    },
    async written() {
      const tables = ["nodes", "registry_versions", "trust_scores", "runs", "dead_letters"];
      const rows = tables.map(async (table) => (await database.prepare(`SELECT * FROM ${table}`).all()).results);
      return { rows: await Promise.all(rows), keys: await keys(""), objects: await filesOf(join(folder.path, "do")) };
    },
    async stop() {
      await worker.stop();
      await folder.remove();
    },
  };
}

/** Path and size of every file of a folder. */
async function filesOf(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return (await Promise.all(files.map(async (file) => `${file} ${(await stat(file)).size}`))).sort();
}
