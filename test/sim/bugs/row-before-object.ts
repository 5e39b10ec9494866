import { archivingOn, changed, type Bug } from "./bug.ts";

/** Index rows go in first, the object they point at second. */
export const rowBeforeObject: Bug = {
  name: "an index row is written before its object",
  breaks: ["placed"],
  plant: () =>
    archivingOn((ports) => {
      const { blobs, index } = ports;
      const held: (() => Promise<void>)[] = [];
      const late = changed(blobs, {
        async put(key, body) {
          if (!key.startsWith("runs/")) return blobs.put(key, body);
          held.push(() => blobs.put(key, body));
        },
      });
      const early = changed(index, {
        async put(rows, parts) {
          const answer = await index.put(rows, parts);
          for (const write of held.splice(0)) await write();
          return answer;
        },
      });
      return { ...ports, blobs: late, index: early };
    }),
};
