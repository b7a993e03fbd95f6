import type { AwsError } from "../errors.ts";
import type { HttpRequest } from "../signature.ts";

/** The output of an operation; each protocol writes lists and dates in its own way. */
export type Output = { [key: string]: OutputValue };
export type OutputValue =
  string | number | boolean | Date | undefined | ReadonlyMap<string, number> | readonly OutputValue[] | Output;

// TypeScript's own narrowing loses the element type of readonly lists and maps.
export const isList = (value: OutputValue): value is readonly OutputValue[] => Array.isArray(value);
export const isMap = (value: OutputValue): value is ReadonlyMap<string, number> => value instanceof Map;

export interface HttpResponse {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** The protocol of a service. */
export interface Protocol {
  parse(request: HttpRequest): { action: string; input: Record<string, unknown> };
  success(action: string, output: Output, requestId: string): HttpResponse;
  failure(error: AwsError, requestId: string): HttpResponse;
}
