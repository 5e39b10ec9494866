import { Webhook } from "standardwebhooks";
import type { RemoteAnswer, RemoteCall } from "../../contracts/documents/remote.ts";

/** Where later answers go, and what signs them. */
export interface LaterOptions {
  /** The deployment: `https://onex.example.com`. */
  readonly url: string;
  /** The secret that requests are signed with. */
  readonly secret: string;
  /** `fetch` when absent. */
  readonly fetch?: (
    url: string,
    init: { method: string; headers: Record<string, string>; body: string },
  ) => Promise<Response>;
}

/** What a deployment says to a later answer. */
export type Taken =
  | { readonly taken: true }
  | { readonly taken: false; readonly code: string; readonly message: string };

type Attempt = Pick<RemoteCall, "token" | "run_id">;
type Progress = { readonly fraction?: number; readonly message?: string };

/**
 * For a node that has answered 202: says that it is there, and later what came of it. The signature is all it needs: it
 * holds no token of the deployment.
 */
export function laterAnswers({ url, secret, fetch: send = fetch }: LaterOptions) {
  const webhook = new Webhook(secret);

  async function post(path: string, token: string, message: object): Promise<Response> {
    const body = JSON.stringify(message);
    const at = new Date();
    return send(new URL(path, url).href, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "webhook-id": token,
        "webhook-timestamp": String(Math.floor(at.getTime() / 1_000)),
        "webhook-signature": webhook.sign(token, at, body),
      },
      body,
    });
  }

  return {
    /** The first answer counts; a later one is not taken. */
    async answer({ token, run_id: runId }: Attempt, outcome: RemoteAnswer["outcome"]): Promise<Taken> {
      const response = await post(`/v1/work-items/${token}`, token, { run_id: runId, outcome });
      if (response.ok) return { taken: true };
      const problem: unknown = await response.json().catch(() => null);
      return { taken: false, code: textIn(problem, "code"), message: textIn(problem, "detail") };
    },
    /** Gives the attempt its time limit anew; false when nobody waits for the answer any more. */
    async heartbeat({ token, run_id: runId }: Attempt, progress?: Progress): Promise<boolean> {
      const said = { run_id: runId, ...(progress === undefined ? {} : { progress }) };
      const response = await post(`/v1/work-items/${token}/heartbeat`, token, said);
      const answer: unknown = await response.json().catch(() => null);
      return response.ok && memberOf(answer, "wanted") === true;
    },
  };
}

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;

function textIn(value: unknown, name: string): string {
  const member = memberOf(value, name);
  return typeof member === "string" ? member : "";
}
