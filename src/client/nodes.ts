import {
  lifecycleMoved,
  nodeDetail,
  nodeList,
  nodePage,
  nodeRegistered,
  type LifecycleMoved,
  type LifecycleRequest,
  type NodeDetail,
  type NodeFilter,
  type NodeList,
  type NodeListItem,
  type NodePage,
  type NodeRegistered,
  type RegisterNode,
} from "../../contracts/api/nodes-api.ts";
import { readAnswer } from "./answer.ts";
import { queryText } from "./query-text.ts";
import type { PageOptions } from "./run-search.ts";
import type { Transport } from "./transport.ts";

/** The registry. */
export interface NodeClient {
  /** Registers a node, or finds it registered. A refusal's `errors` lists everything that is wrong. */
  register(node: RegisterNode): Promise<NodeRegistered>;
  /** One page of the nodes for which every condition holds, by name, the newest version first. */
  list(filter?: NodeFilter, page?: PageOptions): Promise<NodeList>;
  /** All of them, page after page, as far as they are asked for. */
  all(filter?: NodeFilter): AsyncGenerator<NodeListItem, void, void>;
  /** One name with all its versions; rejects with NODE_NOT_FOUND. */
  get(name: string): Promise<NodePage>;
  /** One version with the texts it consists of; rejects with NODE_NOT_FOUND. */
  detail(name: string, version: string): Promise<NodeDetail>;
  /**
   * Moves a version to another lifecycle state; whoever becomes active keeps its own examples first. Rejects with
   * LIFECYCLE_INVALID; its `errors` list every example that is not kept.
   */
  move(name: string, version: string, request: LifecycleRequest): Promise<LifecycleMoved>;
}

const LARGEST_PAGE = 100;

export function nodeClient(transport: Transport): NodeClient {
  const path = (...parts: readonly string[]): string => ["/v1/nodes", ...parts.map(encodeURIComponent)].join("/");
  const read = async (where: string): Promise<unknown> => (await transport.json({ method: "GET", path: where })).body;
  const list: NodeClient["list"] = async (filter = {}, page = {}) =>
    readAnswer(nodeList, await read(`${path()}${queryText({ ...filter, ...page })}`));
  return {
    async register(body) {
      return readAnswer(nodeRegistered, (await transport.json({ method: "POST", path: path(), body })).body);
    },
    list,
    async *all(filter = {}) {
      let cursor: string | null = null;
      do {
        const page: NodeList = await list(filter, { limit: LARGEST_PAGE, ...(cursor === null ? {} : { cursor }) });
        yield* page.nodes;
        cursor = page.next;
      } while (cursor !== null);
    },
    get: async (name) => readAnswer(nodePage, await read(path(name))),
    detail: async (name, version) => readAnswer(nodeDetail, await read(path(name, version))),
    async move(name, version, body) {
      const call = { method: "POST", path: `${path(name, version)}/lifecycle`, body } as const;
      return readAnswer(lifecycleMoved, (await transport.json(call)).body);
    },
  };
}
