import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { beforeAll, describe, expect, it } from "vitest";
import { NO_PYTHON } from "../cli/runner/attempts.ts";
import { PROJECT_ROOT } from "../support/local-worker/project-root.ts";
import { runScript, type ScriptOutcome } from "../support/run-script.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const DEMO = "test/e2e/demo/main.ts";
const NODES = ["document_stats", "hash_verify", "metadata_extract", "metadata_report", "metadata_validate"];

interface Summary {
  readonly built: object;
  readonly documents: readonly Record<string, unknown>[];
  readonly trust: Readonly<Record<string, { before: number; after: number; samples: number }>>;
  readonly work: { readonly report: object; readonly words: unknown; readonly skipped: string | null };
  readonly results: readonly string[];
}

const summaryOf = ({ stdout }: ScriptOutcome): Summary =>
  JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "") as Summary;

/** Whether anything still listens where the demo's server was. */
async function isServerLeft(stdout: string): Promise<boolean> {
  const port = Number(/http:\/\/127\.0\.0\.1:(\d+)/.exec(stdout)?.[1]);
  const socket = connect(port, "127.0.0.1");
  return once(socket, "connect")
    .then(
      () => true,
      () => false,
    )
    .finally(() => socket.destroy());
}

describe("the demo on the shipped documents", () => {
  let outcome: ScriptOutcome;
  let summary: Summary;

  beforeAll(async () => {
    outcome = await runScript(DEMO, ["--json"]);
    summary = summaryOf(outcome);
  });

  it("ends with 0 and leaves no server behind", async () => {
    expect(outcome.stderr).toBe("");
    expect(outcome.code).toBe(0);
    expect(await isServerLeft(outcome.stdout)).toBe(false);
  });

  it("built an active node with a true hash", () => {
    expect(summary.built).toEqual({
      name: "document_stats",
      version: "1.0.0",
      lifecycle: "active",
      hash_verified: true,
    });
  });

  it("reports every document, each by five steps of which at least one was queued", () => {
    const run = {
      run_id: expect.stringMatching(/^r[0-9a-f]{2}_/),
      status: "succeeded",
      steps: 5,
      queued_steps: expect.toSatisfy((n: number) => n >= 1),
    };
    const expected = {
      "tampered_onex.md": "mismatch",
      "unstamped.md": "absent",
      "verified_g1.md": "verified",
      "verified_g2.md": "verified",
      "verified_onex.md": "verified",
    };
    expect(summary.documents).toEqual(
      Object.entries(expected).map(([name, hash]) => ({
        ...run,
        name,
        hash,
        words: expect.toSatisfy((n: number) => n > 10),
      })),
    );
    expect(new Set(summary.documents.map(({ run_id }) => run_id)).size).toBe(summary.documents.length);
  });

  it("fetched a page, stored it in D1 and had Python count it, where there is Python", () => {
    const { work } = summary;
    expect(work.report).toEqual({ name: "tide", characters: 98 });
    const counted = [
      { word: "tide", count: 3 },
      { word: "harbour", count: 3 },
      { word: "comes", count: 1 },
    ];
    expect(work.words).toEqual(NO_PYTHON === null ? counted : null);
    if (NO_PYTHON !== null) expect(outcome.stdout).toContain(`Python is skipped: ${NO_PYTHON}`);
  });

  it("moved the trust of every node that took part", () => {
    expect(Object.keys(summary.trust).sort()).toEqual([...NODES, "scaffold"].sort());
    for (const name of NODES) {
      const { before, after, samples } = summary.trust[name]!;
      expect(before).toBe(0.5);
      expect(after).toBeGreaterThan(before);
      expect(after).toBeLessThan(1);
      expect(samples).toBe(summary.documents.length);
    }
    expect(summary.trust["scaffold"]).toMatchObject({ samples: 1 });
  });

  it("lists what lies in the bucket: nodes, the built node's files, archived runs", () => {
    expect(summary.results).toEqual([...summary.results].sort());
    for (const name of [...NODES, "noop", "scaffold"]) {
      expect(summary.results).toContainEqual(
        expect.stringMatching(`^nodes/default/${name}/1\\.0\\.0/[0-9a-f]{64}/node\\.onex\\.yaml$`),
      );
    }
    for (const file of ["README.md", "cases.json", "contract.yaml", "node.js", "node.onex.yaml"]) {
      expect(summary.results).toContainEqual(
        expect.stringMatching(`^scaffold/default/document_stats/1\\.0\\.0/[0-9a-f]{64}/${file}$`),
      );
    }
    expect(summary.results).toContainEqual(expect.stringMatching(/^runs\/.*\.ndjson$/));
  });

  it("tells the story: the plan as a tree, every signal, the tables", () => {
    const { stdout } = outcome;
    expect(stdout).toContain("├─ hash.verdict ← hash_verify@1.0.0");
    const pageSteps = NO_PYTHON === null ? 4 : 3;
    expect(stdout.match(/node\.dispatch/g)).toHaveLength(5 * 5 + 1 + pageSteps);
    expect(stdout.match(/node\.result/g)).toHaveLength(5 * 5 + 1 + pageSteps);
    expect(stdout.match(/graph\.completed {2}succeeded/g)).toHaveLength(5 + 1 + 1);
    expect(stdout).toMatch(/^ {2}verified_g1\.md +G1 +verified +\d+ +\d+ ms +5, 1 queued +succeeded$/m);
    expect(stdout).toMatch(/^ {2}document_stats +0\.500 +0\.\d{3} +5$/m);
  });

  it("ends with what was learned: trust, what it does to the plan, the built node, and no hashed keys", () => {
    const { stdout } = outcome;
    const end = stdout.slice(stdout.indexOf("What was learned: trust"), stdout.lastIndexOf("\n{"));
    const [, now = "", then = ""] = /The same goal costs (\S+) and cost (\S+):/.exec(end) ?? [];
    expect(Number(now)).toBeLessThan(Number(then));
    expect(end).toMatch(/^ {2}document\.stats ← document_stats@1\.0\.0: /m);
    expect(end).toContain("document_stats@1.0.0, built by scaffold@1.0.0, is active; its hash is verified.");
    expect(end).toContain("It gives document.stats,");
    expect(stdout.slice(0, stdout.lastIndexOf("\n{"))).not.toMatch(/\/[0-9a-f]{64}\//);
  });

  it("shows the keys when asked for them", async () => {
    const { code, stdout } = await runScript(DEMO, ["--keys", `${PROJECT_ROOT}/docs/examples/unstamped.md`]);
    expect(code).toBe(0);
    expect(stdout.slice(stdout.indexOf("Written to R2"))).toMatch(/^ {2}scaffold\/default\/document_stats\//m);
  });

  it("prints no colours where there is no terminal", () => {
    expect(outcome.stdout).not.toContain("\u001b");
  });
});

describe("the demo on files that are no documents", () => {
  it("names each with its reason, does the others, and does not end with 0", async () => {
    const folder = await temporaryFolder();
    try {
      const file = async (name: string, content: string | Uint8Array): Promise<string> => {
        const path = join(folder.path, name);
        await writeFile(path, content);
        return path;
      };
      const good = await file("good.md", "# Good\n\nA text of seven words, all counted.\n");
      const refused = {
        [await file("zeros.bin", new Uint8Array(64))]: "is binary, not text",
        [await file("latin1.txt", new Uint8Array([0x63, 0x61, 0x66, 0xe9]))]: "is not text in UTF-8",
        [await file("empty.md", "")]: "is empty",
        [await file("large.md", "x".repeat(1_048_577))]: "is too large: 1048577 bytes, and 1048576 (1 MiB) is the most",
        [join(folder.path, "missing.md")]: "does not exist",
        [folder.path]: "is a folder",
      };
      // Fits in a file, but not in an envelope with all around it.
      const snug = await file("snug.md", "x".repeat(1_048_570));
      const outcome = await runScript(DEMO, [...Object.keys(refused), snug, good, "--json"]);
      expect(outcome.code).toBe(1);
      for (const [path, reason] of Object.entries(refused))
        expect(outcome.stdout.split("\n")).toContain(`${path} ${reason}`);
      expect(outcome.stderr).toBe("");
      expect(outcome.stdout).toContain("snug.md: PAYLOAD_TOO_LARGE");
      expect(outcome.stdout).toContain("1 of 8 documents done");
      expect(summaryOf(outcome).documents).toMatchObject([
        { name: "snug.md", run_id: null, status: "refused" },
        { name: "good.md", status: "succeeded", hash: "absent" },
      ]);
    } finally {
      await folder.remove();
    }
  });

  it("does not start anything for nothing", async () => {
    const { code, stderr, stdout } = await runScript(DEMO, ["/does/not/exist.md"]);
    expect(code).toBe(1);
    expect(stderr).toContain("there is no document to work on");
    expect(stdout).not.toContain("http://");
  });
});

describe("the demo when it is ended half-way", () => {
  it.each(["SIGINT", "SIGTERM"] as const)("takes its server with it on %s", async (signal) => {
    const child = spawn(process.execPath, [DEMO], { cwd: PROJECT_ROOT, stdio: ["ignore", "pipe", "inherit"] });
    const exited = once(child, "exit");
    const heard = once(createInterface({ input: child.stdout }), "line") as Promise<[string]>;
    const [line] = await Promise.race([
      heard,
      exited.then(() => Promise.reject(new Error("it ended before it began"))),
    ]);
    expect(await isServerLeft(line)).toBe(true);
    child.kill(signal);
    expect((await exited)[0]).not.toBe(0);
    expect(await isServerLeft(line)).toBe(false);
  });
});
