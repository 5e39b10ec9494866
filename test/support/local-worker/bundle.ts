import { basename } from "node:path";
import { build } from "esbuild";
import { PROJECT_ROOT } from "./project-root.ts";

/** A Worker's modules, the entry first, as Miniflare takes them. Nothing is written to disk. */
export interface Bundle {
  readonly modules: readonly BundleModule[];
}

export type BundleModule =
  | { readonly type: "ESModule"; readonly path: string; readonly contents: string }
  | { readonly type: "CompiledWasm"; readonly path: string; readonly contents: Uint8Array };

const built = new Map<string, Promise<Bundle>>();

/** Bundles a Worker from its entry file, relative to the project's root; once a process. */
export function buildWorker(entry = "workers/index.ts"): Promise<Bundle> {
  const bundle = built.get(entry) ?? bundled(entry);
  built.set(entry, bundle);
  return bundle;
}

async function bundled(entry: string): Promise<Bundle> {
  const { outputFiles } = await build({
    absWorkingDir: PROJECT_ROOT,
    entryPoints: [entry],
    // Names the outputs only: `write` is off.
    outdir: "dist/local-worker",
    write: false,
    bundle: true,
    format: "esm",
    target: "es2024",
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*", "node:*"],
    loader: { ".wasm": "copy" },
    logLevel: "silent",
  });
  const modules = outputFiles.map((file): BundleModule => {
    const path = basename(file.path);
    return path.endsWith(".wasm")
      ? { type: "CompiledWasm", path, contents: file.contents }
      : { type: "ESModule", path, contents: file.text };
  });
  return { modules: modules.sort((a, b) => Number(b.type === "ESModule") - Number(a.type === "ESModule")) };
}
