import { setTimeout as pause } from "node:timers/promises";
import { health } from "../../../contracts/api/health.ts";

const ASK_EVERY_MS = 200;
const LIMIT_MS = 90_000;

/** Resolves when the server says it is healthy; rejects with its last answer when that takes too long. */
export async function untilHealthy(url: string): Promise<void> {
  const end = performance.now() + LIMIT_MS;
  for (let answer = await ask(url); answer !== "healthy"; answer = await ask(url)) {
    if (performance.now() > end) throw new Error(`the server did not become healthy: ${answer}`);
    await pause(ASK_EVERY_MS);
  }
}

async function ask(url: string): Promise<string> {
  try {
    const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(5_000) });
    const text = await response.text();
    return response.ok && health.parse(JSON.parse(text)).healthy ? "healthy" : text;
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : "no answer";
  }
}
