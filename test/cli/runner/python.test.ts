import { describe, expect, it } from "vitest";
import { PythonEnvironments } from "../../../src/cli/runner/python-environments.ts";
import { pythonExecutor, systemPython } from "../../../src/cli/runner/python.ts";
import { bubblewrap, unsandboxed } from "../../../src/cli/runner/sandbox.ts";
import {
  attempt,
  codeOf,
  itemOf,
  messageOf,
  NO_PYTHON,
  outputOf,
  processesWith,
  tellOf,
  type Tried,
} from "./attempts.ts";

/** How long the processes of this test sleep: nobody else's sleep so long. */
const nap = (number: number): string => `${98_765 + number}.${process.pid}`;

const ENVIRONMENTS = { python: systemPython() ?? "python3", environments: null, uv: null, cache: "/nonexistent" };
const inSandbox = pythonExecutor(bubblewrap, new PythonEnvironments(ENVIRONMENTS));
const outside = pythonExecutor(unsandboxed, new PythonEnvironments(ENVIRONMENTS));

const run = (body: string, changes: Parameters<typeof itemOf>[0] = {}): Promise<Tried> =>
  attempt(
    inSandbox,
    itemOf(changes),
    `import os, sys, time, json\ndef run(state):\n${body.replaceAll(/^/gm, "    ")}\n`,
  );

describe.skipIf(tellOf(NO_PYTHON))("a Python node", () => {
  it("is a function from a dict to a dict", async () => {
    const tried = await run('return {"doc.loud": state["doc.text"].upper()}', { input: { "doc.text": "grüß" } });
    expect(outputOf(tried)).toEqual({ "doc.loud": "GRÜSS" });
    expect(tried.durationMs).toBeGreaterThan(0);
  });

  it("may take its context, and may be asynchronous", async () => {
    const code = "async def run(state, context):\n    return {'x': context['attempt'], 'c': context['config']}\n";
    const tried = await attempt(inSandbox, itemOf({ attempt: 3, config: { a: [1] } }), code);
    expect(outputOf(tried)).toEqual({ x: 3, c: { a: [1] } });
  });

  it("may be a function of a module", async () => {
    const item = itemOf({ entrypoint: { type: "python", target: "json:dumps" }, input: { a: 1 } });
    expect(messageOf(await attempt(inSandbox, item))).toBe("run returned str, not a dict");
    const missing = await attempt(inSandbox, itemOf({ entrypoint: { type: "python", target: "no_such_module" } }));
    expect(missing.outcome).toMatchObject({ error: { code: "INVALID_CONFIGURATION", retryable: false } });
  });

  it("logs what it prints, its last words too, and tells its progress apart", async () => {
    const told: unknown[] = [];
    const code =
      "import sys\ndef run(state):\n    print('onex:progress 0.25 a quarter')\n    print('out')\n" +
      "    sys.stderr.write('no newline')\n    return {}\n";
    const tried = await attempt(inSandbox, itemOf(), code, (_, log) => told.push(log));
    expect(tried.log).toEqual([
      { stream: "stdout", text: "out" },
      { stream: "stderr", text: "no newline" },
    ]);
    expect((told[0] as { takeNews(): unknown }).takeNews()).toMatchObject({
      progress: { fraction: 0.25, message: "a quarter" },
    });
  });

  it("fails with what it raised, and its traceback is in the log", async () => {
    const tried = await run("raise ValueError('no such tide')");
    expect([codeOf(tried), messageOf(tried)]).toEqual(["HANDLER_EXECUTION_ERROR", "ValueError: no such tide"]);
    expect(tried.log.some(({ text }) => text.includes("node.py"))).toBe(true);
  });

  it("answers with JSON alone", async () => {
    for (const value of ["float('nan')", "{1, 2}", "b'x'"]) {
      expect(codeOf(await run(`return {"x": ${value}}`))).toBe("OUTPUT_STATE_INVALID");
    }
    expect(codeOf(await run("return 7"))).toBe("OUTPUT_STATE_INVALID");
  });
});

