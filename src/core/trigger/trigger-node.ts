import { triggerConfig, type TriggerConfig } from "../../../contracts/documents/trigger-node.ts";
import type { JsonObject } from "../../../contracts/json/json.ts";
import { runsIn } from "../registry/entrypoints.ts";
import type { NodeDefinition } from "../registry/node.ts";
import { groupOfTopic } from "./topic.ts";

/** Everything wrong with the `config` of a trigger node, each with its path. */
export const triggerConfigProblems = (
  config: JsonObject,
  group: string | null,
): readonly { readonly path: readonly PropertyKey[]; readonly message: string }[] => {
  const read = triggerConfig.safeParse(config);
  if (!read.success) return read.error.issues.map(({ path, message }) => ({ path, message }));
  if ((groupIn(read.data) ?? group) !== null) return [];
  return [{ path: ["group"], message: "a trigger node listens to a group" }];
};

const groupIn = ({ group, topic }: TriggerConfig): string | null =>
  group ?? (topic === undefined ? null : groupOfTopic(topic));

/** What a trigger node, whose entrypoint runs on the bus, listens to and starts; null for every other node. */
export function triggerOf(node: NodeDefinition): TriggerConfig | null {
  if (!runsIn(node, "bus")) return null;
  const read = triggerConfig.safeParse(node.config);
  return read.success ? read.data : null;
}

/** The group whose messages a node may take; null for none. */
export function groupOf(node: NodeDefinition): string | null {
  const config = triggerOf(node);
  return (config && groupIn(config)) ?? node.group;
}
