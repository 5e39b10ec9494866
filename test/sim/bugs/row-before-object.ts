import type { Bug } from "./bug.ts";

/** Index rows go in first, the object they point at second. */
export const rowBeforeObject: Bug = {
  name: "an index row is written before its object",
  breaks: ["placed"],
  plant: () => ({
    archivePorts(ports) {
      const { blobs, index } = ports;
      const held: (() => Promise<void>)[] = [];
      return {
        ...ports,
        blobs: {
          put: (key, body) => (key.startsWith("runs/") ? Promise.resolve(void held.push(() => blobs.put(key, body))) : blobs.put(key, body)),
          get: (...args) => blobs.get(...args),
          delete: (...args) => blobs.delete(...args),
          list: (...args) => blobs.list(...args),
        },
        index: {
          ...index,
          async put(rows) {
            const answer = await index.put(rows);
            for (const write of held.splice(0)) await write();
            return answer;
          },
          get: (...args) => index.get(...args),
        },
      };
    },
  }),
};
