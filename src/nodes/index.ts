import type { BlobStore } from "../spi/blob-store.ts";
import type { Clock, Ids } from "../spi/clock.ts";
import type { BuiltinNode } from "../spi/handler.ts";
import type { NodeRegistry } from "../spi/node-registry.ts";
import type { Sandbox } from "../spi/sandbox.ts";
import { hashVerify } from "./hash_verify/node.ts";
import { metadataExtract } from "./metadata_extract/node.ts";
import { metadataReport } from "./metadata_report/node.ts";
import { metadataValidate } from "./metadata_validate/node.ts";
import { noop } from "./noop/node.ts";
import { scaffold } from "./scaffold/node.ts";

/** What effects among the built-in nodes reach the world through. */
export interface NodePorts {
  readonly sandbox: Sandbox;
  readonly registry: NodeRegistry;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** Every built-in node under the target its entrypoint names. */
export const builtinNodes = (ports: NodePorts): Readonly<Record<string, BuiltinNode>> => ({
  noop,
  metadata_extract: metadataExtract,
  metadata_validate: metadataValidate,
  hash_verify: hashVerify,
  metadata_report: metadataReport,
  scaffold: scaffold(ports),
});
