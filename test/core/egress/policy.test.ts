import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { kindOf4, kindOfAddress, numberOf4 } from "../../../src/core/egress/address.ts";
import {
  judgeAddresses,
  judgeEgress,
  PUBLIC_ONLY,
  targetOf,
  type EgressPolicy,
} from "../../../src/core/egress/policy.ts";

const judge = (url: string, changes: Partial<EgressPolicy> = {}, tenant = "default") =>
  judgeEgress(url, tenant, { ...PUBLIC_ONLY, ...changes }, "$.payload.url");
const reasonOf = (url: string, changes: Partial<EgressPolicy> = {}, tenant = "default"): unknown => {
  const verdict = judge(url, changes, tenant);
  if (verdict.ok) return "open";
  const { code, details } = verdict.error;
  expect(code).toBe("REQUEST_REJECTED");
  return (details as { readonly reason: string }).reason;
};

describe("a public address", () => {
  it.each([
    ["https://example.com", "example.com:443"],
    ["http://example.com/a?b#c", "example.com:80"],
    ["HTTPS://EXAMPLE.com:8443/", "example.com:8443"],
    ["https://xn--mnchen-3ya.de/", "xn--mnchen-3ya.de:443"],
    ["https://8.8.8.8/", "8.8.8.8:443"],
    ["https://[2606:4700::1111]/", "[2606:4700::1111]:443"],
    ["https://a_b.example.com", "a_b.example.com:443"],
    ["https://1.1.1.1.example.com/", "1.1.1.1.example.com:443"],
    ["https://example.com?x=http://10.0.0.1", "example.com:443"],
  ])("%s is called", (url, target) => {
    expect(judge(url)).toMatchObject({ ok: true, value: { target } });
  });
});

describe("an address that must not be reached", () => {
  it.each([
    // private, loopback, link-local, metadata, and all that is given to nobody
    ...["10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.1.1", "127.0.0.1", "127.255.0.1"],
    ...["169.254.169.254", "169.254.0.1", "100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192"],
    ...["0.0.0.0", "0.1.2.3", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "255.255.255.255"],
    // spellings of other addresses
    ...[
      "2130706433",
      "0x7f000001",
      "0x7f.1",
      "0177.0.0.1",
      "127.1",
      "127.0.1",
      "010.0.0.1",
      "0x8.0x8.0x8.0x8",
      "8.8.8.08",
    ],
    ...["1.2.3.4.5", "256.1.1.1", "0x", "999", "example.0x1", "1.1.1.1."],
    // IPv6: loopback, private, link-local, mapped, translated, tunnels, documentation
    ...[
      "[::1]",
      "[::]",
      "[fc00::1]",
      "[fd00:ec2::254]",
      "[fe80::1]",
      "[ff02::1]",
      "[::ffff:127.0.0.1]",
      "[::ffff:8.8.8.8]",
    ],
    ...[
      "[::ffff:7f00:1]",
      "[64:ff9b::7f00:1]",
      "[64:ff9b::8.8.8.8]",
      "[2002:7f00:1::]",
      "[2001:0:1::]",
      "[2001:db8::1]",
    ],
    ...["[::127.0.0.1]", "[0:0:0:0:0:0:0:1]", "[3fff::1]", "[4000::1]", "[1:2:3]", "[::1::]", "[2606:4700:::1]"],
    // names
    ...[
      "localhost",
      "a.localhost",
      "LOCALHOST",
      "printer",
      "db.internal",
      "metadata.google.internal",
      "x.local",
      "nas.lan",
    ],
    ...[
      "router.home",
      "a.home.arpa",
      "4.3.2.1.in-addr.arpa",
      "x.test",
      "x.corp",
      "x.intranet",
      "x.private",
      "x.consul",
    ],
    ...["127.0.0.1.nip.io", "8.8.8.8.nip.io", "app-10-0-0-1.sslip.io", "7f000001.nip.io", "localtest.me", "a.lvh.me"],
    ...["10.0.0.1.example.com", "x-10-0-0-1.example.com", "169-254-169-254.example.com", "example.com.", "localhost."],
    ...["-a.example.com", "a-.example.com", "a..example.com", ".example.com", `${"a".repeat(64)}.com`],
  ])("%s", (host) => {
    expect(reasonOf(`http://${host}/`)).toBe("private_address");
    expect(reasonOf(`http://${host}:8080/x`)).toBe("private_address");
  });

  it.each([
    ["http://user@example.com/", "userinfo"],
    ["http://user:pw@example.com/", "userinfo"],
    ["http://example.com@10.0.0.1/", "userinfo"],
    ["http://:@example.com/", "userinfo"],
    ["ftp://example.com/", "malformed_url"],
    ["file:///etc/passwd", "malformed_url"],
    ["javascript:alert(1)", "malformed_url"],
    ["//example.com/", "malformed_url"],
    ["example.com", "malformed_url"],
    ["", "malformed_url"],
    ["http:/example.com", "malformed_url"],
    ["http:\\\\example.com", "malformed_url"],
    ["http://example.com\\@10.0.0.1/", "userinfo"],
    ["http://exa\tmple.com/", "malformed_url"],
    ["http://example.com/\r\nx: y", "malformed_url"],
    [" http://example.com/", "malformed_url"],
    ["http://münchen.de/", "malformed_url"],
    ["http://127。0。0。1/", "malformed_url"],
    ["http://①②⑦.0.0.1/", "malformed_url"],
    ["http://ｌｏｃａｌｈｏｓｔ/", "malformed_url"],
    ["http://%31%32%37.0.0.1/", "malformed_url"],
    ["http://exam%00ple.com/", "malformed_url"],
    ["http://[fe80::1%25eth0]/", "malformed_url"],
    ["http://example.com:99999/", "port"],
    ["http://example.com:0/", "port"],
    ["http://example.com:22/", "port"],
    ["http://example.com:25/", "port"],
    ["http://example.com:/", "malformed_url"],
    ["http://example.com:8a/", "malformed_url"],
  ])("%j is %s", (url, reason) => {
    expect(reasonOf(url)).toBe(reason);
  });

  it("is never repeated as it was written, for it may hold a secret", () => {
    const verdict = judge("http://me:s3cr3t@example.com/?token=s3cr3t");
    expect(JSON.stringify(verdict)).not.toContain("s3cr3t");
  });
});

