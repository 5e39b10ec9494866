import { asWire } from "../../contracts/json/wire.ts";
import { PROBLEM_TYPE, problem } from "../../contracts/api/problem.ts";
import { errorOf, errorOfProblem, type OnexError } from "./onex-error.ts";

/** The part of `fetch` the client uses. */
export type Fetch = (url: string, init: FetchInit) => Promise<Response>;

export interface FetchInit {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
  readonly signal?: AbortSignal;
}

export interface TransportOptions {
  /** Where the gateway is: `https://onex.example.com`. */
  readonly baseUrl: string;
  /** The bearer token; without one only health answers. */
  readonly token?: string;
  readonly fetch?: Fetch;
  /** Waits between two attempts, in milliseconds. */
  readonly sleep?: (ms: number) => Promise<void>;
  /** From 0 up to, not including, 1. */
  readonly random?: () => number;
  /** How often a request is repeated after the first attempt. Default 4. */
  readonly maxRetries?: number;
}

export interface Call {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
  /** Statuses besides 2xx that are an answer, not an error. */
  readonly accept?: readonly number[];
}

export interface Transport {
  /** Sends, repeats what may be repeated, and rejects with OnexError. Every call must be safe to repeat. */
  call(call: Call): Promise<Response>;
  /** As call, and reads the JSON of the answer. */
  json(call: Call): Promise<{ readonly response: Response; readonly body: unknown }>;
  sleep(ms: number): Promise<void>;
}

const BASE_MS = 200;
const CAP_MS = 10_000;
/** A server that asks for a longer wait than this is not waited for. */
const LONGEST_WAIT_MS = 30_000;
/** What to repeat when the answer is no problem document: a proxy's, for instance. */
const RETRYABLE_STATUS: ReadonlySet<number> = new Set([408, 425, 429, 502, 503, 504]);

export function createTransport(options: TransportOptions): Transport {
  const base = options.baseUrl.replace(/\/+$/, "");
  const send: Fetch = options.fetch ?? ((url, init) => fetch(url, init));
  const sleep = options.sleep ?? timer;
  const random = options.random ?? Math.random;
  const maxRetries = options.maxRetries ?? 4;

  async function attempt<T>(call: Call, read: (response: Response) => Promise<Outcome<T>>): Promise<Outcome<T>> {
    const { method, path, headers, body, signal, accept } = call;
    try {
      const response = await send(`${base}${path}`, {
        method,
        headers: {
          accept: "application/json",
          ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(signal === undefined ? {} : { signal }),
      });
      if (response.ok || accept?.includes(response.status)) return await read(response);
      return { error: await errorOfResponse(response) };
    } catch (thrown) {
      const givenUp = signal?.aborted === true;
      const message = givenUp ? `the call of ${path} was given up` : `${base} cannot be reached`;
      return { error: errorOf("CONNECTION_ERROR", message, { retryAfterSeconds: givenUp ? null : 0, cause: thrown }) };
    }
  }

  async function persist<T>(call: Call, read: (response: Response) => Promise<Outcome<T>>): Promise<T> {
    for (let retry = 0; ; retry++) {
      const outcome = await attempt(call, read);
      if ("value" in outcome) return outcome.value;
      const wait = outcome.error.retryAfterSeconds;
      if (wait === null || retry >= maxRetries || wait * 1000 > LONGEST_WAIT_MS) throw outcome.error;
      await sleep(Math.max(backoffMs(retry, random()), wait * 1000));
    }
  }

  return {
    sleep,
    call: (call) => persist(call, (response) => Promise.resolve({ value: response })),
    json: (call) =>
      persist(call, async (response) => {
        const body = parsed(await response.text());
        if (body !== undefined) return { value: { response, body } };
        return {
          error: errorOf("RUNTIME_ERROR", `the answer to ${call.path} is not JSON`, { status: response.status }),
        };
      }),
  };
}

/** What an attempt came to. */
type Outcome<T> = { readonly value: T } | { readonly error: OnexError };

async function errorOfResponse(response: Response): Promise<OnexError> {
  const isProblem = (response.headers.get("content-type") ?? "").startsWith(PROBLEM_TYPE);
  const read = problem.safeParse(isProblem ? parsed(await response.text()) : undefined);
  if (read.success) return errorOfProblem(asWire(read.data));
  return errorOf("RUNTIME_ERROR", `the server answered ${response.status}`, {
    status: response.status,
    retryAfterSeconds: RETRYABLE_STATUS.has(response.status) ? retryAfter(response) : null,
  });
}

/** Seconds of Retry-After, 0 when it is absent or a date. */
const retryAfter = (response: Response): number => {
  const header = response.headers.get("retry-after") ?? "";
  return /^\d+$/.test(header) ? Number(header) : 0;
};

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Between half and all of 200 ms · 2ⁿ, at most ten seconds. */
const backoffMs = (retry: number, random: number): number =>
  Math.min(BASE_MS * 2 ** retry, CAP_MS) * (0.5 + random / 2);

const timer = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
