import { endless } from "./program.ts";

/** Texts, patterns and numbers of any length. */
export const TEXTS = endless({
  "a text repeated": "for (;;) 'ab'.repeat(1e6);",
  "a letter repeated": "for (;;) 'a'.repeat(1e6);",
  "a text padded": "for (;;) 'ab'.padStart(1e6, 'xyz');",
  "a text too long, again and again": "for (;;) { try { 'x'.repeat(2 ** 30); } catch {} }",
  "a text repeated too often": "const s = 'x'.repeat(1e6); for (;;) { try { s.repeat(1e4); } catch {} }",
  "a text cut": "const s = 'x'.repeat(1e7); for (;;) s.slice(1);",
  "a text split and joined by letters": "const s = 'ab'.repeat(1e4); for (;;) s.split('').join('');",
  "a text split and joined by words": "const s = 'lorem ipsum dolor '.repeat(1e4); for (;;) s.split(' ').join('-');",
  "a text split by a pattern": "const s = 'lorem ipsum dolor '.repeat(1e4); for (;;) s.split(/\\s/).join('-');",
  "a list joined": "const a = Array(1e5).fill('ab'); for (;;) a.join(',');",
  "a text replaced by a function": "const s = 'ab'.repeat(1e4); for (;;) s.replace(/a/g, (m) => m + 'c');",
  "a text replaced": "const s = 'ab'.repeat(1e4); for (;;) s.replaceAll('a', 'cc');",
  "a text replaced by what is around it": "const s = 'ab'.repeat(1e3); for (;;) s.replace(/b/g, \"$`$'\");",
  "a text that grows at its end":
    "let s = ''; for (;;) { s += 'ab'; if (s.length > 1e6) { s.charCodeAt(5); s = ''; } }",
  "a text that grows at its start": "let s = ''; for (;;) { s = 'ab' + s; if (s.length > 1e5) s = ''; }",
  "a template": "let s = ''; for (;;) { s = `${s}a`; if (s.length > 1e5) s = ''; }",
  "a search in a text": "const s = 'ab'.repeat(1e6); for (;;) s.includes('abc');",
  "a search that fails late": "const s = 'a'.repeat(1e6), t = 'a'.repeat(5e5) + 'b'; for (;;) s.indexOf(t);",
  "a search backwards that fails late":
    "const s = 'a'.repeat(1e6), t = 'b' + 'a'.repeat(5e5); for (;;) s.lastIndexOf(t);",
  "texts compared": "const a = 'x'.repeat(5e6) + 'a', b = 'x'.repeat(5e6) + 'b'; for (;;) a < b;",
  "texts told apart": "const a = 'x'.repeat(5e6) + 'a', b = 'x'.repeat(5e6) + 'b'; for (;;) a === b;",
  "texts compared as people do": "const a = 'é'.repeat(1e5); for (;;) a.localeCompare(a + 'x');",
  "a text in normal form": "const a = 'é한'.repeat(1e5); for (;;) a.normalize('NFD').normalize('NFKC');",
  "a text in capitals": "const a = 'ßé'.repeat(1e5); for (;;) a.toUpperCase();",
  "a text as part of an address": "const a = 'é한'.repeat(1e4); for (;;) decodeURIComponent(encodeURIComponent(a));",
  "a text escaped": "const a = 'é한'.repeat(1e4); for (;;) unescape(escape(a));",
  "a pattern that tries everything": "return /(a+)+b/.test('a'.repeat(60));",
  "a pattern that tries everything of everything": "return /(.*)*x/.test('a'.repeat(1e5));",
  "a pattern that looks ahead and back": "return /(?=(a+))a*(?<=(a+))\\1\\2b/.test('a'.repeat(3000));",
  "a pattern over whole characters": "const s = 'ä'.repeat(1e5); for (;;) /[\\p{L}]+$x/u.test(s);",
  "a pattern that knows no case": "const s = 'Ä'.repeat(1e5); for (;;) /ä*b/iu.test(s);",
  "patterns compiled": "for (let i = 0; ; i++) new RegExp('(a|b|[c-z]{1,50}){1,30}\\\\p{L}' + i, 'u');",
  "large patterns compiled":
    "for (let i = 0; ; i++) try { new RegExp('[\\\\p{L}\\\\p{N}\\\\p{Script=Greek}]'.repeat(100) + i, 'iu'); } catch {}",
  "a pattern with an exec of its own":
    "const r = /a/g; r.exec = () => ({ index: 0, 0: '', length: 1 }); return 'a'.replace(r, 'b');",
  "JSON read":
    "const s = JSON.stringify(Array.from({ length: 1e3 }, (_, i) => ({ a: i, b: 'x' + i }))); for (;;) JSON.parse(s);",
  "JSON read by a function":
    "const s = JSON.stringify(Array.from({ length: 1e3 }, (_, i) => ({ a: i }))); for (;;) JSON.parse(s, (k, v) => v);",
  "JSON read by a function that adds to it":
    "JSON.parse('[1,2]', function (k, v) { if (Array.isArray(this)) this.push({}); return { a: [1, 2] }; }); for (;;);",
  "JSON written":
    "const a = Array.from({ length: 1e3 }, (_, i) => ({ a: i, b: 'x' + i })); for (;;) JSON.stringify(a);",
  "JSON written with spaces":
    "let a = []; for (let i = 0; i < 200; i++) a = [a]; for (;;) JSON.stringify(a, null, 10);",
  "numbers written": "let x = 1.1; for (;;) { x = x * 1.0000001; String(x); }",
  "numbers written with a hundred places": "for (;;) (1.1e20).toFixed(100);",
  "the smallest number written": "for (;;) (5e-324).toPrecision(100);",
  "numbers written to the base of seven": "for (;;) (Math.PI * 1e300).toString(7);",
  "long numbers read": "const s = '1.' + '7'.repeat(1e5) + 'e-300'; for (;;) parseFloat(s);",
  "big integers multiplied": "let x = 3n; for (;;) { x = x * x; if (x > 1n << 200000n) x = 3n; }",
  "big integers raised": "for (;;) 7n ** 100000n;",
  "big integers written": "const x = 7n ** 10000n; for (;;) x.toString();",
  "big integers written in bits": "const x = 7n ** 10000n; for (;;) x.toString(2);",
  "big integers divided": "const x = 7n ** 60000n, y = 3n ** 30000n; for (;;) x / y;",
  "big integers read": "const s = '7'.repeat(50000); for (;;) BigInt(s);",
  "big integers shifted": "for (;;) (1n << 1000000n) >> 3n;",
});
