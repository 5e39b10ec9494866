import type { Random } from "../sim/random.ts";
import { FUNCTIONS } from "./functions.ts";
import { breakText, mutate, oddValue, write, type Odd } from "./odd.ts";
import { schema, value } from "./schemas.ts";
import type { Scene } from "./target.ts";

/** A request to be sent as it is. */
export interface FuzzRequest {
  readonly family: Family;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array<ArrayBuffer> | null;
}

export type Family = keyof typeof FAMILIES;

const envelope = (operation: string, payload: Odd): Odd => ({ source_node: "fuzz", operation, payload });

/** Sound envelopes, to be changed. */
function envelopes(random: Random): Odd {
  switch (random.below(6)) {
    case 0:
      return envelope("goal.run", { want: ["metadata.report"], given: { "document.text": "# Hello" } });
    case 1:
      return envelope("goal.run", { want: ["hash.verdict"], given: { "document.text": oddValue(random) } });
    case 2:
      return envelope("node.execute", { node: "hash_verify", input: { "document.text": "x" } });
    case 3:
      return envelope("graph.run", {
        steps: [
          { id: "nap", node: "wait_sleep", inputs: { "wait.ms": "ms" } },
          {
            id: "last",
            node: "noop",
            after: ["nap"],
            when: { value: "ms", path: "", op: random.pick(["eq", "lt", "in", "contains"]), than: oddValue(random) },
          },
        ],
        given: { ms: random.pick([0, 1, 300.5, -1]) },
        policy: { max_steps: 10, mode: "batch", deadline_ms: 2_000 },
      });
    case 4:
      return {
        ...(envelope("goal.run", { want: ["hash.verdict"], given: { "document.text": "x" } }) as Record<string, Odd>),
        metadata: { tags: ["fuzz"], idempotency_key: `k${random.below(50)}` },
        on_complete: [{ operation: "node.execute", payload: { node: "noop", input: {} } }],
      };
    default:
      return envelope(random.pick(["http.get", "local.echo", "node.announce", "goal.run", "x"]), oddValue(random));
  }
}

/** A node that is built, with a contract, code and a value that were not made for each other. */
function contracts(random: Random): Odd {
  const name = `fuzz_${random.below(1_000_000)}`;
  return envelope("node.execute", {
    node: "scaffold",
    input: {
      "node.specification": {
        name,
        description: "Made to be odd.",
        input_contract: { "fuzz.in": schema(random) },
        output_contract: { "fuzz.out": random.chance(0.5) ? {} : schema(random) },
        code: random.pick(FUNCTIONS),
        examples: [{ input: { "fuzz.in": value(random) }, output: { "fuzz.out": value(random) } }],
        execution: { timeout_ms: random.pick([100, 1_000, 30_000]) },
      },
    },
  });
}

const nodeTexts = (random: Random): Odd => ({
  metadata: `name: fuzz\nversion: 1.0.0\nentrypoint: {type: function, target: node.js}\nlifecycle: draft\nhash: ${"0".repeat(64)}\n`,
  contract: `node_name: fuzz\nnode_version: 1.0.0\ninput_contract:\n  fuzz.in: ${write(schema(random))}\noutput_contract:\n  fuzz.out: {type: string}\n`,
  code: random.pick(FUNCTIONS),
});

const trigger = (random: Random): Odd => ({
  topic: "node.exec.request.reports",
  trigger_id: `00000000-0000-4000-8000-${random.below(1e12).toString().padStart(12, "0")}`,
  idempotent_key: `k${random.below(100)}`,
  source: "fuzz",
  want: ["hash.verdict"],
  input: { "document.text": "x" },
});

const QUERIES = ["status=failed", "limit=2", "limit=0", "text=%00", "cursor=x", "from=2026-13-01", "unknown=1", "tag="];
const PATHS = [
  "/v1/runs/%E0%A4%A/result",
  "/v1/nodes/%00",
  "/v1/nodes/hash_verify",
  "/v1/nodes/hash_verify/1.0.0",
  "/v1/nodes/hash_verify/%00",
  "/v1/nodes?limit=1&cursor=x@1.0.0&kind=odd",
  "/v1/runs/r00_nobody/values/-/%00",
  "/v1/plans?format=mermaid",
  "/v1/dead-letters/none/redrive",
  "/v1/triggers/none",
  "/v1/cache",
  "/v1/metrics",
  `/v1/${"x".repeat(60_000)}`,
  "/openapi.json",
  "//v1/runs",
  "/health?x=1",
] as const;

