import { type WireClient, OnexError } from "../../client/wire-client.ts";
import type { RegistryNode } from "../../core/crawl/registry-diff.ts";
import { nodeRef } from "../../core/registry/node.ts";
import { asking } from "../remote/server.ts";
import type { CrawledArtifact } from "./crawl.ts";

/** What became of one node. */
export interface Registration {
  readonly node: string;
  readonly outcome: "registered" | "known" | "refused";
  readonly problems: readonly string[];
}

/** Registers every admitted node, in the order of their paths; a refusal does not stop the others. */
export async function registerAll(
  client: WireClient,
  artifacts: readonly CrawledArtifact[],
): Promise<readonly Registration[]> {
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
      if (thrown.status === 0 || thrown.status === 401) await asking(() => Promise.reject(thrown));
      outcomes.push({ node: ref, outcome: "refused", problems: problemsIn(thrown) });
    }
  }
  return outcomes;
}

function problemsIn({ code, message, hint, errors }: OnexError): readonly string[] {
  if (errors.length === 0) return [advised(`${code}: ${message}`, hint)];
  return errors.map((one) => advised(one.place === undefined ? one.detail : `${one.place}: ${one.detail}`, one.hint));
}

const advised = (problem: string, hint: string | null | undefined): string =>
  hint === null || hint === undefined ? problem : `${problem}; ${hint}`;

/** Every node the registry has. */
export async function registeredNodes(client: WireClient): Promise<readonly RegistryNode[]> {
  return asking(async () => {
    const nodes: RegistryNode[] = [];
    for await (const { name, version, digest, lifecycle } of client.nodes.all())
      nodes.push({ name, version, digest, lifecycle });
    return nodes;
  });
}
