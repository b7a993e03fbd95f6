import { createHash } from "node:crypto";

import { expect } from "chai";

import { css, html, joined } from "../../../cli/auditor/html.ts";

const hostile = `<script>alert("1")</script> & 'so on'`;
const escaped = "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;so on&#39;";

describe("HTML by templates", () => {
  it("takes every value for text, in elements and in attributes", () => {
    expect(String(html`<p title="${hostile}">${hostile}</p>`)).to.equal(`<p title="${escaped}">${escaped}</p>`);
  });

  it("puts in what another template has made, alone, in lists and between others, and escapes it once", () => {
    const inner = html`<b>${hostile}</b>`;
    expect(String(html`<p>${inner}${["<", inner, [1, undefined]]}</p>`)).to.equal(
      `<p><b>${escaped}</b>&lt;<b>${escaped}</b>1</p>`,
    );
    expect(String(html`${joined(["a", inner, "<"], html`<br />`)}`)).to.equal(`a<br /><b>${escaped}</b><br />&lt;`);
  });

  it("is not taken in by what only looks like its own", () => {
    const forged = { toString: () => "<b>" } as unknown as string;
    expect(String(html`${forged}`)).to.equal("&lt;b&gt;");
  });

  it("puts a space for control characters, and for those that turn the text around them", () => {
    expect(String(html`a${"\u0000\u001b"}b${"\u202e"}c${"\u2066"}d`)).to.equal("a b c d");
  });

  it("has a style sheet with the digest of its very text", () => {
    const { element, sha256 } = css`
      b {
        color: red;
      }
    `;
    const text = String(element).replace(/^<style>|<\/style>$/g, "");
    expect(sha256).to.equal(createHash("sha256").update(text).digest("base64"));
  });
});
