import { env } from "cloudflare:workers";
import { d1SqlDatabase } from "../../../src/infra/d1/sql-database.ts";
import { sqlDatabaseContract } from "../../support/contracts/sql-database.ts";

sqlDatabaseContract("D1", async () => {
  await env.APP_DB.exec("drop table if exists item");
  return d1SqlDatabase(env.APP_DB);
});
