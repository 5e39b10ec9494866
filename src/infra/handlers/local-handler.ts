import { isObject } from "../../../contracts/json/narrow.ts";
import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import { localConfig } from "../../../contracts/documents/handler-config.ts";
import { localErrorPayload } from "../../../contracts/documents/handler-operation.ts";
import { fault, HTTP_STATUS, RuntimeHostError, type ErrorCode } from "../../core/errors.ts";
import { IN_CONFIG, IN_PAYLOAD, readMembers } from "../../core/operation/read-payload.ts";
import type { EnvelopeHandler } from "../../spi/envelope-handler.ts";
import { envelopeHandler } from "./envelope-lifecycle.ts";
import type { HandlerState } from "./lifecycle.ts";

/** `local.echo` gives its payload back, `local.transform` with its texts in capitals, `local.error` fails as it is told. */
export function localHandler(): EnvelopeHandler & { readonly state: HandlerState } {
  return envelopeHandler({
    type: "local",
    version: "1.0.0",
    responseShape: {},
    targetOf: () => "local",
    initialize: async (config) => {
      readMembers(localConfig, config, IN_CONFIG);
    },
    health: async () => ({ devTestOnly: true, detail: "for development alone" }),
    async execute({ operation, payload }) {
      switch (operation) {
        case "local.echo":
          return payload;
        case "local.transform":
          return inCapitals(payload);
        default:
          throw toldFailure(payload);
      }
    },
  });
}

function toldFailure(payload: JsonObject): RuntimeHostError {
  const told = readMembers(localErrorPayload, payload, IN_PAYLOAD);
  const {
    code = "HANDLER_EXECUTION_ERROR",
    message = "local.error fails as it is told",
    retry_after_seconds: wait,
  } = told;
  if (!isCode(code)) {
    const place = "$.payload.code";
    return new RuntimeHostError(fault("INVALID_PARAMETER", `there is no code '${code}'`, { place }));
  }
  return new RuntimeHostError(fault(code, message, wait === undefined ? {} : { retryAfterSeconds: wait }));
}

const isCode = (code: string): code is ErrorCode => Object.hasOwn(HTTP_STATUS, code);

/** Texts in capitals, whatever they are in; the names of members stay. */
function inCapitals(payload: JsonObject): JsonObject {
  const changed = (value: JsonValue): JsonValue => {
    if (typeof value === "string") return value.toUpperCase();
    if (Array.isArray(value)) return value.map(changed);
    return isObject(value) ? members(value) : value;
  };
  const members = (object: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(object).map(([name, value]) => [name, changed(value)]));
  return members(payload);
}
