import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type Client, createClient, OnexError } from "../../client/client.ts";
import type { RegistryNode } from "../../core/crawl/registry-diff.ts";
import { nodeRef } from "../../core/registry/node.ts";
import { CommandFailure, type Shell, systemReason, usageFailure } from "../shell.ts";
import type { CrawledArtifact } from "./crawl.ts";

/** The client of a registry. The token comes from a file or from ONEX_TOKEN, is sent, and is shown nowhere. */
export function registryClient(url: string, tokenFile: string | undefined, shell: Shell): Client {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) throw usageFailure(`${url} is no http address`);
  const token = tokenFile === undefined ? shell.env["ONEX_TOKEN"] : tokenIn(tokenFile, shell.cwd);
  if (token === undefined || token === "") throw usageFailure("a registry wants a token", "set ONEX_TOKEN or give --token-file");
  return createClient({ baseUrl: url, token, name: "onex-crawl" });
}

function tokenIn(file: string, cwd: string): string {
  try {
    return readFileSync(resolve(cwd, file), "utf8").trim();
  } catch (thrown) {
    throw usageFailure(`${file}: ${systemReason(thrown)}`);
  }
}

/** What became of one node. */
export interface Registration {
  readonly node: string;
  readonly outcome: "registered" | "known" | "refused";
  readonly problems: readonly string[];
}

/** Registers every admitted node, in the order of their paths; a refusal does not stop the others. */
export async function registerAll(client: Client, artifacts: readonly CrawledArtifact[]): Promise<readonly Registration[]> {
  const outcomes: Registration[] = [];
  for (const { node } of artifacts) {
    if (node === null) continue;
    const ref = nodeRef(node.definition);
    try {
      const { created } = await client.nodes.register({ ...node.artifacts });
      outcomes.push({ node: ref, outcome: created ? "registered" : "known", problems: [] });
    } catch (thrown) {
      if (!(thrown instanceof OnexError)) throw thrown;
      // Without an answer, or without a valid token, the rest would fare the same.
      if (thrown.status === 0 || thrown.status === 401) throw asFailure(thrown);
      const listed = thrown.errors.map(({ detail, place }) => (place === undefined ? detail : `${place}: ${detail}`));
      outcomes.push({ node: ref, outcome: "refused", problems: listed.length > 0 ? listed : [`${thrown.code}: ${thrown.message}`] });
    }
  }
  return outcomes;
}

/** Every node the registry has. */
export async function registeredNodes(client: Client): Promise<readonly RegistryNode[]> {
  try {
    const { nodes } = await client.nodes.list();
    return nodes.map((node) => ({
      name: node.name,
      version: String(node["version"]),
      digest: String(node["digest"]),
      lifecycle: String(node["lifecycle"]),
    }));
  } catch (thrown) {
    throw thrown instanceof OnexError ? asFailure(thrown) : thrown;
  }
}

const asFailure = (error: OnexError): CommandFailure =>
  new CommandFailure(`${error.code}: ${error.message}`, { cause: error, ...(error.hint === null ? {} : { hint: error.hint }) });
