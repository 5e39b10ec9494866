import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { effectNode, pureNode } from "../../support/engines.ts";
import { waitNode } from "../../support/wait-node.ts";
import { onex, type Outcome } from "../support/test-shell.ts";
import { testServer, type TestServer } from "../support/test-server.ts";

const SHOUT = pureNode("shout", "text.in", "text.loud", (text) => text.toUpperCase());
const TWICE = effectNode("twice", "text.loud", "text.twice", (text) => `${text} ${text}`);
const NODES = [SHOUT, TWICE, waitNode("event"), waitNode("approval")];
const GRAPH = {
  steps: [
    { id: "paid", node: "wait_event" },
    { id: "sign", node: "wait_approval", after: ["paid"] },
    { id: "shout", node: "shout", after: ["sign"] },
  ],
  given: { "text.in": "hey" },
};

const cwd = mkdtempSync(join(tmpdir(), "onex-runs-"));
let server: TestServer;
let env: Readonly<Record<string, string>>;
/** A run that waits for the event `paid`. */
let id: string;

const runs = (...args: string[]): Promise<Outcome> => onex(["runs", ...args], { cwd, env });
const jsonOf = ({ stdout }: Outcome): unknown => JSON.parse(stdout);

beforeAll(async () => {
  server = await testServer(NODES);
  env = { ...server.env, ONEX_AUTHOR: "ann" };
  writeFileSync(join(cwd, "graph.json"), JSON.stringify(GRAPH));
});
afterAll(async () => {
  await server.close();
  rmSync(cwd, { recursive: true });
});
beforeEach(async () => {
  id = (await onex(["run", "graph.json", "--detach"], { cwd, env })).stdout.trim();
});

/** Brings the run to its end. */
async function end(): Promise<void> {
  await runs("event", id, "paid", "42");
  await runs("approve", id, "sign");
}

describe("onex runs show", () => {
  it("shows every step of a run as it stands", async () => {
    const { code, stdout } = await runs("show", id);
    expect(code).toBe(0);
    expect(stdout.split("\n").map((line) => line.replaceAll(/ +/g, " ").trim())).toEqual([
      `run ${id}`,
      "status waiting",
      "operation graph.run",
      "want wait.payload, wait.approval, text.loud",
      expect.stringMatching(/^began 2023-11-14T/),
      "",
      expect.stringMatching(/^paid wait_event@1\.0\.0 waiting/),
      "sign wait_approval@1.0.0 pending",
      "shout shout@1.0.0 pending",
      "",
    ]);
  });

  it("shows an ended run's outputs, and its result when asked for that", async () => {
    await end();
    expect((await runs("show", id)).stdout).toMatch(/status {5}succeeded\n[^]*\ntext\.loud: HEY\n/);
    expect((await runs("show", id, "--result")).stdout).toMatch(/^run r\w+ succeeded in/);
    expect(jsonOf(await runs("show", id, "--json"))).toMatchObject({ run_id: id, plan: { steps: expect.any(Array) } });
    expect(jsonOf(await runs("show", id, "--result", "--json"))).toMatchObject({ batch_id: id });
    const { stdout } = await runs("show", id, "--watch");
    expect(stdout).toMatch(/shout {2,}shout@1\.0\.0 {2,}succeeded[^]*run succeeded\n[^]*text\.loud: HEY\n/);
  });

  it("asked for the result of a run that goes on, says so at once", async () => {
    expect(await runs("show", id, "--result")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("RUN_NOT_FINISHED"),
    });
  });

  it("shows why a run failed, and ends as it did when it is the result that was asked for", async () => {
    await runs("cancel", id, "--reason", "withdrawn");
    expect(await runs("show", id)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("RUN_CANCELLED: withdrawn"),
    });
    expect(await runs("show", id, "--result")).toMatchObject({ code: 1, stdout: expect.stringContaining("cancelled") });
  });
});

