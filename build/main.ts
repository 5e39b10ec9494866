/**
 * `npm run build`: writes dist, the package's code. JavaScript and declarations of the source, file by file, beside what it
 * reads at run time: the interpreter, the schemas, and the built-in nodes with a tree that lists them.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse, stringify } from "yaml";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const DIST = join(ROOT, "dist");
const require = createRequire(import.meta.url);

/** What is copied as it is. */
const COPIED = [
  "src/cli/onex.mjs",
  "src/infra/sandbox/quickjs.wasm",
  "src/infra/sandbox/quickjs.LICENSE.txt",
  "contracts/schemas",
];

interface Tree {
  readonly name: string;
  readonly type: string;
  readonly children?: readonly Tree[];
}

/** The same tree, with nothing but what lies on these paths. */
function pruned(tree: Tree, [first, ...rest]: readonly string[]): Tree {
  if (first === undefined) return tree;
  const kept = (tree.children ?? []).filter(({ name }) => name === first);
  return { ...tree, children: kept.map((child) => pruned(child, rest)) };
}

/** What is bound, as types: generated, so a fresh clone has none. Nothing of it belongs in what `npm pack` prints. */
function types(): void {
  const wrangler = join(dirname(require.resolve("wrangler/package.json")), "bin", "wrangler.js");
  const { status } = spawnSync(process.execPath, [wrangler, "types"], {
    cwd: ROOT,
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (status !== 0) throw new Error("the types of what is bound cannot be generated");
}

function compile(): void {
  const tsc = require.resolve("typescript/bin/tsc");
  const { status } = spawnSync(process.execPath, [tsc, "-p", "tsconfig.build.json"], { cwd: ROOT, stdio: "inherit" });
  if (status !== 0) throw new Error("the compiler refuses the source");
}

rmSync(DIST, { recursive: true, force: true });
types();
compile();
for (const path of COPIED) {
  mkdirSync(dirname(join(DIST, path)), { recursive: true });
  cpSync(join(ROOT, path), join(DIST, path), { recursive: true });
}
const isNodeText = (path: string): boolean => !path.endsWith(".ts");
cpSync(join(ROOT, "src/nodes"), join(DIST, "src/nodes"), { recursive: true, filter: isNodeText });
const tree = parse(readFileSync(join(ROOT, ".onextree"), "utf8")) as Tree;
writeFileSync(join(DIST, ".onextree"), stringify(pruned(tree, ["src", "nodes"])));
const { name, version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as Readonly<
  Record<string, string>
>;
// The command reads its version here, and Node that these files are modules.
writeFileSync(join(DIST, "package.json"), `${JSON.stringify({ name, version, type: "module" }, null, 2)}\n`);
