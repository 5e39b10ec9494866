import { readdirSync, statSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { DebugEntry } from "../../src/core/debug-log/entry.ts";
import { gitRepository, testFolder } from "./support/folder.ts";
import { AUTHOR, onex } from "./support/onex.ts";

const RUN = "r00_01J00000000000000000000000";

interface Found {
  readonly entries: readonly DebugEntry[];
  readonly summary: { readonly entries: number };
}

describe("onex log", () => {
  it("begins a week's log with its block, once", async () => {
    const folder = testFolder({ "a.md": "" });
    const git = gitRepository(folder);
    git("add", ".");
    git("commit", "--quiet", "-m", "one");
    git("tag", "v1.2.3");
    const log = (...args: string[]) => onex(["log", ...args], { cwd: folder.path, now: "2026-01-28T10:00:00Z" });
    expect((await log("new")).stdout).toBe("debug-logs/debug_log_2026-W05.md\n");
    const text = folder.read("debug-logs/debug_log_2026-W05.md");
    expect(text).toMatch(
      /^---\nlog_owner: Tide Desk\nweek: '2026-W05'\nrepo_version: v1\.2\.3\ncreated_at: '2026-01-28T10:00:\d\d\.000Z'\ntags: \[\]\n---\n/,
    );
    expect((await log("new", "--owner", "Ada")).code).toBe(1);
    expect(folder.read("debug-logs/debug_log_2026-W05.md")).toBe(text);
  });

  it("adds entries with time and author, from arguments and from standard input", async () => {
    const folder = testFolder();
    const add = (args: readonly string[], stdin = "") =>
      onex(["log", "add", ...args], { cwd: folder.path, stdin, now: "2026-01-28T10:00:00Z" });
    const first = (await add(["Queue", "stalls", "#blocker", "--run", RUN, "--issue", "12", "--json"])).json<{
      entry: DebugEntry;
    }>();
    expect(first.entry).toMatchObject({
      author: AUTHOR,
      status: "open",
      tags: ["blocker"],
      runs: [RUN],
      issues: ["12"],
      text: "Queue stalls #blocker",
    });
    expect(first.entry.at).toMatch(/^2026-01-28T10:00:/);
    expect(
      (await add(["-", "--tag", "infra", "--status", "resolved", "--author", "Ada"], "line one\nline two\n")).code,
    ).toBe(0);
    const { entries } = (await onex(["log", "search", "--json"], { cwd: folder.path })).json<Found>();
    expect(entries.map(({ author, text }) => [author, text])).toEqual([
      [AUTHOR, "Queue stalls #blocker"],
      ["Ada", "line one\nline two"],
    ]);
    expect(folder.read("debug-logs/debug_log_2026-W05.md")).toContain('tags: ["blocker","infra"]');
    expect((await add([" "])).code).toBe(2);
    expect((await add(["x", "--tag", "not a tag"])).code).toBe(2);
  });

  it("finds entries for people and for programs", async () => {
    const folder = testFolder();
    const log = (now: string, ...args: string[]) => onex(["log", ...args], { cwd: folder.path, now });
    await log("2026-01-28T10:00:00Z", "add", "Queue stalls #blocker");
    await log("2026-02-04T10:00:00Z", "add", "Queue runs again #infra", "--status", "resolved");
    const search = async (...args: string[]) =>
      (await log("2026-02-05T00:00:00Z", "search", "--json", ...args)).json<Found>().summary.entries;
    expect(await search()).toBe(2);
    expect(await search("queue", "stalls")).toBe(1);
    expect(await search("--tag", "#blocker", "--status", "open")).toBe(1);
    expect(await search("--since", "2026-02-01")).toBe(1);
    expect(await search("--until", "2026-02-01", "--tag", "infra")).toBe(0);
    const person = await log("2026-02-05T00:00:00Z", "search", "--tag", "infra");
    expect(person.stdout).toContain("Queue runs again");
    expect(person.stdout).toContain("debug-logs/debug_log_2026-W06.md");
    expect((await log("2026-02-05T00:00:00Z", "search", "--summary")).stdout).toContain("    1  blocker\n");
    expect((await log("2026-02-05T00:00:00Z", "search", "--since", "yesterday")).code).toBe(2);
  });

  it("rolls finished quarters up into compressed archives, which are searched on request and take in late logs", async () => {
    const folder = testFolder();
    const log = (now: string, ...args: string[]) => onex(["log", ...args], { cwd: folder.path, now });
    const long = "the tide table of Brest ".repeat(40);
    for (let week = 0; week < 6; week++)
      await log(
        new Date(Date.parse("2026-02-18T00:00:00Z") + week * 7 * 86_400_000).toISOString(),
        "add",
        `${long} ${week}`,
      );
    await log("2026-04-08T00:00:00Z", "add", "of the new quarter");
    const sizes = readdirSync(folder.at("debug-logs")).reduce(
      (sum, name) => sum + statSync(folder.at(`debug-logs/${name}`)).size,
      0,
    );
    const archived = await log("2026-04-09T00:00:00Z", "archive", "--json");
    expect(archived.json<object>()).toEqual({
      archives: [{ quarter: "2026-Q1", path: "debug-logs/archive/debug_log_Q1_2026.md.gz", logs: 6, entries: 6 }],
    });
    expect(readdirSync(folder.at("debug-logs"))).toEqual(["archive", "debug_log_2026-W15.md"]);
    expect(statSync(folder.at("debug-logs/archive/debug_log_Q1_2026.md.gz")).size).toBeLessThan(sizes / 4);
    const count = async (...args: string[]) =>
      (await log("2026-04-09T00:00:00Z", "search", "--json", ...args)).json<Found>().summary.entries;
    expect([await count(), await count("--archived")]).toEqual([1, 7]);
    await log("2026-03-04T00:00:00Z", "add", "found in a drawer");
    expect((await log("2026-04-09T00:00:00Z", "archive", "--quarter", "Q1_2026")).code).toBe(0);
    expect([await count(), await count("--archived")]).toEqual([1, 8]);
    expect((await log("2026-04-09T00:00:00Z", "archive")).stdout).toBe("nothing to archive\n");
    expect((await log("2026-04-09T00:00:00Z", "archive", "--quarter", "Q9")).code).toBe(2);
  });

  it("refuses a log that is edited into something else, with the line", async () => {
    const folder = testFolder();
    const log = (...args: string[]) => onex(["log", ...args], { cwd: folder.path, now: "2026-01-28T10:00:00Z" });
    await log("add", "one");
    const path = "debug-logs/debug_log_2026-W05.md";
    folder.write({ [path]: `${folder.read(path)}\n## yesterday\n` });
    const before = folder.read(path);
    const line = before.split("\n").indexOf("## yesterday") + 1;
    const refused = await log("add", "two");
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining(`${path}:${line}`)]);
    expect(folder.read(path)).toBe(before);
  });

  it("does not write while another does, and does not wait for one that is gone", async () => {
    const folder = testFolder({ "debug-logs/.debug_log.lock": String(process.pid) });
    const busy = await onex(["log", "add", "one"], { cwd: folder.path });
    expect([busy.code, busy.stderr]).toEqual([1, expect.stringContaining("another `onex log` is writing")]);
    // No process has this number: it is above what any system gives.
    folder.write({ "debug-logs/.debug_log.lock": "99999999" });
    expect((await onex(["log", "add", "one"], { cwd: folder.path })).code).toBe(0);
    expect(folder.has("debug-logs/.debug_log.lock")).toBe(false);
  });
});
