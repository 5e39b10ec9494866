import { tmpdir } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ExecuteMessage } from "../../../src/core/messages/ring-messages.ts";
import { effectNode } from "../../support/engines.ts";
import { onex, type Outcome } from "../support/test-shell.ts";
import { testServer, type TestServer } from "../support/test-server.ts";

const TWICE = effectNode("twice", "text.in", "text.twice", (text) => `${text} ${text}`);
const GOAL = '{"want":["text.twice"],"given":{"text.in":"hey"}}';
const cwd = tmpdir();

let server: TestServer;
/** The run of the dead work items. */
let run: string;

const dlq = (...args: string[]): Promise<Outcome> => onex(["dlq", ...args], { cwd, env: server.env });
const jsonOf = ({ stdout }: Outcome): unknown => JSON.parse(stdout);
const idsOf = async (...args: string[]): Promise<readonly string[]> => {
  const list = jsonOf(await dlq("list", "--json", ...args)) as {
    readonly dead_letters: readonly { readonly id: string }[];
  };
  return list.dead_letters.map(({ id }) => id);
};

/** A work item of the run under a lease that is long over. */
const work = (segment: string): ExecuteMessage => ({
  type: "work",
  version: 1,
  work: {
    runId: run,
    tenant: "default",
    correlationId: "6f1a2c34-5b6d-4e7f-8a9b-0c1d2e3f4a5b",
    segment,
    token: `${segment}.9`,
    epoch: 9,
    expiresAt: 0,
    steps: [],
    values: {},
  },
});

beforeAll(async () => {
  server = await testServer([TWICE]);
  const sent = await onex(["run", "-", "--detach"], { cwd, env: server.env, stdin: GOAL });
  run = sent.stdout.trim();
  const { bus } = server.world.engine.ports;
  bus.deadExecute.send([work("s0"), work("s1")]);
  bus.execute.send([{ type: "gibberish" } as never]);
});
afterAll(() => server.close());

describe("onex dlq", () => {
  it("lists what nobody could process, newest first", async () => {
    const { code, stdout } = await dlq("list", "--run", run);
    expect(code).toBe(0);
    expect(stdout.trim().split("\n")).toHaveLength(2);
    expect(stdout).toMatch(new RegExp(`^\\S+ +open +2023-\\S+ +execute +consumer_error +${run} +the queue gave up`));
    expect(await idsOf()).toHaveLength(3);
    expect(await idsOf("--limit", "1")).toHaveLength(1);
    expect((await dlq("list", "--limit", "1")).stdout).toContain("there are more");
    expect((await dlq("list", "--status", "resolved", "--queue", "execute")).stdout).toBe("no dead letter was found\n");
    expect(await dlq("list", "--from", "yesterday")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("INVALID_PARAMETER"),
    });
  });

  it("shows one: why, whose, and whether anything waits for it", async () => {
    const [id = ""] = await idsOf("--run", run);
    const { stdout } = await dlq("show", id);
    expect(stdout).toMatch(new RegExp(`^dead letter +${id}\n`));
    expect(stdout).toMatch(new RegExp(`\nrun +${run}, succeeded\n[^]*\nnow +ended: `));
    expect(jsonOf(await dlq("show", id, "--json"))).toMatchObject({ id, standing: { kind: "ended" } });
    expect(jsonOf(await dlq("show", id, "--payload"))).toMatchObject({ type: "work", work: { runId: run } });
    expect(await dlq("show", "nobody")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("DEAD_LETTER_NOT_FOUND"),
    });
  });

  it("sends one again and says what came of it", async () => {
    const [id = ""] = await idsOf("--run", run);
    const { code, stdout } = await dlq("redrive", id);
    expect([code, stdout]).toEqual([0, expect.stringMatching(new RegExp(`^${id}  ended  .+\n1 ended\n$`))]);
    expect(jsonOf(await dlq("redrive", "nobody", "--json"))).toMatchObject({ counts: { unknown: 1 } });
    expect((await dlq("redrive", "nobody")).code).toBe(1);
  });

  it("sends all again, those that can never be sent named", async () => {
    const { code, stdout } = await dlq("redrive", "--all");
    expect(code).toBe(1);
    expect(stdout).toMatch(/ {2}refused {2}/);
    expect((await dlq("redrive", "--run", run, "--status", "open")).stdout).toBe("no dead letter was found\n");
  });

  it.each([[[]], [["x", "--all"]], [["--all", "--queue", "execute"]]])(
    "redrive %j says too little or too much",
    async (args) => {
      expect(await dlq("redrive", ...args)).toMatchObject({ code: 2, stdout: "" });
    },
  );

  it("every subcommand's help has an example", async () => {
    for (const name of ["list", "show", "redrive"]) {
      expect((await dlq(name, "--help")).stdout).toMatch(/\nExamples:\n {2}# .+\n {2}onex dlq /);
    }
  });
});
