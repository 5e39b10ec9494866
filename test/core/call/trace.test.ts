import { describe, expect, it } from "vitest";
import { readTrace } from "../../../src/core/call/trace.ts";

const TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

describe("the trace of a caller", () => {
  it("is kept as it came", () => {
    expect(readTrace(TRACE)).toBe(TRACE);
  });

  it.each([
    undefined,
    "",
    "none",
    TRACE.toUpperCase(),
    `${TRACE}\n`,
    `${TRACE}-more`,
    TRACE.replace(/^00/, "ff"),
    "00-00000000000000000000000000000000-b7ad6b7169203331-01",
    "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
  ])("is none when it is %j", (header) => {
    expect(readTrace(header)).toBeNull();
  });
});