describe.skipIf(tellOf(NO_PYTHON))("hostile Python", () => {
  it("sees nothing of the machine: no files, no environment, no processes, no root", async () => {
    process.env["ONEX_TEST_SECRET"] = "hidden-from-nodes";
    const tried = await run(
      [
        'seen = sorted(os.listdir("/"))',
        'files = [p for p in ("/etc/passwd", "/root", "/home", "/work", "/var") if os.path.exists(p)]',
        'pids = [p for p in os.listdir("/proc") if p.isdigit()]',
        'return {"root": seen, "files": files, "env": dict(os.environ), "pids": len(pids), "uid": os.getuid()}',
      ].join("\n"),
    );
    delete process.env["ONEX_TEST_SECRET"];
    const output = outputOf(tried);
    expect(output["files"]).toEqual([]);
    expect(output["uid"]).not.toBe(0);
    expect(output["pids"]).toBeLessThan(6);
    expect(JSON.stringify(output)).not.toContain("hidden-from-nodes");
    expect(Object.keys(output["env"] as object).sort()).toEqual(["HOME", "LANG", "PATH", "PWD", "TMPDIR"]);
  });

  it("prints what it was given, and that stays in its log", async () => {
    const tried = await run('print(state["secret"])\nreturn {}', { input: { secret: "s3cr3t" } });
    expect(JSON.stringify(tried.outcome)).not.toContain("s3cr3t");
    expect(tried.log).toEqual([{ stream: "stdout", text: "s3cr3t" }]);
  });

  it("reaches no network", async () => {
    const tried = await run('import socket\nsocket.create_connection(("127.0.0.1", 1), 2)\nreturn {}');
    expect(codeOf(tried)).toBe("HANDLER_EXECUTION_ERROR");
    const names = await run('import socket\nreturn {"names": [n for _, n in socket.if_nameindex()]}');
    expect(outputOf(names)).toEqual({ names: ["lo"] });
  });

  it("writes to its scratch space alone, and not without end", async () => {
    expect(messageOf(await run('open("/usr/x", "w")'))).toContain("Read-only");
    expect(messageOf(await run('open("/x", "w")'))).toContain("Read-only");
    expect(messageOf(await run('open("/node/node.py", "w")'))).toMatch(/Read-only|Permission/);
    expect(messageOf(await run('open("/tmp/x", "wb").write(b"0" * (9 * 1024 * 1024))'))).toMatch(/too large|No space/);
    const many = 'for n in range(20):\n    open("/tmp/x%d" % n, "wb").write(b"0" * (1024 * 1024))\nreturn {}';
    expect(messageOf(await run(many))).toContain("No space");
  });

  it("forks, and no more than it may; nothing of it stays", async () => {
    const body = [
      "count = 0",
      "for _ in range(500):",
      "    try:",
      "        if os.fork() == 0:",
      `            os.setsid(); os.execv("/usr/bin/sleep", ["sleep", "${nap(1)}"])`,
      "        count += 1",
      "    except OSError:",
      "        break",
      'return {"count": count}',
    ].join("\n");
    expect(outputOf(await run(body))["count"]).toBeLessThan(16);
    expect(processesWith(nap(1))).toEqual([]);
  });

  it("takes more memory than it may", async () => {
    expect(codeOf(await run("x = bytearray(1 << 30)\nreturn {}"))).toBe("SANDBOX_MEMORY");
    expect(codeOf(await run("x = []\nwhile True: x.append(bytearray(1 << 20))"))).toBe("SANDBOX_MEMORY");
    expect(codeOf(await run("os.kill(os.getpid(), 9)")), "killed, as the kernel does").toBe("SANDBOX_MEMORY");
  });

  it("sleeps or computes for ever, and is ended in its time with all it started", async () => {
    const tried = await run(`os.system("sleep ${nap(2)} &")\ntime.sleep(1e6)`, { timeout_ms: 2_000 });
    expect(codeOf(tried)).toBe("TIMEOUT_ERROR");
    expect(processesWith(nap(2))).toEqual([]);
    expect(codeOf(await run("while True: pass", { timeout_ms: 1_000 }))).toBe("TIMEOUT_ERROR");
  });

  it("floods its output: the log stays short, and its end is there", async () => {
    const tried = await run(
      'sys.stdout.write("x" * 99 + "\\n")\nfor n in range(20000): os.write(1, b"flood\\n" * 100)\nprint("last")\nreturn {}',
    );
    expect(codeOf(tried)).toBe("ok");
    expect(tried.log.at(-1)).toMatchObject({ text: "last" });
    expect(tried.log.reduce((chars, { text }) => chars + text.length + 1, 0)).toBeLessThanOrEqual(16_000);
    const endless = await run('os.write(1, b"no line ends here" * 100000)\nreturn {}');
    expect(codeOf(endless)).toBe("ok");
  });

  it("writes a result and then crashes: that is no result", async () => {
    const code =
      "import atexit, os\natexit.register(lambda: os.kill(os.getpid(), 11))\ndef run(state):\n    return {'x': 1}\n";
    const tried = await attempt(inSandbox, itemOf(), code);
    expect([codeOf(tried), messageOf(tried)]).toEqual([
      "HANDLER_EXECUTION_ERROR",
      "the Python process was killed by SIGSEGV",
    ]);
  });

  it("ends without a closing message, or prints one: that is none", async () => {
    expect(messageOf(await run("os._exit(0)"))).toBe("the Python process ended without a closing message");
    const forged = await run('print(json.dumps({"ok": True, "output": {}}))\nos._exit(0)');
    expect(messageOf(forged)).toBe("the Python process ended without a closing message");
    expect(codeOf(await run("sys.exit(3)"))).toBe("HANDLER_EXECUTION_ERROR");
  });

  it("gives more than a result may be", async () => {
    expect(codeOf(await run('return {"x": "y" * (9 * 1024 * 1024)}'))).toBe("SANDBOX_BUDGET");
  });

  it("is ended when nobody waits for it any more, with its tree", async () => {
    const tried = await attempt(
      inSandbox,
      itemOf(),
      `import os, time\ndef run(state):\n    os.system("sleep ${nap(3)} &")\n    print("up", flush=True)\n    time.sleep(1e6)\n`,
      (stop, log) => {
        const look = setInterval(() => {
          if (log.lines.length === 0) return;
          clearInterval(look);
          stop.abort();
        }, 20);
      },
    );
    expect(messageOf(tried)).toContain("nobody waits");
    expect(processesWith(nap(3))).toEqual([]);
  });
});

