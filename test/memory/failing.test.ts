import { describe, expect, it } from "vitest";
import { memoryBlobStore } from "../../src/infra/memory/blob-store.ts";
import { failFirst, failing } from "../support/failing.ts";

describe("failing", () => {
  it("fails before or after the call does its work, and only as planned", async () => {
    const blobs = memoryBlobStore();
    const before = failing(blobs, failFirst("put", 2));
    await expect(before.put("a", "1")).rejects.toMatchObject({ code: "SERVICE_UNAVAILABLE" });
    await expect(before.put("a", "1")).rejects.toMatchObject({ code: "SERVICE_UNAVAILABLE" });
    expect(await before.get("a")).toBeNull();
    await before.put("a", "1");
    expect(await before.get("a")).toBe("1");
    const after = failing(blobs, failFirst("put", 1, "after"), "CONNECTION_ERROR");
    await expect(after.put("b", "2")).rejects.toMatchObject({ code: "CONNECTION_ERROR" });
    expect(await after.get("b")).toBe("2");
  });
});
