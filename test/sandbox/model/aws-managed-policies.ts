import type { ManagedPolicy } from "./entities.ts";

type Statement = Record<string, unknown>;

const quarantine: Statement[] = [
  {
    Effect: "Deny",
    Action: ["iam:AttachUserPolicy", "iam:CreateAccessKey", "iam:CreateUser", "ec2:RunInstances", "s3:PutObject"],
    Resource: ["*"],
  },
];

/** AWS's managed policies that the product and its users meet, by ARN. ReadOnlyAccess is an approximation. */
export const AWS_MANAGED_POLICIES: ReadonlyMap<string, ManagedPolicy> = new Map(
  [
    policy("AdministratorAccess", [{ Effect: "Allow", Action: "*", Resource: "*" }]),
    policy("PowerUserAccess", [
      { Effect: "Allow", NotAction: ["iam:*", "organizations:*", "account:*"], Resource: "*" },
      {
        Effect: "Allow",
        Action: ["iam:CreateServiceLinkedRole", "iam:DeleteServiceLinkedRole", "iam:ListRoles"],
        Resource: "*",
      },
      { Effect: "Allow", Action: ["organizations:DescribeOrganization", "account:ListRegions"], Resource: "*" },
    ]),
    policy("ReadOnlyAccess", [
      {
        Effect: "Allow",
        Action: ["iam:Get*", "iam:List*", "organizations:Describe*", "organizations:List*"],
        Resource: "*",
      },
      {
        Effect: "Allow",
        Action: ["cloudformation:Get*", "cloudformation:List*", "cloudformation:Describe*", "ec2:Describe*", "s3:Get*"],
        Resource: "*",
      },
    ]),
    policy("IAMUserChangePassword", [
      { Effect: "Allow", Action: "iam:ChangePassword", Resource: "arn:aws:iam::*:user/${aws:username}" },
      { Effect: "Allow", Action: "iam:GetAccountPasswordPolicy", Resource: "*" },
    ]),
    policy("AWSDenyAll", [{ Sid: "DenyAll", Effect: "Deny", Action: "*", Resource: "*" }]),
    // AWS attaches one of these to a user whose access key was found in public. Their statements here are an excerpt.
    policy("AWSCompromisedKeyQuarantineV2", quarantine),
    policy("AWSCompromisedKeyQuarantineV3", quarantine),
  ].map((managed) => [managed.arn, managed]),
);

function policy(name: string, statements: Statement[]): ManagedPolicy {
  const created = new Date("2015-02-06T18:39:46Z");
  const document = JSON.stringify({ Version: "2012-10-17", Statement: statements });
  return {
    name,
    path: "/",
    id: `ANPA${name.toUpperCase().padEnd(17, "X").slice(0, 17)}`,
    arn: `arn:aws:iam::aws:policy/${name}`,
    created,
    updated: created,
    versions: [{ id: "v1", document, created }],
    defaultVersionId: "v1",
    versionsMade: 1,
  };
}
