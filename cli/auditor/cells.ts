/** What cells are made of. */

import { dayBefore } from "../../infra/exemptions.ts";
import { type Content, html, joined } from "./html.ts";
import type { Words } from "./words.ts";

/** "2026-11-28 17:42 UTC" */
export const moment = (iso: string): Content =>
  html`<time datetime="${iso}">${iso.slice(0, 16).replace("T", " ")} UTC</time>`;

/** "2026-11-28" */
export const day = (iso: string): Content => html`<time datetime="${iso}">${iso.slice(0, 10)}</time>`;

/** The last day before an end that is midnight, else the end itself. */
export const lastDay = (end: string): Content =>
  end.slice(10).startsWith("T00:00:00") ? html`<time datetime="${end}">${dayBefore(end)}</time>` : moment(end);

export const code = (text: string): Content => html`<code>${text}</code>`;

/** A sentence of mfa-admin's or of AWS's, which are English. */
export const english = (text: string, { language }: Words): Content =>
  language === "en" ? text : html`<span lang="en">${text}</span>`;

export const good = (content: Content): Content => html`<span class="good">✓ ${content}</span>`;
export const bad = (content: Content): Content => html`<span class="bad">! ${content}</span>`;
export const soft = (content: Content): Content => html`<span class="soft">${content}</span>`;

/** Each on a line of its own; nothing of nothing. */
export const lines = (...contents: Content[]): Content =>
  joined(
    contents.filter((content) => content !== undefined && content !== ""),
    html`<br />`,
  );

/** A list, without its marks. */
export const list = (items: Content[]): Content =>
  items.length === 1
    ? items[0]
    : html`<ul>
        ${items.map((item) => html`<li>${item}</li>`)}
      </ul>`;

/** An ARN without what all of them have in common; of AWS's own policies, the name. */
export const shortArn = (arn: string): string =>
  arn.replace(/^arn:aws:iam::aws:policy\/(.*\/)?/, "").replace(/^arn:aws:iam::/, "");
