import { expect } from "chai";

import { lostDenials } from "../../../cli/deploy/weakened-policies.ts";

type Statement = Record<string, unknown>;

const deny = (elements: Statement): Statement => ({ Effect: "Deny", Resource: "*", ...elements });
const allow: Statement = { Sid: "All", Effect: "Allow", Action: "*", Resource: "*" };
const lost = (before: Statement[], now: Statement[]): string[] =>
  lostDenials({ Version: "2012-10-17", Statement: before }, [{ Version: "2012-10-17", Statement: now }]);

describe("an own service control policy is weakened", () => {
  const region = deny({
    Sid: "Region",
    NotAction: ["iam:*", "sts:*"],
    Condition: { StringNotEquals: { "aws:RequestedRegion": ["eu-west-1"] } },
  });
  const cases: [string, Statement, Statement[]][] = [
    ["by a statement that goes", region, [allow]],
    ["by a statement that allows from then on", region, [{ ...region, Effect: "Allow" }]],
    [
      "by an action that goes",
      deny({ Sid: "Own", Action: ["ec2:*", "s3:*"] }),
      [deny({ Sid: "Own", Action: "ec2:*" })],
    ],
    ["by fewer actions of a kind", deny({ Action: "ec2:*" }), [deny({ Action: "ec2:Run*" })]],
    ["by another exception of NotAction", region, [{ ...region, NotAction: ["iam:*", "sts:*", "s3:*"] }]],
    ["by a resource that goes", deny({ Action: "s3:*" }), [deny({ Action: "s3:*", Resource: "arn:aws:s3:::logs/*" })]],
    [
      "by a condition that comes",
      deny({ Action: "s3:*" }),
      [deny({ Action: "s3:*", Condition: { Bool: { "aws:SecureTransport": "false" } } })],
    ],
    [
      "by another value that is excepted",
      region,
      [{ ...region, Condition: { StringNotEquals: { "aws:RequestedRegion": ["eu-west-1", "us-east-1"] } } }],
    ],
    [
      "by a value less that is meant",
      deny({ Action: "s3:*", Condition: { StringEquals: { "aws:RequestedRegion": ["eu-west-1", "us-east-1"] } } }),
      [deny({ Action: "s3:*", Condition: { StringEquals: { "aws:RequestedRegion": "us-east-1" } } })],
    ],
  ];
  for (const [how, before, now] of cases) {
    it(how, () => {
      expect(lost([before], now)).to.have.length(1);
    });
  }

  it("and the statement is called by its Sid, or else by its place", () => {
    expect(lost([allow, region, deny({ Action: "s3:*" })], [allow])).to.eql(["Region", "statement 3"]);
  });
});

describe("an own service control policy denies as much", () => {
  const own = deny({ Sid: "Own", Action: ["ec2:RunInstances", "S3:Get*"], Resource: "arn:aws:s3:::logs/*" });
  const conditional = deny({
    Action: "*",
    Condition: { ArnNotLike: { "aws:PrincipalArn": ["arn:aws:iam::*:role/a", "arn:aws:iam::*:role/b"] } },
  });
  const cases: [string, Statement, Statement[]][] = [
    [
      "in another order, under another Sid, in another spelling",
      own,
      [allow, { ...own, Sid: "Mine", Action: ["s3:get*", "ec2:RunInstances"] }],
    ],
    ["by wider patterns", own, [deny({ Action: "*" })]],
    [
      "by a narrower exception",
      conditional,
      [deny({ Action: "*", Condition: { ArnNotLike: { "aws:PrincipalArn": "arn:aws:iam::*:role/a" } } })],
    ],
    ["without a condition", conditional, [deny({ Action: "*" })]],
    ["by fewer exceptions of NotAction", deny({ NotAction: ["iam:*", "sts:*"] }), [deny({ NotAction: "iam:Get*" })]],
    ["where what is in one file goes on in another", own, [allow, own]],
  ];
  for (const [how, before, now] of cases) {
    it(how, () => {
      expect(lost([allow, before], now)).to.eql([]);
    });
  }
});
