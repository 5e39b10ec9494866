import { HANDLER_CONFIG } from "../../../contracts/documents/handler-config.ts";
import { HANDLER_TYPES, type HandlerType } from "../../../contracts/documents/handler-operation.ts";
import { hostContract, type HandlerEntry, type HostContract } from "../../../contracts/documents/runtime-contract.ts";
import type { JsonObject } from "../../../contracts/json/json.ts";
import type { AnySchema } from "../../../contracts/json/members.ts";
import { meantMember } from "../envelope/meant-member.ts";
import { faultsOfIssues, jsonPath, type Issue } from "../envelope/refusal.ts";
import { readYaml } from "../metadata/yaml.ts";
import type { CallProfile } from "../operation/operation-node.ts";
import { DEFAULT_BREAKER, type BreakerSettings } from "../resilience/breaker.ts";
import { err, ok, type Result } from "../result.ts";
import { linesOf } from "./places.ts";
import type { ContractProblem } from "./problem.ts";
import { inlineSecrets } from "./secrets.ts";

/** What a contract is read for. */
export interface ContractWorld {
  readonly environment: string;
  /** The nodes a host can have; null where nobody knows. */
  readonly nodes: readonly string[] | null;
  /** The bindings that are databases of users; null where nobody knows. */
  readonly databases: readonly string[] | null;
}

/** A handler as a contract binds it. */
export interface BoundHandler {
  readonly type: HandlerType;
  readonly config: JsonObject;
  readonly profile: CallProfile;
  readonly ratePerSecond: number | null;
  /** Null where no breaker is kept. */
  readonly breaker: BreakerSettings | null;
}

/** A host as its contract describes it. */
export interface HostSetup {
  readonly name: string;
  readonly version: string;
  readonly eventBus: string;
  /** The enabled ones, the most urgent first. */
  readonly handlers: readonly BoundHandler[];
  /** Nodes of the bundle that it serves; empty for all. */
  readonly nodes: readonly string[];
}

/** The environment in which what is for development alone may be. */
export const DEVELOPMENT = "development";
const BUSES = ["queues", "inmemory"];
/** The binding of the registry's own database. */
const REGISTRY_BINDING = "DB";

type Path = readonly PropertyKey[];

/** Reads a runtime contract, or lists everything that is wrong with it. Pure: what there is besides comes in as `world`. */
export function readRuntimeContract(
  text: string,
  file: string,
  world: ContractWorld,
): Result<HostSetup, readonly ContractProblem[]> {
  const yaml = readYaml(text);
  if (!yaml.ok) {
    const { line, message } = yaml.error;
    return err([
      {
        file,
        line,
        place: "$",
        error: `it is no YAML: ${message}`,
        hint: "the rest was not read",
        action: `correct line ${line}`,
      },
    ]);
  }
  const lineOf = linesOf(text);
  const at = (path: Path, error: string, hint: string, action: string): ContractProblem => {
    const place = jsonPath(path);
    const name = place.replace(/^\$\.?/, "");
    return { file, line: lineOf(path), place, error: name === "" ? error : `${name}: ${error}`, hint, action };
  };
  const found = new Problems(at);
  const read = hostContract.safeParse(yaml.value);
  if (!read.success) found.issues(read.error.issues, hostContract, []);
  const entries = entriesOf(yaml.value);
  for (const [i, entry] of entries.entries()) judgeHandler(entry, ["runtime", "handlers", i], world, found);
  judgeNodes(yaml.value, world, found);
  judgeBus(yaml.value, found);
  for (const path of inlineSecrets(yaml.value, []))
    found.add(path, "a secret is written out", "whoever reads the file has it", "name it with secret_ref");
  for (const [path, first] of repeated(entries.map(({ type }) => type)))
    found.add(
      ["runtime", "handlers", path, "type"],
      `'${first}' is there twice`,
      "each handler type is bound once",
      "remove one of them",
    );
  if (found.list.length > 0 || !read.success) return err(found.list);
  return ok(setupOf(read.data));
}

class Problems {
  readonly list: ContractProblem[] = [];
  readonly #at: (path: Path, error: string, hint: string, action: string) => ContractProblem;

  constructor(at: (path: Path, error: string, hint: string, action: string) => ContractProblem) {
    this.#at = at;
  }

  add(path: Path, error: string, hint: string, action: string): void {
    const problem = this.#at(path, error, hint, action);
    if (!this.list.some(({ place, error: known }) => place === problem.place && known === problem.error))
      this.list.push(problem);
  }

  /** What a schema found, at its place within the document. */
  issues(issues: readonly Issue[], schema: AnySchema, at: Path): void {
    for (const issue of issues) {
      for (const { message, hint, place = "$" } of faultsOfIssues("INVALID_CONFIGURATION", [issue], { schema })) {
        const unknown = issue.keys !== undefined;
        const path = [...at, ...issue.path, ...(unknown ? [lastOf(place)] : [])];
        const error = message.replace(/^[^:]*: /, "");
        if (unknown)
          this.add(path, "this field is not known", hint ?? "it would be ignored", "remove it, or correct its name");
        else
          this.add(
            path,
            error,
            hint ?? "the schema is contracts/schemas/runtime-contract.schema.json",
            "correct the value",
          );
      }
    }
  }
}

/** The member at the end of a place: `$.a.b` or `$.a["b-c"]`. */
function lastOf(place: string): string {
  const quoted = /\[("(?:[^"\\]|\\.)*")\]$/.exec(place)?.[1];
  return quoted === undefined ? (place.split(".").at(-1) ?? "") : (JSON.parse(quoted) as string);
}

