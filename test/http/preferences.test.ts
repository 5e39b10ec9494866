import { describe, expect, it } from "vitest";
import { preferredWait } from "../../workers/http/envelopes/preferences.ts";

describe("preferredWait", () => {
  it.each([
    [undefined, null],
    ["", null],
    ["wait=0", 0],
    ["wait=10", 10],
    ["Wait = 10", 10],
    ['wait="10"', 10],
    ["respond-async, wait=10", 10],
    ["wait=10, respond-async", 10],
    ["wait=10; foo=bar", 10],
    ["wait=60", 60],
    ["wait=61", 60],
    ["wait=999999999", 60],
    ["wait=-1", null],
    ["wait=1.5", null],
    ["wait=", null],
    ["await=10", null],
    ["wait=10x", null],
  ])("%j is %j seconds", (header, seconds) => {
    expect(preferredWait(header)).toBe(seconds);
  });
});