describe("steering", () => {
  it("pauses, resumes and cancels; what is so already is fine", async () => {
    expect(await runs("pause", id)).toEqual({ code: 0, stdout: `run ${id} is paused\n`, stderr: "" });
    expect(jsonOf(await runs("resume", id, "--json"))).toEqual({ run_id: id, status: "waiting" });
    expect((await runs("resume", id)).code).toBe(0);
    expect((await runs("cancel", id)).stdout).toBe(`run ${id} is cancelled\n`);
    expect((await runs("cancel", id)).code).toBe(0);
    expect(await runs("pause", id)).toMatchObject({ code: 1, stderr: expect.stringContaining("INVALID_STATE") });
  });

  it("takes an event that nobody waits for, and says so", async () => {
    const note = "note: no step waits for the event 'payd'; waited for: paid\n";
    expect(await runs("event", id, "payd")).toEqual({ code: 0, stdout: `run ${id} is waiting\n`, stderr: note });
    const json = await runs("event", id, "payd", "--json");
    expect([jsonOf(json), json.stderr]).toEqual([
      { run_id: id, status: "waiting", heard_by: [], awaited: ["paid"] },
      note,
    ]);
    expect(await runs("event", id, "paid")).toMatchObject({ code: 0, stderr: "" });
    expect((await runs("event", id, "more")).stderr).toContain("no step waits for any event");
  });

  it("sends events and decides, in the author's name", async () => {
    await runs("event", id, "paid", '{"amount": 42}');
    expect((await runs("approve", id, "sign", "--comment", "go")).code).toBe(0);
    expect(jsonOf(await runs("show", id, "--json"))).toMatchObject({
      status: "succeeded",
      outputs: { "wait.payload": { amount: 42 }, "wait.approval": { approved: true, by: "ann", comment: "go" } },
    });
    expect(await runs("reject", id, "sign")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("INVALID_STATE"),
    });
  });

  it("a rejection fails the run", async () => {
    await runs("event", id, "paid");
    expect((await runs("reject", id, "sign", "--by", "bob")).stdout).toBe(`run ${id} has failed\n`);
    expect(jsonOf(await runs("show", id, "--json"))).toMatchObject({
      status: "failed",
      error: { code: "APPROVAL_REJECTED", details: { by: "bob" } },
    });
  });

  it.each(["cancel", "pause", "resume", "show", "replay", "export", "rerun"])(
    "%s of a run nobody knows",
    async (verb) => {
      for (const unknown of ["r00_00000000000000000000000000", "nope", "../../health"]) {
        expect(await runs(verb, unknown)).toMatchObject({
          code: 1,
          stdout: "",
          stderr: expect.stringContaining("RUN_NOT_FOUND"),
        });
      }
    },
  );
});

describe("repeating", () => {
  it("runs an ended run again, wholly or from a step, with other values", async () => {
    await end();
    const from = await runs("rerun", id, "--from", "shout", "--input", "text.in=you", "--watch");
    expect(from.code).toBe(0);
    expect(from.stdout).toMatch(/^[^]*shout[^]*run succeeded\n[^]*text\.loud: YOU\n/);
    expect(from.stdout).not.toContain("wait_event");
    const detached = await runs("rerun", id, "--detach", "--json");
    expect(jsonOf(detached)).toEqual({ run_id: expect.stringMatching(/^r/) });
    const alone = await runs("rerun", id, "--from", "paid", "--no-downstream", "--detach");
    expect(jsonOf(await runs("show", alone.stdout.trim(), "--json"))).toMatchObject({
      status: "waiting",
      steps: [{ status: "waiting" }, { status: "succeeded" }, { status: "succeeded" }],
    });
  });

  it("runs it again with other versions, a changed plan or another one", async () => {
    await end();
    const from = ["--from", "shout"];
    const version = await runs("rerun", id, ...from, "--set-version", "shout=^1.0.0", "--json");
    expect(jsonOf(version)).toMatchObject({ run_status: "succeeded", outputs: { "text.loud": "HEY" } });
    const insert = { op: "insert", step: { id: "twice", node: "twice", inputs: { "text.loud": "shout.text.loud" } } };
    const mutations = [insert, { op: "result", name: "text.twice", from: "twice.text.twice" }];
    writeFileSync(join(cwd, "changes.yaml"), JSON.stringify(mutations));
    const mutated = await runs("rerun", id, "--from", "twice", "--mutate", "changes.yaml", "--json");
    expect(jsonOf(mutated)).toMatchObject({ run_status: "succeeded", outputs: { "text.twice": "HEY HEY" } });
    const { run_id: again } = jsonOf(await runs("rerun", id, ...from, "--detach", "--json")) as { run_id: string };
    writeFileSync(join(cwd, "page.json"), (await runs("show", again, "--json")).stdout);
    expect((await runs("rerun", id, ...from, "--plan", "page.json")).code).toBe(0);
    writeFileSync(join(cwd, "other.json"), JSON.stringify({ steps: [{ id: "a", node: "shout" }] }));
    expect((await runs("rerun", id, "--plan", "other.json")).stdout).toContain("text.loud: HEY");
  });

  it("says where a change of the plan is wrong", async () => {
    await end();
    writeFileSync(join(cwd, "wrong.json"), JSON.stringify([{ op: "remove", step: "nobody" }]));
    const refused = await runs("rerun", id, "--mutate", "wrong.json");
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/PLAN_INVALID_MUTATION: there is no step nobody \(\$\.mutations\[0\]\)/),
    });
    expect((await runs("rerun", id, "--set-version", "shout")).stderr).toContain("shout gives no version");
    writeFileSync(join(cwd, "wrong.json"), "{}");
    expect((await runs("rerun", id, "--mutate", "wrong.json")).stderr).toContain("is no list of mutations");
    expect((await runs("rerun", id, "--plan", "wrong.json")).stderr).toContain("is neither a plan nor a graph");
  });

  it("refuses to run again what goes on, or from a step nobody knows", async () => {
    expect(await runs("rerun", id)).toMatchObject({ code: 1, stderr: expect.stringContaining("INVALID_STATE") });
    await end();
    const { code, stderr } = await runs("rerun", id, "--from", "nobody");
    expect([code, stderr]).toEqual([1, expect.stringContaining("its steps are paid, sign, shout")]);
  });

  it("replays, and says which steps match", async () => {
    await end();
    const { code, stdout } = await runs("replay", id);
    expect([code, stdout.split("\n")[0]]).toEqual([
      0,
      `run ${id} is identical: 1 match, 0 differ, 0 gone, 2 not repeated`,
    ]);
    expect(jsonOf(await runs("replay", id, "--json"))).toMatchObject({ identical: true });
  });
});

