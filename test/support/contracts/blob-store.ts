import { expect, it } from "vitest";
import type { BlobStore } from "../../../src/spi/blob-store.ts";

/** What every BlobStore must do. `open` returns one without objects under `folder/`. */
export function blobStoreContract(label: string, open: () => Promise<BlobStore>): void {
  it(`${label}: returns what was put, text or bytes`, async () => {
    const blobs = await open();
    await blobs.put("folder/text", "grün 🌱");
    await blobs.put("folder/bytes", new TextEncoder().encode("grün"));
    await blobs.put("folder/empty", "");
    expect(await blobs.get("folder/text")).toBe("grün 🌱");
    expect(await blobs.get("folder/bytes")).toBe("grün");
    expect(await blobs.get("folder/empty")).toBe("");
    expect(await blobs.get("folder/missing")).toBeNull();
  });

  it(`${label}: overwrites`, async () => {
    const blobs = await open();
    await blobs.put("folder/a", "one");
    await blobs.put("folder/a", "two");
    expect(await blobs.get("folder/a")).toBe("two");
  });

  it(`${label}: is not changed through bytes it was given`, async () => {
    const blobs = await open();
    const bytes = new TextEncoder().encode("before");
    await blobs.put("folder/a", bytes);
    bytes.fill(0);
    expect(await blobs.get("folder/a")).toBe("before");
  });

  it(`${label}: returns ranges of bytes`, async () => {
    const blobs = await open();
    await blobs.put("folder/lines", "ü\nsecond\nthird\n");
    expect(await blobs.get("folder/lines", { offset: 3, length: 6 })).toBe("second");
    expect(await blobs.get("folder/lines", { offset: 0, length: 2 })).toBe("ü");
    expect(await blobs.get("folder/lines", { offset: 10, length: 500 })).toBe("third\n");
    expect(await blobs.get("folder/lines", { offset: 3, length: 0 })).toBe("");
    expect(await blobs.get("folder/missing", { offset: 0, length: 5 })).toBeNull();
    expect(await blobs.get("folder/missing", { offset: 0, length: 0 })).toBeNull();
  });

  it(`${label}: deletes, also what is not there`, async () => {
    const blobs = await open();
    await blobs.put("folder/a", "1");
    await blobs.put("folder/b", "2");
    await blobs.delete(["folder/a", "folder/missing"]);
    await blobs.delete([]);
    expect(await blobs.get("folder/a")).toBeNull();
    expect(await blobs.list("folder/")).toEqual(["folder/b"]);
  });

  it(`${label}: lists every key under a prefix, sorted`, async () => {
    const blobs = await open();
    for (const key of ["folder/z", "folder/a/2", "folder/a/10", "folder/ü", "folderless"]) await blobs.put(key, key);
    expect(await blobs.list("folder/")).toEqual(["folder/a/10", "folder/a/2", "folder/z", "folder/ü"]);
    expect(await blobs.list("folder/a/")).toEqual(["folder/a/10", "folder/a/2"]);
    expect(await blobs.list("nothing/")).toEqual([]);
    expect(await blobs.list("folder/", 2)).toEqual(["folder/a/10", "folder/a/2"]);
    expect(await blobs.list("folder/", 9)).toHaveLength(4);
    expect(await blobs.list("folder/", 1, "folder/a/10")).toEqual(["folder/a/2"]);
    expect(await blobs.list("folder/", 9, "folder/a/\u{10ffff}")).toEqual(["folder/z", "folder/ü"]);
    expect(await blobs.list("folder/", 9, "folder/ü")).toEqual([]);
  });

  it(`${label}: changes what is there, and nothing else`, async () => {
    const blobs = await open();
    await blobs.put("folder/a", "grün");
    const upper = (body: Uint8Array): Uint8Array =>
      new TextEncoder().encode(new TextDecoder().decode(body).toUpperCase());
    expect(await blobs.replace("folder/a", upper)).toBe(true);
    expect(await blobs.get("folder/a")).toBe("GRÜN");
    expect(await blobs.replace("folder/missing", upper)).toBe(false);
    expect(await blobs.get("folder/missing")).toBeNull();
  });

  it(`${label}: changes made at once are all made`, async () => {
    const blobs = await open();
    await blobs.put("folder/a", "....");
    const set = (at: number) => (body: Uint8Array) => body.map((byte, i) => (i === at ? 0x78 : byte));
    await Promise.all([0, 1, 3].map((at) => blobs.replace("folder/a", set(at))));
    expect(await blobs.get("folder/a")).toBe("xx.x");
  });
}
