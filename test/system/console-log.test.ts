import { afterEach, describe, expect, it, vi } from "vitest";
import { consoleLog } from "../../src/infra/system/console-log.ts";

const CORRELATION = "11111111-1111-4111-8111-111111111111";

describe("a log line", () => {
  afterEach(() => vi.restoreAllMocks());

  it.each(["info", "warn", "error"] as const)("of level %s is one JSON object with its correlation id", (level) => {
    const lines: unknown[] = [];
    vi.spyOn(console, level).mockImplementation((line: unknown) => void lines.push(line));
    consoleLog[level]("it happened", { correlation_id: CORRELATION, run_id: "r00_1" });
    expect(lines.map((line) => JSON.parse(String(line)) as unknown)).toEqual([
      { level, message: "it happened", correlation_id: CORRELATION, run_id: "r00_1" },
    ]);
  });

  it("says what a sender wrote, and a terminal obeys none of it", () => {
    const lines: string[] = [];
    vi.spyOn(console, "info").mockImplementation((line: unknown) => void lines.push(String(line)));
    const reason = "\u001b[31m\u009b2J\u007f\u202e\r\nfaked";
    consoleLog.info("it happened", { correlation_id: CORRELATION, reason });
    expect(lines.join("")).not.toMatch(/[\p{Cc}\u202e]/u);
    expect(JSON.parse(lines.join(""))).toMatchObject({ reason });
  });

  it("without a correlation id does not compile", () => {
    const write = vi.spyOn(console, "info").mockImplementation(() => undefined);
    // @ts-expect-error: the type check fails when nothing is wrong with this line any more.
    consoleLog.info("it happened", { run_id: "r00_1" });
    expect(write).toHaveBeenCalledOnce();
  });
});
