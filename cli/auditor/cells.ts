/** Contents of table cells. */

import { dayBefore } from "../../infra/exemptions.ts";
import { type Content, html, joined } from "./html.ts";
import type { Words } from "./words.ts";

/** "2026-11-28 17:42 UTC" */
export const moment = (iso: string): Content =>
  html`<time datetime="${iso}">${iso.slice(0, 16).replace("T", " ")} UTC</time>`;

/** "2026-11-28" */
export const day = (iso: string): Content => html`<time datetime="${iso}">${iso.slice(0, 10)}</time>`;

/** The day before an end at midnight; any other end as it is. */
export const lastDay = (end: string): Content =>
  end.slice(10).startsWith("T00:00:00") ? html`<time datetime="${end}">${dayBefore(end)}</time>` : moment(end);

export const code = (text: string): Content => html`<code>${text}</code>`;

/** A sentence of mfa-admin's or AWS's. These are English, and marked so on a page in another language. */
export const english = (text: string, { language }: Words): Content =>
  language === "en" ? text : html`<span lang="en">${text}</span>`;

export const good = (content: Content): Content => html`<span class="good">✓ ${content}</span>`;
export const bad = (content: Content): Content => html`<span class="bad">! ${content}</span>`;
export const soft = (content: Content): Content => html`<span class="soft">${content}</span>`;

/** The contents, each on its own line; empty ones are left out. */
export const lines = (...contents: Content[]): Content =>
  joined(
    contents.filter((content) => content !== undefined && content !== ""),
    html`<br />`,
  );

/** The items as a list; a single item is not marked as a list. */
export const list = (items: Content[]): Content =>
  items.length === 1
    ? items[0]
    : html`<ul>
        ${items.map((item) => html`<li>${item}</li>`)}
      </ul>`;

/** An ARN without its `arn:aws:iam::`; for AWS's own managed policies, the name alone. */
export const shortArn = (arn: string): string =>
  arn.replace(/^arn:aws:iam::aws:policy\/(.*\/)?/, "").replace(/^arn:aws:iam::/, "");
