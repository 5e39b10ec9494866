import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunView } from "../../../contracts/api/run.ts";
import { pureNode } from "../../support/engines.ts";
import { testFolder } from "../support/folder.ts";
import { onex } from "../support/onex.ts";
import { testServer, type TestServer } from "../support/test-server.ts";

const node = (name: string, from: string, to: string) => pureNode(name, from, to, (text) => `${name}(${text})`);
const GOAL = JSON.stringify({ want: ["text.c"], given: { "text.a": "x" } });

let server: TestServer;

beforeAll(async () => {
  server = await testServer([node("one", "text.a", "text.b"), node("two", "text.b", "text.c")]);
});
afterAll(() => server.close());

const view = async (id: string): Promise<RunView> =>
  (await onex(["runs", "show", id, "--json"], { env: server.env })).json<RunView>();

describe("onex run --tag", () => {
  it("gives the run tags, besides those of its envelope", async () => {
    const tagged = async (file: object, ...args: string[]) => {
      const sent = await onex(["run", "-", "--detach", ...args], { env: server.env, stdin: JSON.stringify(file) });
      return (await view(sent.stdout.trim())).tags;
    };
    const envelope = { operation: "goal.run", payload: JSON.parse(GOAL) as object };
    expect(await tagged(envelope, "--tag", "nightly", "team=a")).toEqual(["nightly", "team=a"]);
    const own = (tags: unknown) => ({ ...envelope, metadata: { tags } });
    expect(await tagged(own(["b", "a"]), "--tag", "a", "c")).toEqual(["b", "a", "c"]);
    expect(await tagged(own({ team: "b" }), "--tag", "c")).toEqual(["team=b", "c"]);
    const wrong = await onex(["run", "-", "--tag", ""], { env: server.env, stdin: GOAL });
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining("empty") });
  });
});

describe("onex run --out", () => {
  it("writes a local run to a file that a server takes in", async () => {
    const folder = testFolder({
      "goal.json": JSON.stringify({ want: ["metadata.report"], given: { "document.text": "# A" } }),
    });
    const local = (...args: string[]) => onex(["run", "goal.json", "--local", ...args], { cwd: folder.path });
    expect(await local("--out", "run.json", "--tag", "kept")).toMatchObject({ code: 0, stderr: "wrote run.json\n" });
    // The server's clock stands still in the past, and it takes in no run of the future.
    server.world.clock.set(Date.now());
    const taken = await onex(["runs", "import", "run.json", "--json"], { cwd: folder.path, env: server.env });
    expect(taken).toMatchObject({ code: 0 });
    const { run_id: id } = taken.json<{ run_id: string }>();
    expect(await view(id)).toMatchObject({ status: "succeeded", tags: ["kept"] });
    expect(await onex(["runs", "replay", "run.json", "--local"], { cwd: folder.path })).toMatchObject({ code: 0 });
    expect(await local("--out", "run.json")).toMatchObject({ code: 2, stderr: expect.stringContaining("exists") });
    expect(await local("--with-nodes")).toMatchObject({ code: 2 });
  });
});

describe("onex runs rerun --set", () => {
  const started = async () => {
    const sent = await onex(["run", "-", "--detach"], { env: server.env, stdin: GOAL });
    return sent.stdout.trim();
  };

  it("runs on with another value in between, from a text or a file", async () => {
    const folder = testFolder({ "b.txt": "from a file" });
    const id = await started();
    const again = (...args: string[]) =>
      onex(["runs", "rerun", id, "--json", ...args], { env: server.env, cwd: folder.path });
    const told = (await again("--set", "one.text.b=told")).json<{ outputs: object; batch_id: string }>();
    expect(told.outputs).toEqual({ "text.c": "two(told)" });
    const { steps } = await view(told.batch_id);
    expect(steps.map(({ id: step, attempts, set }) => [step, attempts.length, set])).toEqual([
      ["one", 0, ["text.b"]],
      ["two", 1, undefined],
    ]);
    expect((await again("--set", "one.text.b=@b.txt")).json<object>()).toMatchObject({
      outputs: { "text.c": "two(from a file)" },
    });
    expect(await again("--set", "one.text.b=7")).toMatchObject({
      code: 1,
      stdout: expect.stringContaining("OUTPUT_STATE_INVALID"),
    });
    for (const odd of ["nothing", "one=1", ".text.b=1", "one.=1", "one.text.b"])
      expect(await again("--set", odd), odd).toMatchObject({ code: 2 });
  });
});
