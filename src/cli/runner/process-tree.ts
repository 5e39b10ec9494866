import { readdirSync } from "node:fs";
import { processFile } from "./machine-files.ts";

/** Marks the processes of one attempt: whoever inherits it belongs to it. */
export const MARK = "ONEX_PROCESS";

/**
 * Ends a process and everything it started, at once. In a sandbox its first process takes the others with it; without one
 * they are its group, whoever left the group but is below it, and whoever is below nobody any more but carries its mark.
 */
export function killTree(pid: number, mark: string): void {
  const found = [...descendants(pid), ...marked(mark)];
  end(-pid);
  for (const one of [pid, ...found]) end(one);
}

/** Every process that began with the mark in its environment, as far as this user may see. */
function marked(mark: string): readonly number[] {
  const entry = `${MARK}=${mark}\0`;
  return processes().flatMap(([pid]) => (processFile(pid, "environ").includes(entry) ? [pid] : []));
}

function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

/** Every process below this one, as far as the system tells. */
function descendants(root: number): readonly number[] {
  const children = new Map<number, number[]>();
  for (const [pid, parent] of processes()) children.set(parent, [...(children.get(parent) ?? []), pid]);
  const found: number[] = [];
  for (const open = [root]; open.length > 0;) {
    for (const child of children.get(open.pop() ?? 0) ?? []) {
      found.push(child);
      open.push(child);
    }
  }
  return found;
}

function processes(): readonly (readonly [pid: number, parent: number])[] {
  try {
    return readdirSync("/proc").flatMap((name) => {
      if (!/^\d+$/.test(name)) return [];
      const parent = parentOf(name);
      return parent === null ? [] : [[Number(name), parent] as const];
    });
  } catch {
    return [];
  }
}

function parentOf(pid: string): number | null {
  const stat = processFile(pid, "stat");
  // The name stands in parentheses and may hold anything.
  const parent = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1];
  return parent === undefined ? null : Number(parent);
}
