import { describe, expect, it } from "vitest";
import { LogCapture, progressIn } from "../../../src/cli/runner/log-capture.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("what a process writes", () => {
  it("becomes lines, whatever pieces it comes in", () => {
    const log = new LogCapture();
    const all = bytes("grüß\r\nzwei\n\nrest");
    for (const byte of all) log.take("stdout", Uint8Array.of(byte));
    log.end();
    expect(log.lines.map(({ text }) => text)).toEqual(["grüß", "zwei", "", "rest"]);
  });

  it("is told once as news, and kept as a whole", () => {
    const log = new LogCapture();
    log.take("stderr", bytes("one\n"));
    expect(log.takeNews().lines).toHaveLength(1);
    log.take("stderr", bytes("two\nonex:progress 1\n"));
    expect(log.takeNews()).toEqual({
      lines: [{ stream: "stderr", text: "two" }],
      progress: { fraction: 1, message: null },
    });
    expect(log.takeNews()).toEqual({ lines: [], progress: null });
    expect(log.lines).toHaveLength(2);
  });

  it("is no progress by accident", () => {
    expect(progressIn("onex:progress 0.5 half")).toEqual({ fraction: 0.5, message: "half" });
    expect(progressIn("onex:progress loading")).toEqual({ fraction: null, message: "loading" });
    for (const text of [
      "onex:progress",
      "onex:progress 2",
      "onex:progress -1",
      " onex:progress 0.5",
      "onex:progress 0.5x",
    ])
      expect([text, progressIn(text)?.fraction ?? null]).toEqual([text, null]);
  });
});
