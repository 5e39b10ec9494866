import type { TriggerGroupList } from "../../../contracts/api/triggers-api.ts";
import { trustOf } from "../plan/search/eligible.ts";
import { nodeRef } from "../registry/node.ts";
import type { Served } from "../registry/served.ts";
import type { RegistrySnapshot } from "../registry/snapshot.ts";
import { reasonsAgainst, requiredOf } from "./takers.ts";
import { requestTopic } from "./topic.ts";
import { groupOf, triggerOf } from "./trigger-node.ts";

/**
 * Every group with its nodes, sorted. `triggerable`: registered in the group and not archived. `active`: those of them
 * the default policy lets run here, so that they are taken into account when a message comes.
 */
export function triggerGroups(snapshot: RegistrySnapshot, served: Served): TriggerGroupList["groups"] {
  const members = snapshot.nodes.flatMap((node) => {
    const group = groupOf(node);
    return group === null || node.lifecycle === "archived" ? [] : [{ group, node }];
  });
  const byGroup = Map.groupBy(members, ({ group }) => group);
  return [...byGroup]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([group, own]) => {
      const nodes = own.map(({ node }) => node).sort((a, b) => (nodeRef(a) < nodeRef(b) ? -1 : 1));
      const allowed = nodes.filter((node) => reasonsAgainst(node, snapshot, served).length === 0);
      return {
        group,
        topic: requestTopic(group),
        triggerable: nodes.map((node) => ({
          node: nodeRef(node),
          lifecycle: node.lifecycle,
          kind: triggerOf(node) ? "trigger" : "node",
          tags: [...new Set([...node.tags, ...(triggerOf(node)?.tags ?? [])])],
          requires: requiredOf(node),
          trust: trustOf(snapshot, node).score,
        })),
        active: allowed.map(nodeRef),
      };
    });
}
