import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import project from "../../package.json" with { type: "json" };
import { onexProgram } from "../../src/cli/program.ts";
import { PROJECT_ROOT } from "../support/local-worker/project-root.ts";

const textOf = (name: string): string => readFileSync(join(PROJECT_ROOT, "deploy/runner", name), "utf8");
const runner = onexProgram({} as never, () => Promise.resolve(), "0.0.0").commands.find(
  (command) => command.name() === "runner",
);

/** The options of these arguments that `onex runner` does not have. */
function unknownOptions(args: readonly string[]): readonly string[] {
  const known = new Set(runner?.options.map(({ long }) => long));
  return args.filter((arg) => arg.startsWith("--") && !known.has(arg));
}

/** Instruction → its arguments, in order; lines that go on are one. */
const instructions = textOf("Dockerfile")
  .replaceAll("\\\n", " ")
  .split("\n")
  .flatMap((line) => {
    const match = /^([A-Z]+) (.*)$/.exec(line);
    return match ? [[match[1] ?? "", match[2] ?? ""] as const] : [];
  });
const words = (name: string): readonly string[] => {
  const [, list = "[]"] = instructions.findLast(([instruction]) => instruction === name) ?? [];
  return JSON.parse(list) as readonly string[];
};

/** `[Section]` → `Name` → values. */
function unitOf(text: string): Readonly<Record<string, Readonly<Record<string, string>>>> {
  const sections: Record<string, Record<string, string>> = {};
  let own: Record<string, string> = {};
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    const section = /^\[(\w+)\]$/.exec(line)?.[1];
    if (section !== undefined) {
      sections[section] = own = {};
      continue;
    }
    const at = line.indexOf("=");
    expect([line, at > 0]).toEqual([line, true]);
    own[line.slice(0, at)] = line.slice(at + 1);
  }
  return sections;
}

describe("the image of a runner", () => {
  it("has what a runner needs, is no root, and starts it", () => {
    const run = instructions
      .filter(([name]) => name === "RUN")
      .map(([, text]) => text)
      .join("\n");
    for (const need of ["bubblewrap", "python3", "util-linux", "ca-certificates"]) expect(run).toContain(need);
    expect(instructions.findLast(([name]) => name === "USER")?.[1]).toBe("onex");
    expect(words("ENTRYPOINT").slice(-1)).toEqual(["runner"]);
    expect(existsSync(join(PROJECT_ROOT, (words("ENTRYPOINT")[1] ?? "").replace("/opt/onex/", "")))).toBe(true);
    expect(unknownOptions(words("CMD"))).toEqual([]);
  });

  it("copies what there is, and no secret into its layers", () => {
    for (const [, text] of instructions.filter(([name]) => name === "COPY"))
      for (const source of text.split(" ").slice(0, -1))
        expect([source, existsSync(join(PROJECT_ROOT, source))]).toEqual([source, true]);
    expect(textOf("Dockerfile")).not.toContain("ONEX_TOKEN");
  });

  it("brings every package that a runner imports", () => {
    // `npm ci --omit=dev` leaves the others out.
    for (const name of ["commander", "zod", "yaml", "@noble/hashes"])
      expect(Object.keys(project.dependencies)).toContain(name);
  });
});

it("the unit of systemd starts it, lets it drain and keeps the token in a file", () => {
  const unit = unitOf(textOf("onex-runner.service"));
  const { Service: service = {} } = unit;
  expect(Object.keys(unit)).toEqual(["Unit", "Service", "Install"]);
  const args = (service["ExecStart"] ?? "").split(" ");
  expect(args.slice(1, 3)).toEqual(["/opt/onex/src/cli/onex.mjs", "runner"]);
  expect(unknownOptions(args)).toEqual([]);
  const drain = Number(args[args.indexOf("--drain") + 1]);
  expect(Number(service["TimeoutStopSec"])).toBeGreaterThan(drain);
  expect(service["EnvironmentFile"]).toBe("/etc/onex/runner.env");
  expect(service["User"]).not.toBe("root");
});

it("the manifest of Kubernetes starts it, lets it drain and takes the token from a secret", () => {
  const manifest = parse(textOf("kubernetes.yaml")) as {
    kind: string;
    spec: {
      selector: { matchLabels: object };
      template: { metadata: { labels: object }; spec: Record<string, unknown> };
    };
  };
  expect(manifest.kind).toBe("Deployment");
  expect(manifest.spec.selector.matchLabels).toEqual(manifest.spec.template.metadata.labels);
  const { containers, terminationGracePeriodSeconds } = manifest.spec.template.spec as {
    containers: readonly {
      image: string;
      args: readonly string[];
      envFrom: unknown;
      env: readonly { name: string }[];
      securityContext: object;
      resources: { limits: object };
    }[];
    terminationGracePeriodSeconds: number;
  };
  const [container] = containers;
  expect(container?.image).toBe(`onex-runner:${project.version}`);
  const args = container?.args ?? [];
  expect(unknownOptions(args)).toEqual([]);
  expect(terminationGracePeriodSeconds).toBeGreaterThan(Number(args[args.indexOf("--drain") + 1]));
  expect(container?.envFrom).toEqual([{ secretRef: { name: "onex-runner" } }]);
  expect(container?.env.map(({ name }) => name)).toEqual(["POD_NAME"]);
  expect(container?.securityContext).toMatchObject({ runAsNonRoot: true, allowPrivilegeEscalation: false });
  expect(Object.keys(container?.resources.limits ?? {}).sort()).toEqual(["cpu", "memory"]);
});
