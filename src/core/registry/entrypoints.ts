import { keysOf } from "../../../contracts/json/narrow.ts";
import type { Entrypoint, NodeDefinition } from "./node.ts";

/**
 * Where nodes of an entrypoint are executed. `isolate`: within the executor. `ring`: by the ring that holds the run, which
 * waits. `graph`: by the planner, which puts their parts in their place. `bus`: nowhere in a plan, they start runs of
 * their own. `pool`: by runners that take work items of a pool. `remote`: by a service over the network. `nowhere`:
 * a document, which is stamped and never executed.
 */
export type Place = "isolate" | "ring" | "graph" | "bus" | "pool" | "remote" | "nowhere";

/**
 * Which nodes of an entrypoint can be tried out where they are registered. `always`: nothing they do has effects there.
 * `without effects`: those of a kind that has none. `never`: they would reach the world, or are somewhere else.
 */
export type Provable = "always" | "without effects" | "never";

/** What is particular to the nodes of an entrypoint type. */
export interface EntrypointTraits {
  readonly runs: Place;
  /** Whether such a node may be pure: only then may its steps share an invocation with others. */
  readonly pure: boolean;
  /** Where a node may be tried out when it is registered: what it does there reaches nothing else. */
  readonly provable: Provable;
  /** Whether its code is registered with it: always, never, or when its target is a file with one of its extensions. */
  readonly hasCode: boolean | "file";
  /** Whether its target is a file of the node's folder. */
  readonly hasFile: boolean;
  /** The handler that executes it, or the kind of runner; null where the engine itself does, or nobody. */
  readonly servedBy: string | null;
  /** A bare file name with one of these extensions is of this type. */
  readonly extensions: readonly string[];
}

const DEFAULTS = {
  provable: "never",
  pure: false,
  hasCode: false,
  hasFile: false,
  servedBy: null,
  extensions: [],
} as const;
const DOCUMENT = { ...DEFAULTS, runs: "nowhere", hasFile: true } as const;

/**
 * The entrypoint types: those of real files, then ours. A new one is a row here, and a handler or pool to serve it; until
 * something serves it, the planner rejects its nodes and says so.
 */
export const ENTRYPOINTS = {
  python: { ...DEFAULTS, runs: "pool", hasCode: "file", hasFile: true, servedBy: "python", extensions: ["py"] },
  cli: { ...DEFAULTS, runs: "pool", servedBy: "cli", extensions: ["sh"] },
  docker: { ...DEFAULTS, runs: "pool", servedBy: "docker" },
  markdown: { ...DOCUMENT, extensions: ["md"] },
  yaml: { ...DOCUMENT, extensions: ["yaml", "yml"] },
  json: { ...DOCUMENT, extensions: ["json"] },
  typescript: { ...DEFAULTS, runs: "pool", hasFile: true, servedBy: "typescript", extensions: ["ts"] },
  javascript: { ...DEFAULTS, runs: "pool", hasFile: true, servedBy: "javascript", extensions: ["js", "mjs"] },
  html: { ...DOCUMENT, extensions: ["html"] },
  builtin: { ...DEFAULTS, runs: "isolate", pure: true, provable: "without effects", servedBy: "builtin" },
  function: {
    ...DEFAULTS,
    runs: "isolate",
    pure: true,
    provable: "always",
    hasCode: true,
    hasFile: true,
    servedBy: "function",
  },
  http: { ...DEFAULTS, runs: "remote", servedBy: "http" },
  db: { ...DEFAULTS, runs: "remote", servedBy: "db" },
  // Another Worker that is bound to this one.
  service: { ...DEFAULTS, runs: "remote", servedBy: "service" },
  // For development: no deployment elsewhere serves it.
  local: { ...DEFAULTS, runs: "isolate", pure: true, servedBy: "local" },
  // Holds the place of a node that is elsewhere: nobody knows whether that one is pure.
  noop: { ...DEFAULTS, runs: "isolate", servedBy: "noop" },
  composite: { ...DEFAULTS, runs: "graph" },
  wasm: { ...DEFAULTS, runs: "isolate", hasFile: true, servedBy: "wasm", extensions: ["wasm"] },
  wait: { ...DEFAULTS, runs: "ring" },
  trigger: { ...DEFAULTS, runs: "bus" },
} as const satisfies Record<string, EntrypointTraits>;

export type EntrypointType = keyof typeof ENTRYPOINTS;

/** Every entrypoint type, in the table's order. */
export const ENTRYPOINT_TYPES: readonly EntrypointType[] = keysOf(ENTRYPOINTS);

/** True for a type this system knows; nodes of other types are refused. */
export const isEntrypointType = (type: string): type is EntrypointType => Object.hasOwn(ENTRYPOINTS, type);

const UNKNOWN: EntrypointTraits = { ...DEFAULTS, runs: "nowhere" };

/** What is particular to a type. One that nobody here knows, as a later release may have registered, runs nowhere. */
export const entrypointTraits = (type: string): EntrypointTraits =>
  isEntrypointType(type) ? ENTRYPOINTS[type] : UNKNOWN;

/** Whether a node's code is registered with it. A Python node is a file, which is, or a module of the runner's. */
export function hasCode({ type, target }: Entrypoint): boolean {
  const { hasCode: says, extensions } = entrypointTraits(type);
  return says === "file" ? extensions.some((extension) => target.endsWith(`.${extension}`)) : says;
}

/** The pool whose runners execute nodes of a type that names none. */
export const poolOf = (type: string): string => entrypointTraits(type).servedBy ?? type;

/** The types that can be registered as nodes. */
export const EXECUTABLE_TYPES: readonly EntrypointType[] = ENTRYPOINT_TYPES.filter(
  (type) => ENTRYPOINTS[type].runs !== "nowhere",
);

/** Whether a node's steps are executed in this place. */
export const runsIn = ({ entrypoint }: Pick<NodeDefinition, "entrypoint">, place: Place): boolean =>
  entrypointTraits(entrypoint.type).runs === place;
