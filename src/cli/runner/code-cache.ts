import { createHash } from "node:crypto";
import type { WireClient } from "../../client/wire-client.ts";

/** Code texts kept, the last used ones. */
const MOST = 200;

/** The code of nodes, by its hash: what the registry gives is compared with what the item promises before any of it runs. */
export class CodeCache {
  readonly #client: Pick<WireClient, "pools">;
  readonly #texts = new Map<string, string>();

  constructor(client: Pick<WireClient, "pools">) {
    this.#client = client;
  }

  /** Null when the code is not what was promised. */
  async of(token: string, sha256: string): Promise<string | null> {
    const known = this.#texts.get(sha256);
    if (known !== undefined) {
      this.#texts.delete(sha256);
      this.#texts.set(sha256, known);
      return known;
    }
    const text = await this.#client.pools.code(token);
    if (createHash("sha256").update(text, "utf8").digest("hex") !== sha256) return null;
    this.#texts.set(sha256, text);
    const [oldest] = this.#texts.keys();
    if (this.#texts.size > MOST && oldest !== undefined) this.#texts.delete(oldest);
    return text;
  }
}
