import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { LocalWorker } from "../support/local-worker/boot.ts";

export type Row = Readonly<Record<string, string | number | null>>;

/** D1 and R2 of a local Worker, seen from outside. */
export interface Storage {
  rows(sql: string): Promise<readonly Row[]>;
  keys(prefix?: string): Promise<readonly string[]>;
  text(key: string, range?: { readonly offset: number; readonly length: number }): Promise<string | null>;
  /** Turns the clock's handler of the Worker, at a moment of the caller's choice. */
  sweep(at: number): Promise<void>;
}

interface Bucket {
  list(options: object): Promise<{ objects: readonly { key: string }[]; truncated: boolean; cursor?: string }>;
  get(key: string, options?: object): Promise<{ text(): Promise<string> } | null>;
}
interface Fetcher {
  scheduled(options: { scheduledTime: Date; cron: string }): Promise<unknown>;
}

export async function storageOf({ mf }: LocalWorker): Promise<Storage> {
  const database = await mf.getD1Database("DB");
  const bucket = (await mf.getR2Bucket("BLOBS")) as unknown as Bucket;
  const worker = (await mf.getWorker()) as unknown as Fetcher;
  return {
    rows: async (sql) => (await database.prepare(sql).all<Row>()).results,
    async keys(prefix = "") {
      const found: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await bucket.list({ prefix, ...(cursor === undefined ? {} : { cursor }) });
        found.push(...page.objects.map(({ key }) => key));
        cursor = page.truncated ? page.cursor : undefined;
      } while (cursor !== undefined);
      return found;
    },
    text: async (key, range) => (await bucket.get(key, range ? { range } : {}))?.text() ?? null,
    sweep: async (at) => void (await worker.scheduled({ scheduledTime: new Date(at), cron: "*/5 * * * *" })),
  };
}

/** Every database of a class of Durable Objects, by file; the Worker must have stopped. Null for a table it lacks. */
export async function objectRows(
  persist: string,
  className: string,
  sql: string,
): Promise<readonly (readonly Row[])[]> {
  const root = join(persist, "do");
  const folder = (await readdir(root)).find((name) => name.endsWith(`-${className}`));
  if (folder === undefined) return [];
  const files = (await readdir(join(root, folder))).filter((name) => /^[0-9a-f]{64}\.sqlite$/.test(name));
  return files.map((file) => {
    const database = new DatabaseSync(join(root, folder, file));
    try {
      return database.prepare(sql).all() as unknown as readonly Row[];
    } finally {
      database.close();
    }
  });
}
