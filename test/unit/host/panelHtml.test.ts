import { expect, test } from "vitest";
import { messageHtml, panelHtml } from "../../../src/host/panel/panelHtml.ts";

const page = {
  cspSource: "https://*.vscode-cdn.net",
  nonce: "bm9uY2U+",
  script: "https://host/dist/webview.js?a=1&b=2",
  styles: ["https://host/dist/webview.css"],
  title: 'run "<b>"',
};
const html = panelHtml(page);
const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)![1]!.replaceAll("&gt;", ">");

test("everything is forbidden that is not named", () => {
  expect(policy.startsWith("default-src 'none';")).toBe(true);
});

test("nothing unsafe is allowed, and nothing from anywhere", () => {
  expect(policy).not.toMatch(/unsafe|\bdata:|\bblob:|(^|\s)(\*|https?:)(\s|;|$)/);
});

test("scripts run by nonce alone", () => {
  expect(policy).toContain(`script-src 'nonce-${page.nonce}';`);
  expect([...html.matchAll(/<script/g)]).toHaveLength(1);
  expect(html).toContain(`<script nonce="${page.nonce}"`);
});

test("no script and no style stands in the page itself", () => {
  expect(html).not.toMatch(/<style|style=|onload=|<script[^>]*>[^<]/);
});

test("text is escaped wherever it comes from", () => {
  expect(html).toContain("<title>run &quot;&lt;b&gt;&quot;</title>");
  expect(html).toContain("webview.js?a=1&amp;b=2");
});

test("a message's page runs nothing, whatever the message says", () => {
  const html = messageHtml("<script>alert(1)</script>");
  expect(html).toContain("content=\"default-src 'none'\"");
  expect(html).not.toContain("<script");
  expect(html).toContain("&lt;script&gt;");
});
