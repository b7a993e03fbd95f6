import type { Call } from "./service.ts";

/** One page of a list, by IAM's Marker and MaxItems. */
export function iamPage<Item>(
  call: Call,
  items: Item[],
): { page: Item[]; more: { IsTruncated: boolean; Marker?: string } } {
  const start = positionOf(call.input.optional("Marker"));
  const end = start + call.input.integer("MaxItems", 100, 1, 1000);
  const isTruncated = end < items.length;
  return {
    page: items.slice(start, end),
    more: { IsTruncated: isTruncated, ...(isTruncated ? { Marker: tokenFor(end) } : {}) },
  };
}

/** One page of a list, by NextToken and MaxResults. */
export function tokenPage<Item>(
  call: Call,
  items: Item[],
  defaultSize = 20,
): { page: Item[]; more: { NextToken?: string } } {
  const start = positionOf(call.input.optional("NextToken"));
  const end = start + call.input.integer("MaxResults", defaultSize, 1, 1000);
  return { page: items.slice(start, end), more: end < items.length ? { NextToken: tokenFor(end) } : {} };
}

const tokenFor = (position: number): string => Buffer.from(`position:${position}`).toString("base64url");
const positionOf = (token: string | undefined): number =>
  token === undefined ? 0 : Number(Buffer.from(token, "base64url").toString().replace("position:", ""));
