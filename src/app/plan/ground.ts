import type { Served } from "../../core/registry/served.ts";
import type { RegistrySnapshot } from "../../core/registry/snapshot.ts";

/** What plans are made from: the nodes that are registered, and what can be executed here. */
export interface Ground {
  readonly snapshot: RegistrySnapshot;
  readonly served: Served;
}