describe.skipIf(tellOf(NO_PYTHON))("without walls", () => {
  it("a node still has its limits and an environment of its own, and its tree ends with it", async () => {
    const code =
      `import os, time\ndef run(state):\n    if os.fork() == 0:\n        os.setsid()\n        os.execv("/usr/bin/sleep", ["sleep", "${nap(4)}"])\n` +
      "    time.sleep(0.3)\n    return {'env': sorted(os.environ)}\n";
    const tried = await attempt(outside, itemOf(), code);
    expect(outputOf(tried)["env"]).not.toContain("ONEX_TOKEN");
    expect(processesWith(nap(4))).toEqual([]);
    const memory = await attempt(outside, itemOf(), "def run(state):\n    return {'x': len(bytearray(1 << 30))}\n");
    expect(codeOf(memory)).toBe("SANDBOX_MEMORY");
  });
});

describe("virtual environments", () => {
  const of = (environments: string | null) => new PythonEnvironments({ ...ENVIRONMENTS, environments });
  const signal = new AbortController().signal;

  it("are the runner's own, by name; one that is not there is said so", async () => {
    expect(await of(null).find({ environment: "data" }, signal)).toMatchObject({
      problem: expect.stringContaining("--environments") as string,
    });
    expect(await of("/nonexistent").find({ environment: "data" }, signal)).toMatchObject({
      problem: expect.stringContaining("called data") as string,
    });
    expect(await of(null).find({ uv: ["numpy"] }, signal)).toMatchObject({
      problem: expect.stringContaining("needs uv") as string,
    });
    expect(await of(null).find({}, signal)).toEqual({ python: ENVIRONMENTS.python, mounts: [] });
  });
});
