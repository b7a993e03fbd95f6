import { AwsError } from "../../errors.ts";
import type { Model } from "./model.ts";

interface Operation {
  op: string;
  path: string;
  value?: unknown;
}

type Container = Record<string, unknown> | unknown[];

/** Applies a JSON patch (RFC 6902; add, replace and remove) to a copy of a model. */
export function applyPatch(model: Model, patch: string): Model {
  const patched = structuredClone(model);
  for (const operation of JSON.parse(patch) as Operation[]) apply(patched, operation);
  return patched;
}

function apply(model: Model, { op, path, value }: Operation): void {
  const keys = path
    .split("/")
    .slice(1)
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
  const last = keys.pop() ?? "";
  const container = keys.reduce<Container>((node, key) => child(node, key, path), model);
  switch (op) {
    case "add":
      add(container, last, value);
      return;
    case "replace":
      existing(container, last, path);
      set(container, last, value);
      return;
    case "remove":
      existing(container, last, path);
      remove(container, last);
      return;
    default:
      throw invalid(`the operation "${op}" is not known`);
  }
}

function child(node: Container, key: string, path: string): Container {
  const next = existing(node, key, path);
  if (typeof next !== "object" || next === null) throw invalid(`there is nothing at ${path}`);
  return next as Container;
}

function existing(node: Container, key: string, path: string): unknown {
  const value = Array.isArray(node) ? node[Number(key)] : node[key];
  if (value === undefined) throw invalid(`there is nothing at ${path}`);
  return value;
}

function add(node: Container, key: string, value: unknown): void {
  if (Array.isArray(node)) node.splice(key === "-" ? node.length : Number(key), 0, value);
  else node[key] = value;
}

function set(node: Container, key: string, value: unknown): void {
  if (Array.isArray(node)) node[Number(key)] = value;
  else node[key] = value;
}

function remove(node: Container, key: string): void {
  if (Array.isArray(node)) node.splice(Number(key), 1);
  else Reflect.deleteProperty(node, key);
}

const invalid = (problem: string) => new AwsError("InvalidRequest", `[PatchDocument] can not be applied: ${problem}`);
