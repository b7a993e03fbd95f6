import { AwsError } from "../errors.ts";
import type { HttpRequest } from "../signature.ts";
import { isList, isMap, type HttpResponse, type Output, type OutputValue, type Protocol } from "./protocol.ts";

/** AWS Query, the protocol of IAM and STS: a form in, XML out. */
export function queryProtocol(namespace: string): Protocol {
  return {
    parse: parseForm,
    success: (action, output, requestId) =>
      document(200, requestId, `${action}Response`, namespace, {
        [`${action}Result`]: output,
        ResponseMetadata: { RequestId: requestId },
      }),
    failure: ({ code, message, status }, requestId) =>
      document(status, requestId, "ErrorResponse", namespace, {
        Error: { Type: status < 500 ? "Sender" : "Receiver", Code: code, Message: message },
        RequestId: requestId,
      }),
  };
}

/** EC2's variant of AWS Query. */
export function ec2Protocol(namespace: string): Protocol {
  return {
    parse: parseForm,
    success: (action, output, requestId) =>
      document(200, requestId, `${action}Response`, namespace, { requestId, ...output }, "item"),
    failure: (error, requestId) =>
      document(error.status, requestId, "Response", namespace, {
        Errors: { Error: inWordsOfEc2(error) },
        RequestID: requestId,
      }),
  };
}

const NOT_VALIDATED = "AWS was not able to validate the provided access credentials";

/** An error of IAM and STS in the words of EC2, which has codes of its own, and shorter messages. */
function inWordsOfEc2({ code, message }: AwsError): { Code: string; Message: string } {
  switch (code) {
    case "AccessDenied":
      return { Code: "UnauthorizedOperation", Message: `You are not authorized to perform this operation. ${message}` };
    case "ExpiredToken":
      return { Code: "RequestExpired", Message: "Request has expired." };
    case "InvalidClientTokenId":
    case "SignatureDoesNotMatch":
      return { Code: "AuthFailure", Message: NOT_VALIDATED };
    default:
      return { Code: code, Message: message };
  }
}

function parseForm(request: HttpRequest): { action: string; input: Record<string, unknown> } {
  const form = new URLSearchParams(request.body.toString());
  const action = form.get("Action");
  if (action === null) throw new AwsError("MissingAction", "The request must contain the parameter Action");
  form.delete("Action");
  form.delete("Version");
  return { action, input: nested(form) };
}

/** Parses `Tags.member.1.Key=a` (IAM) and `Filter.1.Name=a` (EC2) into lists of structures. */
function nested(form: URLSearchParams): Record<string, unknown> {
  const tree: Tree = {};
  for (const [name, value] of form) {
    const path = name.split(".").filter((part) => part !== "member");
    let node = tree;
    for (const part of path.slice(0, -1)) {
      const next = node[part];
      node = typeof next === "object" ? next : (node[part] = {});
    }
    node[path.at(-1) ?? name] = value;
  }
  return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, lists(value)]));
}

interface Tree {
  [part: string]: string | Tree;
}

function lists(value: string | Tree): unknown {
  if (typeof value === "string") return value;
  const entries = Object.entries(value);
  if (entries.every(([key]) => /^\d+$/.test(key))) return entries.map(([, item]) => lists(item));
  return Object.fromEntries(entries.map(([key, inner]) => [key, lists(inner)]));
}

function document(
  status: number,
  requestId: string,
  root: string,
  namespace: string,
  content: Output,
  listItem: "member" | "item" = "member",
): HttpResponse {
  return {
    status,
    headers: { "content-type": "text/xml", "x-amzn-requestid": requestId },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="${namespace}">${xml(content, listItem)}</${root}>`,
  };
}

/** The content of an element: lists as `member` (EC2: `item`) elements, maps as `entry` elements. */
function xml(value: OutputValue, listItem: string): string {
  if (value === undefined) return "";
  if (value instanceof Date) return value.toISOString().replace(/\.\d+Z$/, "Z");
  if (typeof value !== "object") return escaped(String(value));
  if (isList(value)) return value.map((item) => element(listItem, item, listItem)).join("");
  if (isMap(value)) {
    return [...value].map(([key, inner]) => element("entry", { key, value: inner }, listItem)).join("");
  }
  return Object.entries(value)
    .map(([name, inner]) => (inner === undefined ? "" : element(name, inner, listItem)))
    .join("");
}

const element = (name: string, value: OutputValue, listItem: string): string =>
  `<${name}>${xml(value, listItem)}</${name}>`;

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