function judgeHandler(entry: Readonly<Record<string, unknown>>, at: Path, world: ContractWorld, found: Problems): void {
  const { type } = entry;
  if (typeof type !== "string" || type === "") return;
  if (!isHandlerType(type)) {
    const meant = meantMember(type, HANDLER_TYPES);
    const hint = meant === null ? `known are ${HANDLER_TYPES.join(", ")}` : `did you mean '${meant}'?`;
    return found.add([...at, "type"], `there is no handler '${type}'`, hint, "correct the type, or remove the handler");
  }
  if (type === "local" && world.environment !== DEVELOPMENT)
    found.add(
      [...at, "type"],
      `the local handler is for development alone, and this is ${world.environment}`,
      "whoever reaches it can make it fail and repeat as they like",
      `remove it, or move it to the contract for ${DEVELOPMENT}`,
    );
  const config = entry["config"] ?? {};
  const read = HANDLER_CONFIG[type].safeParse(config);
  if (!read.success) return found.issues(read.error.issues, HANDLER_CONFIG[type], [...at, "config"]);
  if ("egress" in read.data && read.data.egress.allow_loopback && world.environment !== DEVELOPMENT)
    found.add(
      [...at, "config", "egress", "allow_loopback"],
      `loopback is open in development alone, and this is ${world.environment}`,
      "requests could reach the host itself",
      "remove it",
    );
  if ("databases" in read.data) {
    for (const [name, { binding }] of Object.entries(read.data.databases)) {
      const path = [...at, "config", "databases", name, "binding"];
      if (binding === REGISTRY_BINDING)
        found.add(
          path,
          `${binding} is the registry's own database`,
          "a statement could change runs and nodes",
          "bind another database",
        );
      else if (world.databases !== null && !world.databases.includes(binding))
        found.add(
          path,
          `there is no database bound as ${binding}`,
          "a handler reaches what wrangler.toml binds",
          `add [[d1_databases]] with binding = "${binding}"`,
        );
    }
  }
}

function judgeNodes(document: unknown, { nodes }: ContractWorld, found: Problems): void {
  const slugs = listAt(document, "nodes").map((node) => node["slug"]);
  for (const [i, first] of repeated(slugs))
    found.add(
      ["runtime", "nodes", i, "slug"],
      `'${first}' is there twice`,
      "each node is listed once",
      "remove one of them",
    );
  for (const [i, slug] of slugs.entries()) {
    if (nodes === null || typeof slug !== "string" || nodes.includes(slug)) continue;
    const meant = meantMember(slug, nodes);
    found.add(
      ["runtime", "nodes", i, "slug"],
      `there is no node '${slug}' in the bundle`,
      meant === null ? `there are ${nodes.join(", ")}` : `did you mean '${meant}'?`,
      "correct the name, or leave the node out",
    );
  }
}

function judgeBus(document: unknown, found: Problems): void {
  const kind = objectOf(objectOf(objectOf(document)["runtime"])["event_bus"])["kind"];
  if (typeof kind !== "string" || kind === "" || BUSES.includes(kind)) return;
  found.add(
    ["runtime", "event_bus", "kind"],
    `there is no bus '${kind}'`,
    `known are ${BUSES.join(", ")}`,
    "use queues",
  );
}

/** Places of values that stood earlier in the list, with the value. */
function repeated(values: readonly unknown[]): readonly (readonly [at: number, value: string])[] {
  const seen = new Set<unknown>();
  return values.flatMap((value, at): (readonly [number, string])[] => {
    if (typeof value !== "string") return [];
    if (seen.has(value)) return [[at, value]];
    seen.add(value);
    return [];
  });
}

const entriesOf = (document: unknown): readonly Readonly<Record<string, unknown>>[] => listAt(document, "handlers");

function listAt(document: unknown, member: string): readonly Readonly<Record<string, unknown>>[] {
  const list = objectOf(objectOf(document)["runtime"])[member];
  return Array.isArray(list) ? list.map(objectOf) : [];
}

const objectOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};

const isHandlerType = (type: string): type is HandlerType => (HANDLER_TYPES as readonly string[]).includes(type);

function setupOf({ runtime }: HostContract): HostSetup {
  return {
    name: runtime.name,
    version: runtime.version,
    eventBus: runtime.event_bus.kind,
    handlers: runtime.handlers
      .filter(({ enabled }) => enabled)
      .flatMap(boundOf)
      .toSorted((a, b) => b.profile.priority - a.profile.priority),
    nodes: runtime.nodes.map(({ slug }) => slug),
  };
}

function boundOf(entry: HandlerEntry): readonly BoundHandler[] {
  const {
    type,
    config = {},
    priority,
    timeout_ms: timeoutMs,
    rate_limit_per_second: rate,
    retry,
    circuit_breaker: breaker,
  } = entry;
  if (!isHandlerType(type)) return [];
  const {
    max_retries: maxRetries = 3,
    backoff = "exponential",
    base_ms: baseMs = 100,
    max_ms: maxMs = 5_000,
  } = retry ?? {};
  const ownBreaker = breaker && { failureThreshold: breaker.failure_threshold, resetMs: breaker.reset_ms };
  return [
    {
      type,
      config,
      profile: { timeoutMs, priority, retry: { maxRetries, backoff, baseMs, maxMs } },
      ratePerSecond: rate ?? null,
      breaker: ownBreaker ?? (type === "local" ? null : DEFAULT_BREAKER),
    },
  ];
}
