import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quarterOfLog, rollUp } from "../../../src/core/debug-log/archive.ts";
import { type DebugLog, emitLog, inOrder, parseLog, withEntry } from "../../../src/core/debug-log/debug-log.ts";
import { debugEntry, ENTRY_STATUSES } from "../../../src/core/debug-log/entry.ts";
import { matchesQuery, summarise } from "../../../src/core/debug-log/search.ts";
import "../../support/properties.ts";

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: "grapheme" }),
  fc
    .array(
      fc.constantFrom(
        "## 2026-01-01T00:00:00Z | x | open",
        "## x",
        "\\## x",
        "---",
        "- tags: #a",
        "",
        "#Blocker (#12)",
        "```",
      ),
    )
    .map((lines) => lines.join("\n")),
);
const entry = fc
  .record({
    at: fc
      .date({ min: new Date("2020-01-01"), max: new Date("2030-01-01"), noInvalidDate: true })
      .map((date) => date.toISOString()),
    author: fc.string(),
    status: fc.constantFrom(...ENTRY_STATUSES),
    text,
    tags: fc.array(fc.constantFrom("infra", "#Protocol", "no tag", "")),
    runs: fc.array(fc.constantFrom("r00_01J00000000000000000000000", " odd id ")),
    issues: fc.array(fc.constantFrom("#7", "https://example.org/1")),
  })
  .map(debugEntry);
const log = fc.record({
  fields: fc.constant({ log_owner: "Tide Desk", week: "2026-W05", repo_version: null }),
  entries: fc.array(entry).map(inOrder),
});

const BLOCKER = debugEntry({
  at: "2026-01-27T08:00:00Z",
  author: "Ada",
  text: "Queue stalls #blocker #infra, see #12",
});
const NOTE = debugEntry({
  at: "2026-01-28T08:00:00Z",
  author: "Grace",
  text: "r00_01J00000000000000000000000 is fine",
});
const LOG: DebugLog = { fields: { log_owner: "Ada", week: "2026-W05", repo_version: "v1" }, entries: [BLOCKER, NOTE] };

describe("a debug log", () => {
  it("reads back as it was written", () => {
    fc.assert(
      fc.property(log, (one) => {
        expect(parseLog(emitLog(one))).toEqual({ ok: true, value: one });
        expect(parseLog(emitLog(one).replaceAll("\n", "\r\n"))).toEqual({ ok: true, value: one });
      }),
    );
  });

  it("has a block with its owner, week, version, time and all tags of its entries", () => {
    const block = emitLog(
      withEntry(LOG, debugEntry({ at: "2026-01-26T00:00:00Z", author: "Ada", text: "#regression" })),
    ).split("\n---\n")[0];
    expect(block).toBe(
      '---\nlog_owner: Ada\nweek: \'2026-W05\'\nrepo_version: v1\ntags: ["blocker","infra","regression"]',
    );
  });

  it("keeps entries in order of time", () => {
    const earlier = debugEntry({ at: "2026-01-26T00:00:00Z", author: "Ada", text: "first" });
    expect(withEntry(LOG, earlier).entries).toEqual([earlier, BLOCKER, NOTE]);
  });

  it("is refused with every line that is not understood", () => {
    expect(parseLog("# no block\n")).toMatchObject({ ok: false, error: [{ line: 1 }] });
    expect(parseLog("---\na: *x\n---\n")).toMatchObject({ ok: false, error: [{ line: 2 }] });
    const odd = `${emitLog(LOG)}\n## yesterday | Ada | open\n\nx\n\n## 2026-01-29T00:00:00Z | Ada | later\n`;
    const lines = odd.split("\n");
    expect(parseLog(odd)).toMatchObject({
      ok: false,
      error: [{ line: lines.indexOf("## yesterday | Ada | open") + 1 }, { line: lines.length - 1 }],
    });
  });
});

describe("an entry", () => {
  it("links the tags, issues and runs its text names, and is open when it presses", () => {
    expect(BLOCKER).toMatchObject({ tags: ["blocker", "infra"], issues: ["12"], runs: [], status: "open" });
    expect(NOTE).toMatchObject({ tags: [], runs: ["r00_01J00000000000000000000000"], status: "info" });
    expect(
      debugEntry({ at: "2026-01-01T00:00:00Z", author: "Ada", text: "a#b C# (#X)", status: "resolved" }),
    ).toMatchObject({
      tags: ["x"],
      status: "resolved",
    });
  });
});

describe("a search", () => {
  it.each([
    [{}, 2],
    [{ words: ["QUEUE", "stalls"] }, 1],
    [{ words: ["ada"] }, 1],
    [{ tags: ["#Blocker", "infra"] }, 1],
    [{ tags: ["blocker", "protocol"] }, 0],
    [{ author: "gra" }, 1],
    [{ status: "open" as const }, 1],
    [{ run: "r00_01J00000000000000000000000" }, 1],
    [{ issue: "#12" }, 1],
    [{ since: Date.parse("2026-01-28") }, 1],
    [{ until: Date.parse("2026-01-27T08:00:00Z") }, 0],
  ])("for %o finds %i", (query, count) => {
    expect(LOG.entries.filter((one) => matchesQuery(one, query))).toHaveLength(count);
  });

  it("is summarised by tag and status", () => {
    expect(summarise([BLOCKER, BLOCKER, NOTE])).toEqual({
      entries: 3,
      by_tag: { blocker: 2, infra: 2 },
      by_status: { open: 2, info: 1 },
    });
  });
});

describe("an archive", () => {
  it("takes in every entry once, however often it is rolled up", () => {
    fc.assert(
      fc.property(log, log, (one, other) => {
        const second = { ...other, fields: { ...other.fields, week: "2026-W06" } };
        const archive = rollUp("2026-Q1", [one, second], null, "2026-04-01T00:00:00Z");
        const all = new Set([...one.entries, ...second.entries].map((each) => JSON.stringify(each)));
        expect(new Set(archive.entries.map((each) => JSON.stringify(each)))).toEqual(all);
        expect(rollUp("2026-Q1", [one], archive, "2026-05-01T00:00:00Z").entries).toEqual(archive.entries);
        expect(parseLog(emitLog(archive))).toEqual({ ok: true, value: archive });
      }),
    );
  });

  it("keeps the block of each log and who kept them", () => {
    const second = { ...LOG, fields: { ...LOG.fields, week: "2026-W06", log_owner: "Grace" } };
    const archive = rollUp("2026-Q1", [LOG, second], null, "2026-04-01T00:00:00Z");
    expect(archive.fields).toMatchObject({
      quarter: "2026-Q1",
      log_owner: "Ada, Grace",
      logs: [LOG.fields, second.fields],
    });
    expect(quarterOfLog(LOG)).toBe("2026-Q1");
    expect(quarterOfLog({ fields: {}, entries: [] })).toBeNull();
  });
});
