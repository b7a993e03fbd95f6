import { expect } from "chai";

import { explain } from "../../cli/explain.ts";
import { detailsOf } from "../../cli/explain-details.ts";

const system = (code: string, more: object = {}): Error =>
  Object.assign(new Error(`${code}: trouble`), { code, ...more });
const aws = (name: string, message: string, httpStatusCode: number): Error =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode, requestId: "4711" } });

describe("what can be foreseen is told as what it is", () => {
  const cases: [what: string, error: Error, says: RegExp][] = [
    ["a proxy that wants a password", aws("Unknown", "Unknown", 407), /^The proxy wants a name and a password/],
    ["a page that answers for AWS", aws("Unknown", "Unknown", 403), /^What has answered is not AWS: it answered 403\./],
    ["a file that is not there", system("ENOENT", { path: "/a/b" }), /^\/a\/b is not there: ENOENT: trouble\./],
    ["a file of somebody else's", system("EACCES", { path: "/a/b" }), /^\/a\/b may not be used by you/],
    ["a full disk", system("ENOSPC", { path: "/a/b" }), /^\/a\/b has no room: the disk is full/],
    ["a directory in place of a file", system("EISDIR"), /^A file is a directory, where a file is expected/],
    ["a reader that is gone", system("EPIPE"), /^Whoever read the output is gone/],
    [
      "a program that is not there",
      system("ENOENT", { syscall: "spawn pulumi" }),
      /^The program pulumi does not start/,
    ],
    ["a name that is not found", system("EAI_AGAIN"), /^AWS could not be reached/],
    [
      "several addresses that are refused",
      new AggregateError([system("ECONNREFUSED")], ""),
      /^AWS could not be reached: ECONNREFUSED: trouble\./,
    ],
    [
      "a network that is cut off",
      new Error("fetch failed", { cause: system("ENETUNREACH") }),
      /^AWS could not be reached/,
    ],
    ["a proxy's certificate", system("SELF_SIGNED_CERT_IN_CHAIN"), /^The encrypted connection cannot be trusted/],
    ["a proxy's answer", system("HPE_INVALID_CONSTANT"), /^What has answered is not AWS/],
    [
      "a sign-in page",
      Object.assign(new SyntaxError(`Unexpected token '<', "<html>token" is not valid JSON`), { $metadata: {} }),
      /^What has answered is not AWS: Unexpected token '<' is not valid JSON\.$/,
    ],
    [
      "an answer that is no XML",
      aws("Error", "@aws-sdk XML parse error: x.\n  Deserialization error: y", 200),
      /^What has answered is not AWS/,
    ],
    [
      "a directory that is gone",
      system("ENOENT", { syscall: "uv_cwd" }),
      /^The directory that you are in is not there/,
    ],
    ["an address that is none", system("ERR_INVALID_URL", { input: "nowhere" }), /^"nowhere" is no URL/],
    [
      "a broken AWS file",
      new Error('Found invalid profile name "x"'),
      /^Your AWS configuration is not as it should be/,
    ],
    [
      "throttling",
      aws("Throttling", "Rate exceeded", 400),
      /^AWS is asked too much at a time: Throttling: Rate exceeded\./,
    ],
    ["trouble of AWS's own", aws("ServiceUnavailable", "", 503), /^AWS has trouble of its own: ServiceUnavailable/],
    [
      "a quota",
      aws("LimitExceededException", "Cannot exceed 2", 409),
      /^A limit or a rule of AWS is in the way: .*exceed 2\./,
    ],
    [
      "a service control policy",
      aws("AccessDenied", "not authorized with an explicit deny in a service control policy", 403),
      /^A service control policy of the organization refuses it: AccessDenied: not authorized/,
    ],
    ["a refusal", aws("AccessDenied", "User: x is not authorized", 403), /^AWS refused: AccessDenied: User: x is not/],
    [
      "credentials that are over",
      aws("ExpiredToken", "It is over", 403),
      /^The AWS credentials have expired: It is over\./,
    ],
  ];
  for (const [what, error, says] of cases) {
    it(what, () => {
      const { message, remedy } = explain(error);
      expect(message).to.match(says);
      expect(remedy).to.be.a("string").and.not.contain("--verbose");
    });
  }

  it("a defect of ours is told as one", () => {
    expect(explain(new TypeError("x is undefined")).message).to.match(/^Something unexpected/);
  });

  it("--verbose shows every cause, and AWS's number of the request", () => {
    const inner = aws("AccessDenied", "no", 403);
    const details = detailsOf(new Error("outer", { cause: new Error("middle", { cause: inner }) }));
    expect(details).to.match(/Error: outer[^]*Caused by: Error: middle[^]*Caused by: .*no[^]*AWS's request 4711/);
  });
});