describe("moving", () => {
  it("exports to a file once, takes it in, replays it here", async () => {
    await end();
    expect(await runs("export", id, "--out", "run.json")).toEqual({ code: 0, stdout: "", stderr: "wrote run.json\n" });
    expect(await runs("export", id, "--out", "run.json")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("exists"),
    });
    expect((await runs("export", id, "--out", "run.json", "--force")).code).toBe(0);
    const file = readFileSync(join(cwd, "run.json"), "utf8");
    expect(JSON.parse((await runs("export", id)).stdout)).toEqual(JSON.parse(file));
    expect((await runs("import", "run.json")).stdout).toBe(`run ${id} is here; it has succeeded\n`);
    expect((await runs("replay", "run.json")).code).toBe(0);

    const elsewhere = await testServer([waitNode("event"), waitNode("approval")]);
    try {
      const there = (...args: string[]) => onex(["runs", ...args], { cwd, env: elsewhere.env });
      expect(jsonOf(await there("import", "run.json", "--json"))).toEqual({ run_id: id, status: "succeeded" });
      expect(await there("replay", id)).toMatchObject({
        code: 1,
        stdout: expect.stringContaining("shout@1.0.0               gone"),
      });
    } finally {
      await elsewhere.close();
    }
  });

  it("refuses an edited file and what is no exported run", async () => {
    await end();
    const { stdout } = await runs("export", id);
    writeFileSync(join(cwd, "edited.json"), stdout.replace('"HEY"', '"HOY"'));
    for (const args of [
      ["import", "edited.json"],
      ["replay", "edited.json"],
      ["replay", "edited.json", "--local"],
    ]) {
      expect(await runs(...args)).toMatchObject({ code: 1, stderr: expect.stringContaining("METADATA_HASH_MISMATCH") });
    }
    expect(await runs("import", "graph.json")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("no exported run"),
    });
    expect(await runs("replay", id, "--local")).toMatchObject({ code: 2 });
  });
});

describe("searching and deleting", () => {
  it("lists runs newest first, with what they want or why they failed", async () => {
    await runs("cancel", id, "--reason", "withdrawn");
    const { stdout } = await onex(["run", "graph.json", "--detach"], { cwd, env });
    const newer = stdout.trim();
    const { code, stdout: list } = await runs("list", "--limit", "2");
    expect(code).toBe(0);
    expect(list.split("\n").map((line) => line.replaceAll(/ +/g, " "))).toEqual([
      expect.stringMatching(`^${newer} waiting 2023-\\S+ graph.run wait.payload, wait.approval, text.loud$`),
      expect.stringMatching(`^${id} cancelled 2023-\\S+ \\d+ ms graph.run RUN_CANCELLED: withdrawn$`),
      "there are more: --limit all shows them",
      "",
    ]);
  });

  it("by every condition, as JSON", async () => {
    await runs("cancel", id, "--reason", `because of ${id}`);
    const conditions = ["--status", "cancelled", "--node", "shout@1.0.0", "--operation", "graph.run", "--text", id];
    const since = ["--from", "2023-11-14T00:00:00Z", "--to", "2023-12-14T00:00:00Z"];
    const found = await runs("list", ...conditions, ...since, "--limit", "all", "--json");
    expect(jsonOf(found)).toMatchObject({ runs: [{ run_id: id, status: "cancelled" }], more: false });
    expect((await runs("list", ...conditions, "--tag", "none")).stdout).toBe("no run was found\n");
    expect(await runs("list", "--from", "yesterday")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("INVALID_PARAMETER"),
    });
    expect(await runs("list", "--limit", "0")).toMatchObject({ code: 2 });
  });

  it("deletes an ended run for good, and no other", async () => {
    expect(await runs("delete", id)).toMatchObject({ code: 1, stderr: expect.stringContaining("RUN_NOT_FINISHED") });
    await runs("cancel", id);
    expect((await runs("delete", id)).stdout).toBe(`run ${id} is deleted\n`);
    expect(await runs("show", id)).toMatchObject({ code: 1, stderr: expect.stringContaining("RUN_NOT_FOUND") });
  });
});

it("every subcommand's help has an example", async () => {
  const { stdout } = await runs("--help");
  const names = [...stdout.matchAll(/^ {2}(\w+)(?= )/gm)]
    .map(([, name]) => name ?? "")
    .filter((name) => name !== "help");
  expect(names.length).toBe(19);
  for (const name of names)
    expect((await runs(name, "--help")).stdout).toMatch(/\nExamples:\n {2}# .+\n {2}onex runs /);
});
