import { z } from "zod";
import type { Wire } from "../json/wire.ts";

/** One handler: what it says of itself, and how it is. */
export const handlerView = z.object({
  handler_type: z.string(),
  supported_operations: z.array(z.string()).meta({ description: "Operations of envelopes, or `node.execute`." }),
  required_payload_fields: z.array(z.string()).meta({ description: "Members every payload needs." }),
  response_shape: z.record(z.string(), z.string()).meta({ description: "Member of a response to what it is." }),
  version: z.string(),
  healthy: z.boolean(),
  dev_test_only: z.boolean().meta({ description: "True for one that is refused outside of development." }),
  detail: z.string().nullable().meta({ description: "For a person: what the handler says of its health." }),
});

/** `GET /v1/handlers`. */
export const handlerList = z.object({ handlers: z.array(handlerView) }).meta({
  id: "HandlerList",
  title: "Handlers",
  description: "What executes envelopes and nodes here, by type.",
  examples: [
    {
      handlers: [
        {
          handler_type: "http",
          supported_operations: ["http.get", "http.post", "http.put", "http.patch", "http.delete"],
          required_payload_fields: ["url"],
          response_shape: { status_code: "integer", headers: "object", body: "any" },
          version: "1.0.0",
          healthy: true,
          dev_test_only: false,
          detail: null,
        },
      ],
    },
  ],
});

export type HandlerViewWire = Wire<z.output<typeof handlerView>>;
export type HandlerList = Wire<z.output<typeof handlerList>>;
