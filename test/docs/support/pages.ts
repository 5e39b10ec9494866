import { readdirSync } from "node:fs";
import { join } from "node:path";
import { PROJECT_ROOT } from "../../support/local-worker/project-root.ts";

/** Texts that show what is not there to be typed: examples of documents, and how their blocks look. */
const NO_PAGES = /^docs\/examples\/(?!README)/;

/** Every page a reader is led to: the two at the top, all of docs, and those beside the built-in nodes. */
export function pages(): readonly string[] {
  const under = (folder: string): readonly string[] =>
    readdirSync(join(PROJECT_ROOT, folder), { recursive: true, encoding: "utf8" }).map((path) => `${folder}/${path}`);
  return ["README.md", "CONTRIBUTING.md", ...under("docs"), ...under("src/nodes")]
    .filter((path) => path.endsWith(".md") && !NO_PAGES.test(path))
    .sort();
}
