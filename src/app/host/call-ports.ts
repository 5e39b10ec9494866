import type { JsonObject } from "../../../contracts/json/json.ts";
import type { Fault } from "../../core/errors.ts";
import type { Clock } from "../../spi/clock.ts";
import type { NodeOutput } from "../../spi/handler.ts";
import type { Secrets } from "../../spi/secrets.ts";

/** What a node without code asks a handler for, and what it makes of the response. */
export interface DeclaredCall {
  readonly operation: string;
  readonly payload: JsonObject;
  /** What the node gives. Throws what the response means for the attempt. */
  result(response: JsonObject): NodeOutput;
  /** What went wrong on the way, without the secrets that were sent. */
  fault(problem: Fault): Fault;
}

/** What a call needs of the world. */
export interface DeclaredPorts {
  readonly secrets: Secrets;
  readonly clock: Clock;
}
