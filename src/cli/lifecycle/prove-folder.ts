import { proveNode } from "../../app/registry/prove-node.ts";
import { canBeExecuted } from "../../core/crawl/artifact-role.ts";
import type { Fault } from "../../core/errors.ts";
import { readBlock } from "../../core/metadata/read.ts";
import { admitNode } from "../../core/registry/admit.ts";
import { folderArtifacts } from "../../core/registry/folder-artifacts.ts";
import type { ScanWorld } from "../../core/scan/references.ts";
import { systemClock, systemIds } from "../../infra/system/clock.ts";
import { localCall, localEngine } from "../run/local-engine.ts";
import type { Shell } from "../shell.ts";

/**
 * What keeps a node of a folder from being active: what registration would refuse it for, a placeholder, and every
 * example and case of its own that it does not keep. Nothing is said of what is no node of a registry.
 */
export async function againstActive(
  { path, metadata, world }: { readonly path: string; readonly metadata: string; readonly world: ScanWorld },
  shell: Shell,
): Promise<readonly Fault[]> {
  const { fields } = readBlock(metadata, { path });
  const artifacts = canBeExecuted(path, fields) ? folderArtifacts(metadata, fields, (file) => world.text(file)) : null;
  if (artifacts === null) return [];
  const admitted = admitNode(artifacts);
  if (!admitted.ok) return admitted.error;
  const { parts } = await localEngine({ clock: systemClock, ids: systemIds }, [], shell);
  return proveNode(localCall(systemIds.uuid()), admitted.value, artifacts, parts);
}
