import { ENTRYPOINTS } from "../../src/core/registry/entrypoints.ts";
import { servedBy, type Served } from "../../src/core/registry/served.ts";

/** A deployment with these handlers and pools, which know every target. */
export const servedByNames = (names: readonly string[]): Served => servedBy(names.map((type) => ({ type })));

/** A deployment that executes whatever can be executed. */
export const ALL_SERVED = servedByNames(Object.values(ENTRYPOINTS).flatMap(({ servedBy: name }) => name ?? []));
