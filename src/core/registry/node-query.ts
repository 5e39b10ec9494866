import { compareVersions } from "./snapshot.ts";
import { nodeRef, type NodeDefinition, type NodeRef } from "./node.ts";

/** What nodes a list is to show: every condition given holds. */
export interface NodeQuery {
  readonly name?: string | undefined;
  readonly version?: string | undefined;
  readonly lifecycle?: string | undefined;
  readonly kind?: string | undefined;
  /** The type of its entrypoint. */
  readonly entrypoint?: string | undefined;
  readonly tag?: string | undefined;
  /** A contract key it needs or may take. */
  readonly consumes?: string | undefined;
  readonly produces?: string | undefined;
  /** A part of its name or description, in any case. */
  readonly text?: string | undefined;
}

/** A part of a list of nodes: at most `limit` after the one that `after` names. */
export interface NodePageRequest {
  readonly limit: number;
  readonly after: NodeRef | null;
}

/** `next` names the last one shown when others follow. */
export interface NodePagePart {
  readonly nodes: readonly NodeDefinition[];
  readonly next: NodeRef | null;
}

const REF = /^[a-z][a-z0-9_]{0,99}@\d{1,9}\.\d{1,9}\.\d{1,9}$/;

/** Whether a text can be the place where a page ended. */
export const isNodeRef = (text: string): boolean => REF.test(text);

/** The nodes for which the query holds, by name, the newest version first, from where the last page ended. */
export function nodesPage(
  all: readonly NodeDefinition[],
  query: NodeQuery,
  { limit, after }: NodePageRequest,
): NodePagePart {
  const found = all.filter((node) => matches(node, query)).sort(inOrder);
  const from = after === null ? found : found.filter((node) => inOrder(node, partsOf(after)) > 0);
  const nodes = from.slice(0, limit);
  const last = nodes.at(-1);
  return { nodes, next: from.length > limit && last ? nodeRef(last) : null };
}

type Named = Pick<NodeDefinition, "name" | "version">;

const inOrder = (a: Named, b: Named): number =>
  a.name < b.name ? -1 : a.name > b.name ? 1 : compareVersions(b.version, a.version);

function partsOf(ref: NodeRef): Named {
  const [name = "", version = ""] = ref.split("@");
  return { name, version };
}

function matches(node: NodeDefinition, query: NodeQuery): boolean {
  const { name, version, lifecycle, kind, entrypoint, tag, consumes, produces, text } = query;
  const is = (wanted: string | undefined, actual: string): boolean => wanted === undefined || wanted === actual;
  const sought = text?.toLowerCase();
  return (
    is(name, node.name) &&
    is(version, node.version) &&
    is(lifecycle, node.lifecycle) &&
    is(kind, node.kind) &&
    is(entrypoint, node.entrypoint.type) &&
    (tag === undefined || node.tags.includes(tag)) &&
    (consumes === undefined || Object.hasOwn(node.inputs, consumes)) &&
    (produces === undefined || Object.hasOwn(node.outputs, produces)) &&
    (sought === undefined || `${node.name}\n${node.description}`.toLowerCase().includes(sought))
  );
}
