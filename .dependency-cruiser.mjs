/**
 * The import table of the rooms, one rule a room: core is pure orchestration, infra is pure transport, imports run
 * infra -> spi -> core and never back. docs/adr/0010-import-table.md says why each entry is there.
 * `npm run boundaries` runs it; a run that finds no modules fails.
 */

/** Packages that are pure computation: same input, same output, on every platform. */
const PURE_PACKAGES = ["@noble/hashes", "yaml", "canonicalize", "semver", "standardwebhooks"];

const literal = (text) => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, "\\$&");
const packages = (names) => `(^|/)node_modules/(@types/)?(${names.map(literal).join("|")})/`;
const ANY_PACKAGE = "(^|/)node_modules/";

/** What is not in the list is forbidden: other rooms, packages, Node's and Cloudflare's own modules alike. */
const room = (name, comment, from, allowed) => ({
  name,
  comment,
  severity: "error",
  from: typeof from === "string" ? { path: from } : from,
  to: { pathNot: allowed },
});

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    room(
      "core-is-pure",
      "core imports contracts and pure packages: no platform, no transport, no room above it.",
      "^src/core/",
      ["^src/core/", "^contracts/", packages(PURE_PACKAGES)],
    ),
    room("spi-is-interfaces", "spi imports core and contracts; it has no package of its own.", "^src/spi/", [
      "^src/(spi|core)/",
      "^contracts/",
    ]),
    room(
      "contracts-know-only-zod",
      "contracts is the bottom room; its generator alone touches files.",
      { path: "^contracts/", pathNot: "^contracts/generate\\.ts$" },
      ["^contracts/", packages(["zod"])],
    ),
    room(
      "app-knows-ports",
      "Loops and services are written against ports: the same ring runs in memory and in an object.",
      "^src/app/",
      ["^src/(app|spi|core)/", "^contracts/", packages(PURE_PACKAGES)],
    ),
    room(
      "adapters-stand-alone",
      "An adapter imports spi, core, contracts and its technology; never another adapter, never a loop.",
      "^src/infra/([^/]+)/",
      ["^src/infra/$1/", "^src/(spi|core)/", "^contracts/", ANY_PACKAGE, "^cloudflare:"],
    ),
    room(
      "embedded-is-of-memory",
      "The engine in one process: the graph of app over the adapters of memory. Its handlers are handed in.",
      "^src/embedded/",
      ["^src/(embedded|app|spi|core)/", "^src/infra/memory/", "^contracts/"],
    ),
    room(
      "nodes-get-ports-handed-in",
      "Built-in nodes import spi, core and contracts; an effect reaches the world through a port it is handed.",
      "^src/nodes/",
      ["^src/(nodes|spi|core)/", "^contracts/", packages(PURE_PACKAGES)],
    ),
    room(
      "authors-need-no-engine",
      "What authors of nodes use runs wherever fetch does: spi, core, contracts and pure packages.",
      "^src/authoring/",
      ["^src/(authoring|spi|core)/", "^contracts/", packages([...PURE_PACKAGES, "zod"])],
    ),
    room(
      "testing-is-an-engine-in-memory",
      "What tests of a project use: authoring and the engine in memory, with the handlers that run anywhere.",
      "^src/testing/",
      [
        "^src/(testing|authoring|embedded|app|spi|core)/",
        "^src/infra/(memory|system|handlers|sandbox)/",
        "^src/cli/(quickjs-module|crawl/crawl|node-20)\\.ts$",
        "^contracts/",
      ],
    ),
    room(
      "client-knows-contracts",
      "The client must load in a browser: contracts and fetch, nothing else.",
      "^src/client/",
      ["^src/client/", "^contracts/", packages(["zod"])],
    ),
    room(
      "cli-is-local",
      "The command talks to a server through the client and wires the local engine from what runs anywhere.",
      "^src/cli/",
      [
        "^src/(cli|client|core|spi|app|embedded|nodes)/",
        "^src/infra/(memory|system|handlers|sandbox)/",
        "^contracts/",
        ANY_PACKAGE,
        "^node:",
        "^[a-z_]+(/promises)?$",
      ],
    ),
    {
      name: "http-takes-capabilities",
      comment: "A route is handed ports: it reads no Env, wires nothing and knows no adapter.",
      severity: "error",
      from: { path: "^workers/http/" },
      to: {
        path: ["^workers/(env|index|cron)\\.ts$", "^workers/(objects|queues)/", "^src/infra/", "^cloudflare:"],
      },
    },
    {
      name: "shells-take-an-engine",
      comment: "A queue's shell and the clock's are handed an engine: they make no adapter and know none.",
      severity: "error",
      from: { path: "^workers/(queues/|cron\\.ts$|index\\.ts$)" },
      to: { path: "^src/infra/" },
    },
    {
      name: "workers-do-not-use-the-command",
      comment: "The command line is no part of the Worker.",
      severity: "error",
      from: { path: "^workers/" },
      to: { path: "^src/cli/" },
    },
    {
      name: "no-cycles",
      comment: "Two files that need each other are one file or miss a third. Type-only imports count.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "no-junk-drawers",
      comment: "A file is named for its one noun; utils, helpers, common and misc name nothing.",
      severity: "error",
      from: {},
      to: { path: "^(?!.*node_modules/).*(^|/)(utils?|helpers?|common|misc)(/|\\.[^/]+$)" },
    },
    {
      name: "nothing-imports-tests",
      comment: "Tests see the source, never the other way round.",
      severity: "error",
      from: { path: "^(src|workers|contracts)/" },
      to: { path: "^test/" },
    },
    {
      name: "no-dev-dependencies-at-run-time",
      comment: "What ships depends on dependencies; only the local server may start the development runtime.",
      severity: "error",
      from: { path: "^(src|workers|contracts)/", pathNot: ["^src/cli/dev", "^contracts/generate\\.ts$"] },
      to: { dependencyTypes: ["npm-dev"], pathNot: "(^|/)node_modules/@types/" },
    },
    {
      name: "every-import-resolves",
      comment: "An import that leads nowhere makes every other rule blind to it.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true, pathNot: "^cloudflare:" },
    },
  ],
  options: {
    // Packages, and files that are no source: a .wasm is an import like any other but must not be parsed.
    doNotFollow: { path: ["(^|/)node_modules/", "\\.(wasm|json|sql|txt|html)$"] },
    exclude: { path: "^test/fixtures/|^worker-configuration\\.d\\.ts$" },
    tsPreCompilationDeps: true,
    detectProcessBuiltinModuleCalls: true,
    preserveSymlinks: true,
    combinedDependencies: true,
    tsConfig: { fileName: "tsconfig.base.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["workerd", "worker", "import", "types", "default"],
      extensions: [".ts", ".d.ts", ".mjs", ".js", ".json", ".wasm"],
    },
  },
};
