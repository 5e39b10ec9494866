import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { describe } from "vitest";
import { d1DeadLetterStore } from "../../../src/infra/d1/dead-letter-store.ts";
import { d1QuarantineIndex } from "../../../src/infra/d1/quarantine-index.ts";
import { d1NodeRegistry } from "../../../src/infra/d1/registry/node-registry.ts";
import { d1RunIndex } from "../../../src/infra/d1/runs/run-index.ts";
import { d1Figures } from "../../../src/infra/d1/figures.ts";
import { d1RunParts } from "../../../src/infra/d1/runs/run-parts.ts";
import { d1RunRetention } from "../../../src/infra/d1/runs/run-retention.ts";
import { d1ArchiveBook } from "../../../src/infra/d1/runs/archive-book.ts";
import { d1SweepMarks } from "../../../src/infra/d1/sweep-marks.ts";
import { d1ValueBook } from "../../../src/infra/d1/runs/value-book.ts";
import { d1TrustScores } from "../../../src/infra/d1/registry/trust-scores.ts";
import { r2BlobStore } from "../../../src/infra/r2/blob-store.ts";
import { deadLetterStoreContract } from "../../support/contracts/dead-letter-store.ts";
import { nodeRegistryContract } from "../../support/contracts/node-registry.ts";
import { quarantineIndexContract } from "../../support/contracts/quarantine-index.ts";
import { packedRunsContract } from "../../support/contracts/packed-runs.ts";
import { runGenerationsContract } from "../../support/contracts/run-generations.ts";
import { runIndexContract } from "../../support/contracts/run-index.ts";
import { runRetentionContract } from "../../support/contracts/run-retention.ts";
import { runSearchContract } from "../../support/contracts/run-search.ts";
import { runToldTimesContract } from "../../support/contracts/run-told-times.ts";
import { sweepMarksContract } from "../../support/contracts/sweep-marks.ts";

const db = drizzle(env.DB);
const blobs = r2BlobStore(env.BLOBS);

// The database is one for the whole file, so each test is a tenant of its own.
let tenants = 0;
const freshTenant = (): string => `tenant-${++tenants}`;

describe("the D1 adapters keep their ports' contracts", () => {
  nodeRegistryContract("D1", async () => ({
    registry: d1NodeRegistry(db, blobs),
    scores: d1TrustScores(db),
    tenant: freshTenant(),
  }));
  const books = async () => ({
    index: d1RunIndex(db),
    retention: d1RunRetention(db),
    archiveBook: d1ArchiveBook(db),
    values: d1ValueBook(db),
    tenant: freshTenant(),
  });
  runIndexContract("D1", books);
  runSearchContract("D1", books, 25);
  runRetentionContract("D1", books);
  runGenerationsContract("D1", books);
  runToldTimesContract("D1", books, 15);
  packedRunsContract(
    "D1",
    async () => ({ ...(await books()), parts: d1RunParts(db), figures: d1Figures(db), blobs }),
    10,
  );
  quarantineIndexContract("D1", async () => ({ quarantine: d1QuarantineIndex(db), tenant: freshTenant() }));
  sweepMarksContract("D1", async () => d1SweepMarks(db));
  deadLetterStoreContract("D1", async () => ({ store: d1DeadLetterStore(db), tenant: freshTenant() }), 15);
});
