import { tmpdir } from "node:os";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { curse, CURSED, type Curse } from "../../support/cursed.ts";
import { effectNode } from "../../support/engines.ts";
import { onex, type Outcome } from "../support/test-shell.ts";
import { testServer, type TestServer } from "../support/test-server.ts";

const TWICE = effectNode("twice", "text.in", "text.twice", (text) => `${text} ${text}`);
const cwd = tmpdir();

let server: TestServer;
let spell: Curse;
let id: string;

const runs = (...args: string[]): Promise<Outcome> => onex(["runs", ...args], { cwd, env: server.env });
const jsonOf = ({ stdout }: Outcome): unknown => JSON.parse(stdout);
const begin = async (tags: readonly string[]): Promise<string> => {
  const sent = await server.world.send(
    "goal.run",
    { want: ["text.twice"], given: { "text.in": "hey" } },
    { metadata: { tags } },
  );
  if (!sent.ok) throw new Error(sent.error.message);
  await server.world.settle(60_000);
  return sent.value.runId;
};

beforeAll(async () => {
  spell = curse();
  server = await testServer([TWICE], spell.ports);
});
afterAll(() => server.close());
beforeEach(async () => {
  spell.isMended = false;
  id = await begin([CURSED]);
});

describe("a run in quarantine", () => {
  it("is in the list of runs, and in a list of its own, until it is ended", async () => {
    const good = await begin([]);
    const row = new RegExp(`^${id} +quarantined +2023-\\S+ +goal.run +RUN_UNDECIDABLE: `, "m");
    const all = await runs("list");
    expect(all).toMatchObject({ code: 0, stdout: expect.stringMatching(row) as string });
    expect(all.stdout).toContain(good);
    expect(jsonOf(await runs("list", "--json"))).toMatchObject({ quarantined: [{ run_id: id }] });
    for (const args of [["quarantined"], ["list", "--status", "quarantined"]]) {
      expect((await runs(...args)).stdout).toMatch(row);
      expect(jsonOf(await runs(...args, "--json"))).toMatchObject({ runs: [{ run_id: id }], more: false });
    }
    expect((await runs("list", "--tag", "nothing")).stdout).toBe("no run was found\n");
    const ended = await runs("end", id, "--reason", "given up");
    expect(ended).toMatchObject({ code: 0, stdout: `run ${id} has failed\n` });
    expect((await runs("quarantined")).stdout).toBe("no run is in quarantine\n");
    expect((await runs("list", "--status", "quarantined")).stdout).toBe("no run was found\n");
    expect((await runs("show", id)).stdout).toContain("given up");
  });

  it("is printed as it is stored", async () => {
    expect(jsonOf(await runs("raw", id))).toMatchObject({ run_id: id, parts: [{ part: "r" }] });
    await runs("end", id);
  });

  it("goes on when it can, and says why not until then", async () => {
    const refused = await runs("retry", id);
    expect(refused.code).toBe(1);
    expect(refused.stdout).toMatch(new RegExp(`^run ${id} stays in quarantine: RUN_UNDECIDABLE: `));
    expect(jsonOf(await runs("retry", id, "--json"))).toMatchObject({ released: false });
    spell.isMended = true;
    expect(await runs("retry", id)).toMatchObject({ code: 0, stdout: `run ${id} goes on: running\n` });
    expect(jsonOf(await runs("show", id, "--json"))).toMatchObject({ status: "succeeded" });
  });

  it("that is none is refused by each", async () => {
    const none = "r00_01J00000000000000000000000";
    for (const args of [
      ["raw", none],
      ["retry", none],
      ["end", none],
    ])
      expect(await runs(...args)).toMatchObject({
        code: 1,
        stderr: expect.stringContaining("RUN_NOT_FOUND") as string,
      });
    await runs("end", id);
  });

  it("is searched by nothing else", async () => {
    expect(await runs("list", "--status", "quarantined", "--tag", "t")).toMatchObject({ code: 2 });
    await runs("end", id);
  });
});
