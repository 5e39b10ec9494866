import { parseJson } from "../../contracts/json/narrow.ts";
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
  /**
   * How long one request may take, in milliseconds, beyond what it asks the server to wait. Default 60,000. A request that
   * takes longer is given up and repeated once, then rejects with TIMEOUT_ERROR.
   */
  readonly timeoutMs?: number;
}

export interface Call {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
  /** How long the server is asked to hold its answer. */
  readonly waitSeconds?: number;
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

/** Default of `TransportOptions.timeoutMs`. */
const TIMEOUT_MS = 60_000;
/** A server that was silent twice is not asked again. */
const SILENCES = 2;
const BASE_MS = 200;
const CAP_MS = 10_000;
/** A server that asks for a longer wait than this is not waited for. */
const LONGEST_WAIT_MS = 30_000;
/** What to repeat when the answer is no problem document: a proxy's, for instance. */
const RETRYABLE_STATUS: ReadonlySet<number> = new Set([408, 425, 429, 502, 503, 504]);

export function createTransport(options: TransportOptions): Transport {
  const base = withoutSlashes(options.baseUrl);
  const send: Fetch = options.fetch ?? ((url, init) => fetch(url, init));
  const sleep = options.sleep ?? timer;
  const random = options.random ?? Math.random;
  const maxRetries = options.maxRetries ?? 4;
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;

  async function attempt<T>(call: Call, read: (response: Response) => Promise<Outcome<T>>): Promise<Outcome<T>> {
    const { method, path, headers, body, signal, waitSeconds = 0, accept } = call;
    const limitMs = timeoutMs + waitSeconds * 1000;
    const late = new AbortController();
    const timeout = setTimeout(() => late.abort(), limitMs);
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
        signal: signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]),
      });
      if (response.ok || accept?.includes(response.status)) return await read(response);
      return { error: await errorOfResponse(response) };
    } catch (thrown) {
      const givenUp = signal?.aborted === true;
      if (late.signal.aborted && !givenUp) return { error: tooLate(base, path, limitMs, thrown), silent: true };
      const message = givenUp ? `the call of ${path} was given up` : `${base} cannot be reached`;
      return { error: errorOf("CONNECTION_ERROR", message, { retryAfterSeconds: givenUp ? null : 0, cause: thrown }) };
    } finally {
      clearTimeout(timeout);
    }
  }

  async function persist<T>(call: Call, read: (response: Response) => Promise<Outcome<T>>): Promise<T> {
    let silences = 0;
    for (let retry = 0; ; retry++) {
      const outcome = await attempt(call, read);
      if ("value" in outcome) return outcome.value;
      if (outcome.silent && ++silences === SILENCES) throw outcome.error;
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
type Outcome<T> = { readonly value: T } | { readonly error: OnexError; readonly silent?: true };

const tooLate = (base: string, path: string, limitMs: number, cause: unknown): OnexError =>
  errorOf("TIMEOUT_ERROR", `${base} did not answer ${path} within ${limitMs} ms`, {
    hint: "see whether it is the right server and healthy (GET /health); what was sent may have been done",
    retryAfterSeconds: 0,
    cause,
  });

/** A base URL may end in any number of slashes; paths begin with one. */
function withoutSlashes(url: string): string {
  let end = url.length;
  while (url.charAt(end - 1) === "/") end--;
  return url.slice(0, end);
}

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
    return parseJson(text);
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
