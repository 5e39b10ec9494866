import { readdirSync, readFileSync } from "node:fs";

/** Linux counts CPU time in hundredths of a second. */
const TICK_MS = 10;

/** CPU time of every local runtime this process has started, in milliseconds; NaN where /proc is missing. */
function runtimeCpuMs(): number {
  let ticks = 0;
  try {
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) ticks += ticksOf(pid);
  } catch {
    return Number.NaN;
  }
  return ticks * TICK_MS;
}

/** A process that has gone meanwhile has none. */
function ticksOf(pid: string): number {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return 0;
  }
  const name = stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")"));
  const [, parent, ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (name !== "workerd" || Number(parent) !== process.pid) return 0;
  return Number(rest[9]) + Number(rest[10]);
}

/** CPU time of the runtime per run, over work that says how many runs it did. */
export async function cpuMsOf(work: () => Promise<number>): Promise<{ readonly runs: number; readonly cpuMs: number }> {
  const before = runtimeCpuMs();
  const runs = await work();
  return { runs, cpuMs: (runtimeCpuMs() - before) / runs };
}