const json = (path: string, make: (random: Random, scene: Scene) => Odd) => (random: Random, scene: Scene) => {
  const sound = make(random, scene);
  const changed = random.chance(0.15) ? sound : mutate(sound, random);
  const text = write(changed);
  return { method: "POST", path, body: random.chance(0.1) ? breakText(text, random) : text };
};

/** Every kind of request, each about as often as its weight. */
const FAMILIES = {
  envelopes: { weight: 6, make: json("/v1/envelopes", envelopes) },
  contracts: {
    weight: 3,
    make: (random: Random) => ({
      method: "POST",
      path: "/v1/envelopes",
      body: write(random.chance(0.7) ? contracts(random) : mutate(contracts(random), random)),
    }),
  },
  plans: {
    weight: 3,
    make: json("/v1/plans", (random) => {
      const { operation, payload } = envelopes(random) as { operation: Odd; payload: Odd };
      return { operation, payload };
    }),
  },
  nodes: { weight: 2, make: json("/v1/nodes", nodeTexts) },
  lifecycles: {
    weight: 1,
    make: json("/v1/nodes/hash_verify/1.0.0/lifecycle", (random) => ({
      to: random.pick(["active", "draft", "gone", ""]),
      replaced_by: random.pick(["noop", "x@1", "", "00000000-0000-4000-8000-000000000000"]),
    })),
  },
  snapshots: { weight: 3, make: json("/v1/runs/import", (_, { snapshot }) => snapshot) },
  triggers: { weight: 2, make: json("/v1/triggers", trigger) },
  events: {
    weight: 3,
    make: (random: Random, scene: Scene) => {
      const run = random.pick([scene.waitingRun, scene.endedRun, "r00_nobody"]);
      const sent: readonly (readonly [string, Odd])[] = [
        ["events", { name: "nobody-waits", payload: value(random) }],
        ["approvals/asked", { approved: "maybe", by: "x" }],
        ["pause", {}],
        ["resume", {}],
        ["rerun", { from: "hash_verify", given: { "document.text": oddValue(random) } }],
        ["replay", {}],
      ];
      const [verb, body] = random.pick(sent);
      return {
        method: "POST",
        path: `/v1/runs/${run}/${verb}`,
        body: write(random.chance(0.3) ? body : mutate(body, random)),
      };
    },
  },
  searches: {
    weight: 2,
    make: (random: Random) => ({
      method: "GET",
      path: `/v1/${random.pick(["runs", "dead-letters", "nodes", "triggers"])}?${random.pick(QUERIES)}&${random.pick(QUERIES)}`,
      body: null,
    }),
  },
  paths: {
    weight: 2,
    make: (random: Random) => ({
      method: random.pick(["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]),
      path: random.pick(PATHS),
      body: null,
    }),
  },
} as const satisfies Record<
  string,
  {
    weight: number;
    make: (random: Random, scene: Scene) => { method: string; path: string; body: string | null };
  }
>;

const NAMES = Object.keys(FAMILIES) as Family[];
const DRAWN = NAMES.flatMap((name) => Array.from({ length: FAMILIES[name].weight }, () => name));

const HEADERS: readonly Readonly<Record<string, string>>[] = [
  { "content-type": "text/plain" },
  { "content-encoding": "gzip" },
  { "content-encoding": "br" },
  { "x-correlation-id": "not-a-uuid" },
  { "x-onex-registry-version": "99999.9" },
  { "x-onex-registry-version": "\u00e9" },
  { "idempotency-key": "k".repeat(300) },
  { prefer: "wait=1" },
  { prefer: "wait=9999, respond-async" },
  { authorization: "Bearer another" },
  { accept: "text/event-stream" },
  { "last-event-id": "-1" },
];

/** The next request of a stream that is the same for the same seed. */
export function nextRequest(random: Random, scene: Scene): FuzzRequest {
  const family = random.pick(DRAWN);
  const { method, path, body } = FAMILIES[family].make(random, scene);
  const odd = random.chance(0.12) ? random.pick(HEADERS) : {};
  return {
    family,
    method,
    path,
    headers: { "content-type": "application/json", prefer: "wait=2", ...odd },
    body: body !== null && random.chance(0.02) ? notUtf8(body) : body,
  };
}

function notUtf8(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new TextEncoder().encode(text);
  bytes[Math.floor(bytes.length / 2)] = 0xff;
  return bytes;
}
