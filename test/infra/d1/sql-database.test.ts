import { env } from "cloudflare:workers";
import { d1SqlDatabase } from "../../../src/infra/d1/sql-database.ts";
import { sqlDatabaseContract } from "../../support/contracts/sql-database.ts";

sqlDatabaseContract("D1", async () => {
  const { APP_DB: db } = env;
  if (!db) throw new Error("wrangler.toml binds no APP_DB");
  await db.exec("drop table if exists item");
  return d1SqlDatabase(db);
});
