import { nodeName, semver } from "../../../contracts/json/json.ts";
import type { WireClient } from "../../client/wire-client.ts";
import { asking } from "../remote/server.ts";
import { usageFailure } from "../shell.ts";

/** A version of a node. */
export interface NodeVersionName {
  readonly name: string;
  readonly version: string;
}

/** The version that `name` or `name@version` means: without one, the newest. */
export async function namedNode(text: string, client: WireClient): Promise<NodeVersionName> {
  const [name = "", version, ...rest] = text.split("@");
  const isRead = nodeName.safeParse(name).success && (version === undefined || semver.safeParse(version).success);
  if (!isRead || rest.length > 0) throw usageFailure(`${text} names no node`, "write name, or name@1.0.0");
  if (version !== undefined) return { name, version };
  const { versions } = await asking(() => client.nodes.get(name));
  const [newest] = versions;
  if (!newest) throw usageFailure(`${name} has no version`);
  return { name, version: newest.version };
}
