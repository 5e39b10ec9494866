import { describe, expect, it } from "vitest";
import { gitRepository, nodeFiles, stampedText, testFolder } from "../support/folder.ts";
import { onex, type OnexOutcome } from "../support/onex.ts";
import { expectShown, expectShownInColour, HOSTILE, HOSTILE_NAME } from "./hostile-text.ts";

/** A folder in which every name and every text is hostile. */
const hostileFolder = () =>
  testFolder({
    ...nodeFiles("tide"),
    [`${HOSTILE_NAME}/edited.md`]: `${stampedText("edited.md", "# A\n", { description: HOSTILE })}x`,
    [`${HOSTILE_NAME}/plain.md`]: "# B\n",
    [`${HOSTILE_NAME}/node.onex.yaml`]: `name: ${JSON.stringify(HOSTILE)}\nlifecycle: ${JSON.stringify(HOSTILE)}\nuuid: x\n`,
    [`${HOSTILE_NAME}/contract.yaml`]: `contract_name: ${JSON.stringify(HOSTILE)}\n`,
    [`${HOSTILE_NAME}.md`]: `<!-- === ONEX:Metadata ===\n${HOSTILE.replaceAll("\n", " ")}: [\n=== /ONEX:Metadata === -->\n`,
    [`${HOSTILE_NAME}.schema.json`]: JSON.stringify({ title: HOSTILE, type: "object", description: HOSTILE }),
    "odd.schema.json": `{"title": "${HOSTILE}`,
    "bad.yaml": `want: [${HOSTILE.replaceAll("\n", " ")}\n${HOSTILE}: "${HOSTILE}`,
    "bad.json": `{"want": ["${HOSTILE}`,
    "goal.json": JSON.stringify({ want: [HOSTILE], given: { [HOSTILE]: HOSTILE } }),
    "policy.json": JSON.stringify({ max_cost: HOSTILE, [HOSTILE]: 1 }),
    "graph.json": JSON.stringify({
      steps: [
        { id: HOSTILE, node: "hash_verify", version: HOSTILE, after: [HOSTILE] },
        { id: "b", node: HOSTILE, when: { [HOSTILE]: { eq: HOSTILE } }, inputs: { [HOSTILE]: HOSTILE } },
      ],
    }),
    "gated.json": JSON.stringify({
      steps: [
        { id: `a${HOSTILE}`, node: "noop" },
        { id: "b", node: "noop", after: [`a${HOSTILE}`] },
      ],
    }),
    "pinned.json": JSON.stringify({ node: "noop", version: HOSTILE.slice(0, 60), input: { [HOSTILE]: HOSTILE } }),
    "gates.json": JSON.stringify({
      steps: [
        { id: "a", node: "hash_verify" },
        {
          id: "b",
          node: "noop",
          version: HOSTILE.slice(0, 60),
          when: { all: [{ value: "a.hash.verdict", op: HOSTILE, than: HOSTILE }, { value: HOSTILE }] },
        },
      ],
      given: { "document.text": HOSTILE },
      want: [HOSTILE],
    }),
    "chosen.json": JSON.stringify({
      steps: [
        { id: "a", node: "hash_verify" },
        {
          id: "b",
          node: "metadata_extract",
          when: { value: "a.hash.verdict", path: "/verdict", op: "eq", than: HOSTILE },
        },
        { id: "c", node: "metadata_extract", when: { value: "a.hash.verdict", op: "ne", than: HOSTILE } },
      ],
      given: { "document.text": HOSTILE },
    }),
    "snapshot.json": JSON.stringify({ format: HOSTILE, run: HOSTILE }),
    "spec.yaml": `name: tide\ndescription: ${JSON.stringify(HOSTILE)}\noutput_contract: {${JSON.stringify(HOSTILE)}: {}}\n`,
    "broken.js": `return ${HOSTILE};`,
  });

