import { expect } from "chai";

import { readServiceControlPolicy } from "../../infra/policy-grammar.ts";

/** A policy of one statement, whose elements begin on line 4, each on its own line. */
function policy(elements: Record<string, unknown>): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: [elements] }, undefined, 1);
}

const deny = { Effect: "Deny", Action: "ec2:*", Resource: "*" };

/** The problems of a policy, as "LINE: message". */
function problems(text: string): string[] {
  const read = readServiceControlPolicy(text);
  return "problems" in read ? read.problems.map(({ line, message }) => `${line ?? "?"}: ${message}`) : [];
}

describe("the grammar of the organization's own service control policies", () => {
  it("takes what AWS takes: one statement or several, lists, NotAction, NotResource, and conditions of every kind", () => {
    for (const elements of [
      deny,
      {
        ...deny,
        Sid: "Region1",
        Action: ["ec2:Run*", "s3:Get?bject", "*"],
        Resource: ["arn:aws:s3:::a", "arn:*", "*"],
      },
      { Effect: "Deny", NotAction: ["iam:*", "sts:*"], NotResource: "arn:aws:iam::*:role/x" },
      { ...deny, Effect: "Allow" },
      {
        ...deny,
        Condition: {
          StringNotEquals: { "aws:RequestedRegion": ["ap-northeast-1"] },
          ArnNotLikeIfExists: { "aws:PrincipalArn": "arn:aws:iam::*:role/x" },
          "ForAllValues:StringLike": { "aws:TagKeys": ["a*"] },
          "ForAnyValue:StringNotEqualsIgnoreCaseIfExists": { "aws:TagKeys": "a" },
          Bool: { "aws:ViaAWSService": false },
          NumericLessThanEquals: { "s3:max-keys": 10 },
          DateGreaterThan: { "aws:CurrentTime": "2027-01-01T00:00:00Z" },
          NotIpAddress: { "aws:SourceIp": "192.0.2.0/24" },
          Null: { "aws:TokenIssueTime": "true" },
        },
      },
    ]) {
      expect(problems(policy(elements)), JSON.stringify(elements)).to.eql([]);
    }
    expect(readServiceControlPolicy(JSON.stringify({ Version: "2012-10-17", Statement: deny }))).to.eql({
      document: { Version: "2012-10-17", Statement: [deny] },
    });
  });

  it("refuses what is no JSON at its line", () => {
    expect(problems('{\n"Version": "2012-10-17",\n}')).to.eql([
      "3: this is not JSON: expected double-quoted property name",
    ]);
    expect(problems("{\n// why\n}")).to.eql(["2: this is not JSON: expected property name or '}'"]);
    expect(problems('{\n"Version"')).to.eql(["2: this is not JSON: expected ':' after property name"]);
    expect(problems('{"a":\n"\n"}').join()).to.match(/^2: this is not JSON: bad control character/);
    expect(problems('{"Version": nothing}')).to.eql(["1: this is not JSON: unexpected token 'o'"]);
    expect(problems("Version: 2012-10-17").join()).to.match(/^1: this is not JSON/);
  });

  it("refuses what stands in a policy without being of one, each at its line", () => {
    expect(problems("[]")).to.eql(["1: a policy must be an object, in { }"]);
    expect(problems("{}")).to.eql(['1: Version is missing; write "Version": "2012-10-17"', "1: Statement is missing"]);
    expect(problems('{"Version": "2008-10-17",\n"Statement": []}')).to.eql([
      '1: Version must be "2012-10-17"',
      "2: Statement has no statement",
    ]);
    expect(problems('{"Version": "2012-10-17", "Id": "x", "statement": []}').join("\n")).to.contain(
      "1: Id: a policy has Version, Statement alone",
    );
    expect(problems('{"Version": "2012-10-17", "Statement": ["x"]}')).to.eql([
      "1: a statement must be an object, in { }",
    ]);
  });

  const cases: [what: string, elements: Record<string, unknown>, expected: string[]][] = [
    [
      "principals",
      { ...deny, Principal: "*" },
      [
        "8: Principal: a service control policy names no principals, but binds everybody in the accounts; except some by a Condition on aws:PrincipalArn",
      ],
    ],
    ["an unknown effect", { ...deny, Effect: "deny" }, ['5: Effect must be "Deny" or "Allow", not "deny"']],
    ["no effect", { Action: "*", Resource: "*" }, ["4: Effect is missing: Deny or Allow"]],
    [
      "no action and no resource",
      { Effect: "Deny" },
      ["4: Action is missing, or NotAction", "4: Resource is missing, or NotResource"],
    ],
    ["Action beside NotAction", { ...deny, NotAction: "s3:*" }, ["8: a statement has Action or NotAction, not both"]],
    ["an element in another case", { ...deny, condition: {} }, ["8: condition: write Condition"]],
    [
      "an empty list",
      { ...deny, Action: [] },
      ["6: the list is empty; an action is SERVICE:NAME, such as ec2:RunInstances, or *"],
    ],
    [
      "an action without its service",
      { ...deny, Action: ["RunInstances"] },
      ['7: an action is SERVICE:NAME, such as ec2:RunInstances, or *, not "RunInstances"'],
    ],
    ["a number for a resource", { ...deny, Resource: 1 }, ["7: a resource is an ARN, or *"]],
    ["a resource that is none", { ...deny, Resource: "bucket" }, ['7: a resource is an ARN, or *, not "bucket"']],
    ["half an ARN", { ...deny, Resource: "arn:aws:s3" }, ['7: a resource is an ARN, or *, not "arn:aws:s3"']],
    ["a Sid with a space", { Sid: "my region", ...deny }, ['5: a Sid is of letters and digits, not "my region"']],
    [
      "an unknown operator",
      { ...deny, Condition: { StringEqual: { "aws:RequestedRegion": "x" } } },
      ["9: there is no condition operator StringEqual"],
    ],
    [
      "a key without its service",
      { ...deny, Condition: { StringEquals: { RequestedRegion: "x" } } },
      ["10: a condition key is such as aws:RequestedRegion, not RequestedRegion"],
    ],
    ["a condition that is a text", { ...deny, Condition: "x" }, ["8: a Condition must be an object, in { }"]],
    [
      "an object for a value",
      { ...deny, Condition: { StringEquals: { "aws:RequestedRegion": {} } } },
      ["10: a value of aws:RequestedRegion must be text"],
    ],
  ];
  for (const [what, elements, expected] of cases) {
    it(`refuses ${what}`, () => {
      expect(problems(policy(elements))).to.eql(expected);
    });
  }

  it("refuses what is there twice, an element as well as a Sid", () => {
    const twice =
      '{"Version": "2012-10-17",\n"Statement": {"Effect": "Deny",\n"Effect": "Allow", "Action": "*", "Resource": "*"}}';
    expect(problems(twice)).to.eql(["3: Effect is there twice, first in line 2"]);
    const statement = '{"Sid": "A", "Effect": "Deny", "Action": "*", "Resource": "*"}';
    expect(problems(`{"Version": "2012-10-17", "Statement": [\n${statement},\n${statement}]}`)).to.eql([
      "3: the Sid A is there twice, first in line 2",
    ]);
  });

  it("counts characters as they are sent, without white space", () => {
    const withActions = (count: number): string =>
      JSON.stringify(
        { Version: "2012-10-17", Statement: { ...deny, Action: Array(count).fill("ec2:RunInstances") } },
        undefined,
        8,
      );
    expect(problems(withActions(500))).to.eql([]);
    expect(problems(withActions(600))).to.eql([
      "?: the policy has 11,482 characters without white space, and AWS takes 10,240; divide it into two files",
    ]);
  });
});