describe("lists", () => {
  it("make the public narrower, with names under a star and ports", () => {
    const lists = { allow: ["api.example.com", "*.cdn.example", "x.example:8443"], deny: ["bad.cdn.example"] };
    expect(reasonOf("https://api.example.com/", lists)).toBe("open");
    expect(reasonOf("https://www.example.com/", lists)).toBe("not_allowed");
    expect(reasonOf("https://a.b.cdn.example/", lists)).toBe("open");
    expect(reasonOf("https://cdn.example/", lists)).toBe("not_allowed");
    expect(reasonOf("https://evilcdn.example/", lists)).toBe("not_allowed");
    expect(reasonOf("https://bad.cdn.example/", lists)).toBe("denied");
    expect(reasonOf("https://x.example:8443/", lists)).toBe("open");
    expect(reasonOf("https://x.example/", lists)).toBe("not_allowed");
  });

  it("never open what is not public", () => {
    expect(reasonOf("http://10.0.0.1/", { allow: ["10.0.0.1"] })).toBe("private_address");
    expect(reasonOf("http://db.internal/", { allow: ["db.internal", "*.internal"] })).toBe("private_address");
  });

  it("of a tenant come on top of the deployment's", () => {
    const tenants = { acme: { allow: ["a.example"], deny: [] }, other: { allow: null, deny: ["a.example"] } };
    const lists = { deny: ["b.example"], tenants };
    expect(reasonOf("https://a.example/", lists, "acme")).toBe("open");
    expect(reasonOf("https://c.example/", lists, "acme")).toBe("not_allowed");
    expect(reasonOf("https://a.example/", lists, "other")).toBe("denied");
    expect(reasonOf("https://b.example/", lists, "other")).toBe("denied");
    expect(reasonOf("https://c.example/", lists, "third")).toBe("open");
    expect(reasonOf("https://c.example/", lists, "__proto__")).toBe("open");
  });
});

describe("loopback", () => {
  it("can be opened, and nothing else with it", () => {
    const open = { allowLoopback: true };
    for (const host of ["127.0.0.1:9", "127.9.9.9:8787", "[::1]:80", "localhost:3000", "a.localhost"])
      expect(reasonOf(`http://${host}/`, open)).toBe("open");
    for (const host of [
      "10.0.0.1",
      "169.254.169.254",
      "0.0.0.0",
      "[::ffff:127.0.0.1]",
      "2130706433",
      "0x7f.1",
      "127.1",
    ])
      expect(reasonOf(`http://${host}/`, open)).toBe("private_address");
  });
});

describe("what a name resolves to", () => {
  it("is judged, every address of it", () => {
    const judgeAll = (addresses: readonly string[], allowLoopback = false) =>
      judgeAddresses("a.example", addresses, { ...PUBLIC_ONLY, allowLoopback }, "$.payload.url")?.code ?? null;
    expect(judgeAll(["93.184.216.34", "2606:2800::1"])).toBeNull();
    expect(judgeAll(["93.184.216.34", "127.0.0.1"])).toBe("REQUEST_REJECTED");
    expect(judgeAll(["::1"])).toBe("REQUEST_REJECTED");
    expect(judgeAll(["::1"], true)).toBeNull();
    expect(judgeAll(["fe80::1%eth0"])).toBe("REQUEST_REJECTED");
    expect(judgeAll(["nonsense"])).toBe("REQUEST_REJECTED");
  });
});

describe("properties", () => {
  it("the platform's own parser never sees another host in a text that is called", () => {
    const piece = fc.constantFrom(
      "http://",
      "https://",
      "@",
      ":",
      "/",
      "\\",
      "#",
      "?",
      "127.0.0.1",
      "[::1]",
      "a.example",
      "%2e",
      "。",
      ".",
      "0x7f",
      "\t",
      "80",
      "x",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const url = `http://${pieces.join("")}`;
        const verdict = judge(url);
        if (!verdict.ok) return;
        expect(URL.canParse(url) ? new URL(url).hostname : null).toBe(verdict.value.host);
      }),
      { numRuns: 5_000 },
    );
  });

  it("an IPv4 address is judged the same in its plain and its numeric spelling, or refused", () => {
    fc.assert(
      fc.property(fc.nat(0xffffffff), (number) => {
        const plain = [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join(".");
        expect(numberOf4(plain)).toBe(number);
        expect(reasonOf(`http://${plain}/`)).toBe(kindOf4(number).kind === "public" ? "open" : "private_address");
        expect(reasonOf(`http://${number}/`)).toBe("private_address");
        expect(kindOfAddress(`::ffff:${plain}`)?.kind).toBe("reserved");
      }),
    );
  });

  it("judging is total and quick", () => {
    fc.assert(fc.property(fc.string({ maxLength: 300, unit: "binary" }), (text) => void judge(text)));
    expect(targetOf(`http://${"1-".repeat(50_000)}a.example/`)).not.toBeNull();
    expect(reasonOf(`http://${"1-1.".repeat(60)}a.example/`)).toBe("open");
  });
});
