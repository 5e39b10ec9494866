import { isList, isObject } from "../../../contracts/json/narrow.ts";
import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import type { Result } from "../result.ts";
import { err, ok } from "../result.ts";
import type { MetadataProblem, ProblemCode } from "../metadata/problem.ts";
import { hasErrors, problem } from "../metadata/problem.ts";
import type { Tree, TreeNode } from "./tree.ts";
import { readYaml } from "../metadata/yaml.ts";
import { yamlKey, yamlString } from "../metadata/yaml-text.ts";

/** A tree index that could be read, and what is odd about it. */
export interface TreeReading {
  readonly tree: Tree;
  readonly warnings: readonly MetadataProblem[];
}

const TREE_LIMITS = { maxLength: 4 * 1024 * 1024, maxTokens: 4 * 1024 * 1024, maxDepth: 256 };
const KNOWN = new Set(["name", "type", "children", "metadata", "mtime", "size"]);

/**
 * Reads a `.onextree` or `.tree`, YAML or JSON, in either documented form. Refusals list everything wrong, `field` being
 * the path of the entry at fault.
 */
export function parseTree(text: string): Result<TreeReading, readonly MetadataProblem[]> {
  const yaml = readYaml(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text, TREE_LIMITS);
  if (!yaml.ok) return err([problem("SC001", yaml.error.message, "correct the YAML", { line: yaml.error.line })]);
  const { value } = yaml;
  if (!isObject(value))
    return err([problem("SC002", "a tree index is a mapping", "start with name, type and children")]);
  const found: MetadataProblem[] = [];
  const tree = "nodes" in value && !("type" in value) ? nodesForm(value, found) : directoryForm(value, found);
  return hasErrors(found) || tree === null ? err(found) : ok({ tree, warnings: found });
}

function nodesForm(value: JsonObject, found: MetadataProblem[]): Tree | null {
  const list = value["nodes"];
  if (!isList(list)) {
    found.push(problem("SC004", "nodes must be a list", "list {name, path} entries", { field: "nodes" }));
    return null;
  }
  const nodes = list.flatMap((entry, i) => {
    const name = isObject(entry) ? entry["name"] : undefined;
    const path = isObject(entry) ? entry["path"] : undefined;
    if (typeof name === "string" && typeof path === "string" && name !== "" && path !== "") return [{ name, path }];
    found.push(problem("SC003", "an entry needs name and path", "write {name, path}", { field: `nodes[${i}]` }));
    return [];
  });
  return { form: "nodes", nodes };
}

function directoryForm(value: JsonObject, found: MetadataProblem[]): Tree | null {
  const root = readNode(value, "", found);
  if (root !== null && root.type !== "directory") {
    found.push(problem("SC005", "the root must be a directory", "write type: directory", { field: root.name }));
  }
  return root === null ? null : { form: "directory", root };
}

function readNode(value: JsonValue, parent: string, found: MetadataProblem[]): TreeNode | null {
  const place = (name: string): string => (parent === "" ? name : `${parent}/${name}`);
  const report = (code: ProblemCode, field: string, message: string, hint: string, severity?: "warning"): void => {
    found.push(problem(code, message, hint, severity === undefined ? { field } : { field, severity }));
  };
  if (!isObject(value)) {
    report("SC004", place("?"), "an entry is a mapping", "write name and type");
    return null;
  }
  const { name, type, children } = value;
  if (typeof name !== "string" || name === "") {
    report(name === undefined ? "SC003" : "SC004", place("?"), "an entry needs a name", "add name");
    return null;
  }
  const field = place(name);
  if (parent !== "" && (name.includes("/") || name === ".." || name === ".")) {
    report("SC007", field, "a name is one path segment", "nest directories instead of writing paths");
  }
  for (const key of Object.keys(value))
    if (!KNOWN.has(key)) report("SC010", field, `the field ${key} is not known`, "remove it");
  if (type !== "file" && type !== "directory") {
    const missing = type === undefined;
    report(
      missing ? "SC003" : "SC005",
      field,
      missing ? "an entry needs a type" : "this type does not exist",
      "use file or directory",
    );
  }
  if (type === "file") {
    if (children === null)
      report("SC009", field, "a file has no children, not even null", "remove children", "warning");
    else if (children !== undefined)
      report("SC002", field, "a file must not have children", "make it a directory, or remove children");
    return { name, type, ...details(value, field, report) };
  }
  if (children === undefined || children === null) {
    if (type === "directory")
      report("SC003", field, "a directory needs children", "write children: [] for an empty one");
    return { name, type: "directory", children: [], ...details(value, field, report) };
  }
  if (!isList(children)) {
    report("SC004", field, "children must be a list", "list the entries");
    return { name, type: "directory", children: [] };
  }
  const names = new Set<string>();
  const read = children.flatMap((child) => {
    const node = readNode(child, field, found);
    if (node === null) return [];
    if (names.has(node.name)) report("SC002", `${field}/${node.name}`, "this name is listed twice", "keep one entry");
    names.add(node.name);
    return [node];
  });
  return { name, type: "directory", children: read, ...details(value, field, report) };
}

type Report = (code: ProblemCode, field: string, message: string, hint: string) => void;

function details(value: JsonObject, field: string, report: Report): Pick<TreeNode, "metadata" | "mtime" | "size"> {
  const { metadata, mtime, size } = value;
  const number = (key: "mtime" | "size", given: JsonValue | undefined): Pick<TreeNode, "mtime" | "size"> => {
    if (given === undefined || given === null) return {};
    if (typeof given === "number" && given >= 0) return { [key]: given };
    report("SC004", field, `${key} must be a number of at least 0`, `correct ${key}`);
    return {};
  };
  if (metadata !== undefined && metadata !== null && !isObject(metadata))
    report("SC004", field, "metadata must be a mapping", "correct it");
  return { ...(isObject(metadata) ? { metadata } : {}), ...number("mtime", mtime), ...number("size", size) };
}

/** Writes a tree index: one entry a line, in the order of the tree. Ends with a newline. */
export function emitTree(root: TreeNode): string {
  const lines: string[] = [];
  write(root, "", "", lines);
  return `${lines.join("\n")}\n`;
}

function write(node: TreeNode, first: string, indent: string, lines: string[]): void {
  lines.push(`${first}name: ${yamlString(node.name)}`, `${indent}type: ${node.type}`);
  if (node.mtime !== undefined) lines.push(`${indent}mtime: ${node.mtime}`);
  if (node.size !== undefined) lines.push(`${indent}size: ${node.size}`);
  if (node.metadata !== undefined) {
    lines.push(`${indent}metadata:${Object.keys(node.metadata).length === 0 ? " {}" : ""}`);
    for (const [key, value] of Object.entries(node.metadata))
      lines.push(`${indent}  ${yamlKey(key)}: ${flowText(value)}`);
  }
  if (node.type === "file") return;
  const children = node.children ?? [];
  lines.push(`${indent}children:${children.length === 0 ? " []" : ""}`);
  for (const child of children) write(child, `${indent}- `, `${indent}  `, lines);
}

/** Nested metadata is rare in a tree: JSON is YAML too. */
const flowText = (value: JsonValue): string => (typeof value === "string" ? yamlString(value) : JSON.stringify(value));
