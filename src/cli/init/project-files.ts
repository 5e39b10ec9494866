/* Everything of a new project but its nodes. */

/** What a project is made with. */
export interface ProjectFacts {
  /** Its own name: of the package, the Worker, its database, bucket and queues. */
  readonly name: string;
  /** The release of this package. */
  readonly version: string;
  readonly compatibilityDate: string;
  /** Package → version, of what a project is developed with. */
  readonly tools: Readonly<Record<string, string>>;
}

const WORKER = `import { createOnex } from "onex-workers";
import { nodes } from "./nodes/index.ts";

// The classes of the Durable Objects that wrangler.toml binds.
export { Limiter, RunRing, RunnerPool, TrustMemory } from "onex-workers";

export default createOnex<Env>({ nodes }) satisfies ExportedHandler<Env>;
`;

const COMPILER = {
  target: "es2024",
  lib: ["es2024"],
  module: "esnext",
  moduleResolution: "bundler",
  strict: true,
  noUncheckedIndexedAccess: true,
  verbatimModuleSyntax: true,
  erasableSyntaxOnly: true,
  allowImportingTsExtensions: true,
  noEmit: true,
};

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

const QUEUES = [
  { binding: "EXECUTE", queue: "execute", batch: 50, wait: 0, retries: 3 },
  { binding: "EVENTS", queue: "events", batch: 100, wait: 1, retries: 5 },
  { binding: "TRIGGERS", queue: "triggers", batch: 50, wait: 0, retries: 5 },
];

const OBJECTS = [
  ["RINGS_NS", "RunRing"],
  ["TRUST_NS", "TrustMemory"],
  ["LIMITS_NS", "Limiter"],
  ["POOLS_NS", "RunnerPool"],
] as const;

const consumer = (queue: string, batch: number, wait: number, retries: number, dead: string | null): string =>
  [
    "[[queues.consumers]]",
    `queue = "${queue}"`,
    `max_batch_size = ${batch}`,
    `max_batch_timeout = ${wait}`,
    `max_retries = ${retries}`,
    ...(dead === null ? [] : [`dead_letter_queue = "${dead}"`]),
    "",
  ].join("\n");

function wranglerToml({ name, compatibilityDate }: ProjectFacts): string {
  const producers = [...QUEUES, { binding: "RESULTS", queue: "results" }].map(
    ({ binding, queue }) => `[[queues.producers]]\nbinding = "${binding}"\nqueue = "${name}-${queue}"\n`,
  );
  const consumers = QUEUES.flatMap(({ queue, batch, wait, retries }) => [
    consumer(`${name}-${queue}`, batch, wait, retries, `${name}-${queue}-dlq`),
    consumer(`${name}-${queue}-dlq`, 50, 1, 5, null),
  ]);
  const objects = OBJECTS.map(
    ([binding, type]) => `[[durable_objects.bindings]]\nname = "${binding}"\nclass_name = "${type}"\n`,
  );
  return `name = "${name}"
main = "src/index.ts"
compatibility_date = "${compatibilityDate}"

[vars]
ENVIRONMENT = "development"
RINGS = "256"
LEASE_GRACE_MS = "30000"
TENANT_CONCURRENCY = "0"
RETENTION_DAYS = "30"
LOCATION_HINT = ""
# What the host loads: the handlers that serve nodes of type http and db, and their limits.
RUNTIME_CONTRACT = """
schema_version: "1.0.0"
runtime:
  name: ${name.replaceAll("-", "_")}
  version: "1.0.0"
  event_bus: { kind: queues }
  handlers:
    - { type: http, config: { egress: {} } }
  nodes: []
"""

[[rules]]
type = "CompiledWasm"
globs = ["**/*.wasm"]
fallthrough = true

[triggers]
crons = ["*/5 * * * *"]

[[d1_databases]]
binding = "DB"
database_name = "${name}"
database_id = "00000000-0000-0000-0000-000000000000"
migrations_dir = "node_modules/onex-workers/migrations"

[[r2_buckets]]
binding = "BLOBS"
bucket_name = "${name}"

${[...producers, ...consumers, ...objects].join("\n")}
[[migrations]]
tag = "v1"
new_sqlite_classes = [${OBJECTS.map(([, type]) => `"${type}"`).join(", ")}]

[observability]
enabled = true
`;
}

function packageJson({ name, version, tools }: ProjectFacts): string {
  const scripts = {
    dev: "wrangler d1 migrations apply DB --local && wrangler dev",
    test: "node --disable-warning=ExperimentalWarning --test test/*.test.ts",
    typecheck: "wrangler types && tsc && tsc -p tsconfig.test.json",
    deploy: "wrangler d1 migrations apply DB --remote && wrangler deploy",
  };
  return json({
    ...{ name, version: "0.1.0", private: true, type: "module", engines: { node: ">=20" }, scripts },
    dependencies: { "onex-workers": version },
    devDependencies: tools,
    allowScripts: { esbuild: true, node: true, workerd: true },
  });
}

const readme = ({ name }: ProjectFacts): string => `# ${name}

An ONEX deployment with nodes of its own.

| where | what |
|---|---|
| src/nodes/ | nodes in TypeScript. They are part of the Worker, and registered with its first request |
| nodes/ | nodes that runners execute: here one in Python |
| test/ | tests, which need nothing but this folder |
| src/index.ts | the Worker |
| wrangler.toml | what it is bound to |

\`\`\`sh
npm install
npm test
npm run typecheck
npm run dev
\`\`\`

In another terminal, with the token that is in .dev.vars:

\`\`\`sh
npx onex run goal.yaml
\`\`\`

A node that changed is another version: raise \`version\` in its file. A version that was registered keeps its contract.

The Python node waits for a runner. Register it, then start one:

\`\`\`sh
npx onex crawl nodes --register http://localhost:8787
npx onex runner --pool python
\`\`\`

To deploy, create the database, the bucket and the queues that wrangler.toml names, put the database's id there, set the token
with \`npx wrangler secret put ONEX_TOKEN\` (32 characters or more), set \`ENVIRONMENT\`, and \`npm run deploy\`.
`;

/** Files by their paths in the project. */
export const projectFiles = (facts: ProjectFacts): Readonly<Record<string, string>> => ({
  "package.json": packageJson(facts),
  "wrangler.toml": wranglerToml(facts),
  "src/index.ts": WORKER,
  "tsconfig.json": json({
    compilerOptions: { ...COMPILER, types: ["./worker-configuration.d.ts"] },
    include: ["src"],
  }),
  "tsconfig.test.json": json({ compilerOptions: { ...COMPILER, types: ["node"] }, include: ["src/nodes", "test"] }),
  "goal.yaml": "want: [poster.text]\ngiven: { person.name: Ada }\n",
  ".gitignore": "node_modules/\n.wrangler/\n.dev.vars\nworker-configuration.d.ts\n",
  "README.md": readme(facts),
});
