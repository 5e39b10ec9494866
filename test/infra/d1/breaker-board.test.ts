import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { d1BreakerBoard } from "../../../src/infra/d1/breaker-board.ts";
import { breakerBoardContract } from "../../support/contracts/breaker-board.ts";

breakerBoardContract("D1", async () => {
  await env.DB.exec("delete from breakers");
  return d1BreakerBoard(drizzle(env.DB));
});
