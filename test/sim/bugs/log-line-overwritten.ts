import type { Bug } from "./bug.ts";

/** The last row of a large run's log is written anew instead of being added to: only its last change is left. */
export const logLineOverwritten: Bug = {
  name: "a change of a large run is written over the one before it",
  breaks: ["lasting", "epochs"],
  plant: () => ({
    ringPorts: (ports) => ({
      ...ports,
      store: {
        ...ports.store,
        write(owner, parts) {
          const isLog = (part: string): boolean => /^s\d+$/.test(part);
          const lastLine = (body: string): string => `${body.trimEnd().split("\n").at(-1) ?? ""}\n`;
          const cut = parts.map((row) => (isLog(row.part) ? { ...row, body: lastLine(row.body) } : row));
          ports.store.write(owner, cut);
        },
      },
    }),
  }),
};