const COMMANDS: readonly (readonly string[])[] = [
  ["validate", ".", "--verbose", "--profile", "both", "--fail-on", "absent"],
  ["validate", `${HOSTILE_NAME}nowhere`],
  ["stamp", "."],
  ["stamp", ".", "--all"],
  ["stamp", `${HOSTILE_NAME}.md`],
  ["stamp", "tide", "--set", `${HOSTILE}=1`],
  ["crawl", ".", "--strict-structure"],
  ["tree", "generate", "."],
  ["tree", "generate", HOSTILE_NAME],
  ["tree", "check", "."],
  ["schema", "format", "."],
  ["schema", "format", `${HOSTILE_NAME}.schema.json`],
  ["schema", "docs", `${HOSTILE_NAME}.schema.json`, "--out", HOSTILE_NAME],
  ["schema", "show", HOSTILE],
  ["lifecycle", HOSTILE_NAME, "--to", "active"],
  ["lifecycle", "tide", "--to", HOSTILE],
  ["plan", "bad.yaml"],
  ["plan", "bad.json"],
  ["plan", "goal.json"],
  ["plan", "graph.json"],
  ["plan", "gated.json"],
  ["plan", "gated.json", "--format", "mermaid"],
  ["plan", "gated.json", "--format", "dot"],
  ["plan", "goal.json", "--policy", "policy.json"],
  ["plan", "goal.json", "--nodes", HOSTILE_NAME],
  ["plan", HOSTILE],
  ["run", "bad.yaml", "--local"],
  ["run", "bad.json", "--local"],
  ["run", "goal.json", "--local"],
  ["run", "graph.json", "--local"],
  ["run", "gated.json", "--local", "--watch"],
  ["plan", "pinned.json"],
  ["plan", "gates.json"],
  ["plan", "chosen.json"],
  ["run", "pinned.json", "--local"],
  ["run", "gates.json", "--local"],
  ["run", "chosen.json", "--local", "--watch"],
  ["run", "snapshot.json", "--local"],
  ["run", "goal.json", "--local", "--input", `${HOSTILE}=1`],
  ["runs", "replay", "snapshot.json", "--local"],
  ["generate", "node", "tide2", "--spec", "spec.yaml", "--dry-run"],
  ["generate", "node", HOSTILE, "--dry-run"],
  ["generate", "node", "tide3", "--code", "broken.js", "--dir", HOSTILE_NAME],
  ["generate", "node", "tide4", "--dir", HOSTILE_NAME],
  ["log", "new", "--dir", HOSTILE_NAME, "--owner", HOSTILE],
  ["log", "add", HOSTILE, "--dir", HOSTILE_NAME, "--author", HOSTILE, "--run", HOSTILE, "--issue", HOSTILE],
  ["log", "add", "x", "--tag", HOSTILE],
  ["log", "search", "--dir", HOSTILE_NAME],
  ["log", "archive", "--dir", HOSTILE_NAME, "--quarter", HOSTILE],
  [HOSTILE],
  ["validate", `--${HOSTILE}`],
  ["run", "goal.json", "--timeout", HOSTILE],
];

/** Every text in a JSON value. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

const shownOf = ({ stdout, stderr }: OnexOutcome): string => stdout + stderr;

describe("no command passes on what a file or an argument would do to a terminal", () => {
  it.each(COMMANDS.map((args) => [JSON.stringify(args), args] as const))("%s", async (_, args) => {
    const folder = hostileFolder();
    if (args[0] === "log" && args[1] !== "new") await onex(["log", "new", "--dir", HOSTILE_NAME], { cwd: folder.path });
    if (args[0] === "log" && args[1] === "search") {
      const words = ["--author", HOSTILE, "--run", HOSTILE, "--dir", HOSTILE_NAME];
      await onex(["log", "add", "\u001b[31mline\u009b2J", ...words], { cwd: folder.path });
    }
    const plain = await onex(args, { cwd: folder.path });
    expect(shownOf(plain)).not.toBe("");
    expect(plain.stderr).not.toContain("a mistake of the command itself");
    expectShown(shownOf(plain));
  });

  it.each(COMMANDS.map((args) => [JSON.stringify(args), args] as const))("in colour: %s", async (_, args) => {
    const folder = hostileFolder();
    expectShownInColour(shownOf(await onex(args, { cwd: folder.path, terminal: true })));
  });

  it("nor as JSON, which says the same to a program", async () => {
    const folder = hostileFolder();
    for (const args of [
      ["validate", "."],
      ["stamp", ".", "--check"],
      ["crawl", "."],
      ["plan", HOSTILE_NAME],
    ]) {
      const told = await onex([...args, "--json"], { cwd: folder.path });
      expectShown(told.stdout);
      expect(textsIn(JSON.parse(told.stdout)).some((text) => text.includes(HOSTILE_NAME))).toBe(true);
    }
  });

  it("nor does the hook", async () => {
    const folder = hostileFolder();
    const git = gitRepository(folder);
    git("add", "--all");
    const outcome = await onex(["hooks", "run"], { cwd: folder.path });
    expect(outcome.stderr).toContain("\\u001b[31m");
    expectShown(shownOf(outcome));
    for (const args of [
      ["hooks", "install"],
      ["hooks", "uninstall"],
    ])
      expectShown(shownOf(await onex(args, { cwd: folder.path })));
  });
});
