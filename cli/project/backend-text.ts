import { isMap, isScalar, parseDocument, stringify } from "yaml";

/** The text of a `Pulumi.yaml` with another backend. Every other line stays unchanged to the letter. */
export function withBackendUrl(text: string, url: string): string {
  const document = parseDocument(text);
  const present = document.getIn(["backend", "url"], true);
  if (isScalar(present) && present.range) {
    const [start, end] = present.range;
    return text.slice(0, start) + stringify(url, { lineWidth: 0 }).trim() + text.slice(end);
  }
  if (isMap(document.get("backend"))) document.setIn(["backend", "url"], url);
  else document.set("backend", { url });
  return document.toString({ lineWidth: 0 });
}

/** The text of a `Pulumi.yaml` with the organization of the stacks at a server, or without one where it is undefined. */
export function withOrganization(text: string, organization: string | undefined): string {
  const line = /^organization:.*\n?/m;
  if (organization === undefined) return text.replace(line, "");
  const wanted = stringify({ organization });
  if (line.test(text)) return text.replace(line, () => wanted);
  return `${text}${text.endsWith("\n") ? "" : "\n"}${wanted}`;
}
