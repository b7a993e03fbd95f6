import { type Document, isAlias, isMap, isNode, isScalar, isSeq, type LineCounter, type Node, type Pair } from "yaml";

import { settingsKeys } from "../../infra/settings.ts";
import { closest } from "../closest.ts";
import type { FileProblem } from "../failure.ts";

/** The places of settings in `Pulumi.<stack>.yaml`. */

/** The namespace of the keys below `config:`. */
export const namespace = "mfa-admin:";

/** Problems of keys in places where no setting is read, so that they would be ignored silently. */
export function misplaced(document: Document, lines: LineCounter): FileProblem[] {
  const at = (node: unknown, message: string): FileProblem => ({ line: lineOfNode(node, lines), message });
  const root = document.contents;
  if (root === null || (isScalar(root) && root.value === null)) {
    return [
      { line: undefined, message: "the file has no settings; they stand below config:, as mfa-admin init writes them" },
    ];
  }
  if (!isMap(root)) return [at(root, "the settings stand below config:, as mfa-admin init writes them")];
  const outside = root.items.flatMap(({ key }) => {
    const name = keyText(key).trim();
    const isSetting = name.startsWith(namespace) || settingsKeys.includes(name);
    return isSetting ? [at(key, `${name}: this is not below config:; indent it by two spaces`)] : [];
  });
  if (outside.length > 0) return outside;
  const pair = pairIn(root, "config");
  if (pair === undefined) {
    const near = root.items.find(({ key }) => closest(keyText(key), ["config"]) !== undefined);
    const found = near === undefined ? "" : `; write config in place of ${keyText(near.key)}`;
    return [at(near?.key, `there is no config:, below which the settings stand${found}`)];
  }
  const config = resolved(pair.value, document);
  if (!isMap(config)) {
    const isEmpty = config === null || (isScalar(config) && config.value === null);
    return [
      at(
        pair.key,
        `config: the settings stand below it, indented and each with its key${isEmpty ? "; nothing does" : ""}`,
      ),
    ];
  }
  return config.items.flatMap(({ key }) => {
    const message = strayKey(keyText(key)) ?? otherRoster(keyText(key), config.items);
    return message === undefined ? [] : [at(key, `${keyText(key)}: ${message}`)];
  });
}

/**
 * The problem of a key below `config:` that nothing reads, where a setting was probably meant. Other namespaces belong to other programs.
 */
function strayKey(key: string): string | undefined {
  if (key.startsWith(namespace) || settingsKeys.includes(key) || key === "<<") return undefined;
  if (`${key}:` === namespace) return `write the namespace before each key instead, as in ${namespace}authAccount`;
  const [, space = "", name = ""] = /^(.*?)[:./](.*)$/.exec(key) ?? [];
  if (settingsKeys.includes(space)) return `write ${name} below ${namespace}${space}`;
  if (space !== "" && closest(`${space}:`, [namespace]) !== undefined) {
    return `the namespace is ${namespace}${didYouMean(closest(name, settingsKeys))}`;
  }
  if (key.includes(":")) return undefined;
  // The engine takes such a key for one of the project's own namespace.
  return `there is no such key${didYouMean(closest(key, settingsKeys)) || "; what belongs to the key above is indented further than that"}`;
}

/** The problem of a roster under another namespace, where there is no roster: it would let nobody in. */
function otherRoster(key: string, items: Pair[]): string | undefined {
  const own = `${namespace}developers`;
  if (key.startsWith(namespace) || !key.endsWith(":developers") || pairIn({ items }, own) !== undefined)
    return undefined;
  return `nobody reads this, and there is no ${own}; write that, and ${own}: {} for nobody`;
}

const didYouMean = (name: string | undefined): string =>
  name === undefined ? "" : `; did you mean ${namespace}${name}?`;

/** The keys of other namespaces that have a setting's name. */
export function namesakes(document: Document, name: string): string[] {
  const root = document.contents;
  const config = isMap(root) ? resolved(pairIn(root, "config")?.value, document) : undefined;
  if (!isMap(config)) return [];
  return config.items
    .map(({ key }) => keyText(key))
    .filter((key) => key.endsWith(`:${name}`) && !key.startsWith(namespace));
}

/** The line of a key below `mfa-admin:`, or of the nearest existing key above it. */
export function lineOf(document: Document, lines: LineCounter, keys: PropertyKey[]): number | undefined {
  return nodesTo(document, keys)
    .map(({ place }) => lineOfNode(place, lines))
    .findLast((line) => line !== undefined);
}

/** Whether a key has a comment in place of its value. */
export function isCommented(document: Document, keys: PropertyKey[]): boolean {
  const value = nodesTo(document, keys).at(-1)?.value;
  return isScalar(value) && value.value === null && typeof value.comment === "string";
}

/** The existing keys or list entries on the way down to a key, with their values. */
function nodesTo(document: Document, keys: PropertyKey[]): { place: unknown; value: unknown }[] {
  const [first, ...rest] = keys.map(String);
  const found: { place: unknown; value: unknown }[] = [];
  let node: unknown = document.contents;
  for (const key of ["config", `${namespace}${first ?? ""}`, ...rest]) {
    const above = resolved(node, document);
    const pair = isMap(above) ? pairIn(above, key) : undefined;
    const entry = isSeq(above) ? above.items[Number(key)] : undefined;
    if (pair === undefined && entry === undefined) break;
    node = pair?.value ?? entry;
    found.push({ place: pair?.key ?? entry, value: node });
  }
  return found;
}

function lineOfNode(node: unknown, lines: LineCounter): number | undefined {
  return isNode(node) && node.range ? lines.linePos(node.range[0]).line : undefined;
}

const resolved = (node: unknown, document: Document): Node | undefined | null =>
  isAlias(node) ? node.resolve(document) : (node as Node | null | undefined);

function pairIn({ items }: { items: Pair[] }, key: string): Pair | undefined {
  return items.find((pair) => keyText(pair.key) === key);
}

const keyText = (key: unknown): string => (isScalar(key) ? String(key.value) : "");
