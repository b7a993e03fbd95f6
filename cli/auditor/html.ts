/** HTML templates that escape their values: every value is put in as text, unless another template has made it. */

import { createHash } from "node:crypto";

import { oneLine } from "../terminal/one-line.ts";

class Markup {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

export type { Markup };

/** A template's value; undefined adds nothing. */
export type Content = Markup | string | number | undefined | Content[];

/** Characters that end a text or an attribute in quotes (HTML Living Standard, "Escaping a string"; the quote besides). */
const entities: Partial<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(content: Content): string {
  if (content === undefined) return "";
  if (content instanceof Markup) return content.toString();
  if (Array.isArray(content)) return content.map(escaped).join("");
  return oneLine(String(content)).replace(/[&<>"']/g, (character) => entities[character] ?? "");
}

/** A piece of HTML. Values may stand only in text and in quoted attributes. */
export function html(parts: TemplateStringsArray, ...values: Content[]): Markup {
  return new Markup(parts.map((part, index) => (index === 0 ? "" : escaped(values[index - 1])) + part).join(""));
}

/** A style element, and the digest by which a Content Security Policy lets it through. */
export interface Style {
  element: Markup;
  sha256: string;
}

/** A style sheet; its template takes no values. */
export function css(parts: TemplateStringsArray): Style {
  const text = parts.raw.join("");
  return {
    element: new Markup(`<style>${text}</style>`),
    sha256: createHash("sha256").update(text).digest("base64"),
  };
}

/** The contents with a separator between each two. */
export function joined(contents: Content[], between: Content): Content[] {
  return contents.flatMap((content, index) => (index === 0 ? [content] : [between, content]));
}
