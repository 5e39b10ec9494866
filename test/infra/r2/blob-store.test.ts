import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { r2BlobStore } from "../../../src/infra/r2/blob-store.ts";
import { blobStoreContract } from "../../support/contracts/blob-store.ts";

describe("the R2 blob store", () => {
  blobStoreContract("R2", async () => {
    const blobs = r2BlobStore(env.BLOBS);
    await blobs.delete(await blobs.list("folder"));
    return blobs;
  });

  it("lists and deletes more keys than one call takes", async () => {
    const blobs = r2BlobStore(env.BLOBS);
    const keys = Array.from({ length: 1_050 }, (_, n) => `many/${String(n).padStart(4, "0")}`);
    for (let from = 0; from < keys.length; from += 50) {
      await Promise.all(keys.slice(from, from + 50).map((key) => blobs.put(key, key)));
    }
    expect(await blobs.list("many/")).toEqual(keys);
    await blobs.delete(keys);
    expect(await blobs.list("many/")).toEqual([]);
  });

  it("reads nothing behind the end of an object", async () => {
    // A bucket of its own: the local emulation reports the refused range on the console.
    const refusing = {
      get: () => Promise.reject(new Error("get: The requested range is not satisfiable (10039)")),
      head: () => Promise.resolve({ size: 16 }),
    };
    const blobs = r2BlobStore(refusing as unknown as R2Bucket);
    expect(await blobs.get("a", { offset: 16, length: 5 })).toBe("");
    await expect(blobs.get("a", { offset: 15, length: 5 })).rejects.toMatchObject({ code: "SERVICE_UNAVAILABLE" });
  });

  it("answers a broken bucket with SERVICE_UNAVAILABLE, keeping the cause", async () => {
    const cause = new Error("internal error; reference = 1");
    const broken = () => Promise.reject(cause);
    const blobs = r2BlobStore({
      put: broken,
      get: broken,
      head: broken,
      delete: broken,
      list: broken,
    } as unknown as R2Bucket);
    const calls = [
      blobs.put("a", "1"),
      blobs.get("a"),
      blobs.get("a", { offset: 0, length: 1 }),
      blobs.delete(["a"]),
      blobs.list("a"),
    ];
    for (const call of calls) await expect(call).rejects.toMatchObject({ code: "SERVICE_UNAVAILABLE", cause });
  });
});
