import { CreateAccessKeyCommand, CreateRoleCommand, ListUsersCommand, TagRoleCommand } from "@aws-sdk/client-iam";
import { AttachPolicyCommand, CreatePolicyCommand } from "@aws-sdk/client-organizations";
import { AssumeRoleCommand, AssumeRootCommand } from "@aws-sdk/client-sts";
import { expect } from "chai";
import { startSandbox, type Sandbox } from "./index.ts";
import {
  ADMINISTRATOR_ACCESS,
  administratorOf,
  clients,
  given,
  policy,
  refusal,
  trust,
  type Clients,
} from "./testing.ts";

const DEVELOPMENT = "333333333333";
const OTHER = "444444444444";
const ACCESS_ROLE = "arn:aws:iam::*:role/OrganizationAccountAccessRole";

describe("sandbox: service control policies", () => {
  let sandbox: Sandbox;
  let access: Clients;
  let developer: Clients;

  beforeEach(async () => {
    sandbox = await startSandbox();
    access = await administratorOf(sandbox, DEVELOPMENT);
    const AssumeRolePolicyDocument = trust("arn:aws:iam::111111111111:root");
    const { Role } = await access.iam.send(new CreateRoleCommand({ RoleName: "developer", AssumeRolePolicyDocument }));
    sandbox.organization.account(DEVELOPMENT).roles.get("developer")?.attachedPolicies.add(ADMINISTRATOR_ACCESS);
    const session = await clients(sandbox).sts.send(
      new AssumeRoleCommand({ RoleArn: Role?.Arn, RoleSessionName: "alice" }),
    );
    developer = clients(sandbox, given(session.Credentials));
  });
  afterEach(() => sandbox.close());

  async function attach(statement: Record<string, unknown>, TargetId = sandbox.organizationalUnit): Promise<void> {
    const { organizations } = clients(sandbox);
    const Name = `policy-${sandbox.organization.policies.size}`;
    const Content = policy({ Effect: "Deny", Resource: "*", ...statement });
    const { Policy } = await organizations.send(
      new CreatePolicyCommand({ Name, Description: "", Type: "SERVICE_CONTROL_POLICY", Content }),
    );
    await organizations.send(new AttachPolicyCommand({ PolicyId: Policy?.PolicySummary?.Id, TargetId }));
  }

  const create = (as: Clients, RoleName: string) =>
    as.iam.send(
      new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust(`arn:aws:iam::${DEVELOPMENT}:root`) }),
    );
  const listUsers = (as: Clients) => as.iam.send(new ListUsersCommand({}));

  it("bind a role's session, whose aws:PrincipalArn is the role's, and leave the excepted role alone", async () => {
    await create(developer, "developer-before");
    await attach({
      Action: "iam:*Role*",
      Resource: "arn:aws:iam::*:role/developer*",
      Condition: { ArnNotLike: { "aws:PrincipalArn": ACCESS_ROLE } },
    });

    expect((await refusal(create(developer, "developer-bob"))).message).to.equal(
      `User: arn:aws:sts::${DEVELOPMENT}:assumed-role/developer/alice is not authorized to perform: iam:CreateRole on resource: arn:aws:iam::${DEVELOPMENT}:role/developer-bob with an explicit deny in a service control policy`,
    );
    await create(developer, "something-else");
    await create(access, "developer-bob");
  });

  it("see the tags of a role in its sessions", async () => {
    const Condition = { StringNotEquals: { "aws:PrincipalTag/exempt": "yes" } };
    await attach({ Action: "iam:ListUsers", Condition });
    expect((await refusal(listUsers(developer))).name).to.equal("AccessDenied");
    const Tags = [{ Key: "exempt", Value: "yes" }];
    await developer.iam.send(new TagRoleCommand({ RoleName: "developer", Tags }));
    await listUsers(developer);
  });

  it("bind the root user, by its ARN", async () => {
    const root = clients(sandbox, sandbox.rootUser(DEVELOPMENT));
    await listUsers(root);
    const { AccessKey } = await root.iam.send(new CreateAccessKeyCommand({}));
    const { AccessKeyId: accessKeyId = "", SecretAccessKey: secretAccessKey = "" } = AccessKey ?? {};
    await listUsers(clients(sandbox, { accessKeyId, secretAccessKey }));
    expect((await refusal(root.iam.send(new CreateAccessKeyCommand({})))).name).to.match(/^LimitExceeded/);

    await attach({ Action: "*", Condition: { ArnLike: { "aws:PrincipalArn": "arn:aws:iam::*:root" } } });
    expect((await refusal(listUsers(root))).message).to.contain("with an explicit deny in a service control policy");
    expect((await refusal(root.iam.send(new CreateAccessKeyCommand({})))).name).to.equal("AccessDenied");
    await listUsers(developer);
    await listUsers(clients(sandbox, sandbox.rootUser("111111111111")));
  });

  it("let the management account's root sessions through where they are excepted", async () => {
    const TaskPolicyArn = { arn: "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials" };
    const assumeRoot = (as: Clients) =>
      as.sts.send(new AssumeRootCommand({ TargetPrincipal: DEVELOPMENT, TaskPolicyArn }));
    const session = clients(sandbox, given((await assumeRoot(clients(sandbox))).Credentials));
    await attach({
      Action: "*",
      Condition: { ArnLike: { "aws:PrincipalArn": "arn:aws:iam::*:root" }, Null: { "aws:AssumedRoot": "true" } },
    });
    await listUsers(session);
    expect((await refusal(listUsers(clients(sandbox, sandbox.rootUser(DEVELOPMENT))))).name).to.equal("AccessDenied");
    expect((await refusal(create(session, "root"))).message).to.contain("no identity-based policy allows");
    expect((await refusal(assumeRoot(developer))).name).to.equal("AccessDenied");
  });

  it("count together: more than one on a unit, and those of an account for that account alone", async () => {
    const other = await administratorOf(sandbox, OTHER);
    await attach({ Action: "iam:CreateRole" });
    await attach({ Action: "iam:TagRole" });
    await attach({ Action: "iam:ListUsers" }, DEVELOPMENT);

    for (const as of [developer, other]) expect((await refusal(create(as, "one"))).name).to.equal("AccessDenied");
    const tag = new TagRoleCommand({ RoleName: "developer", Tags: [{ Key: "a", Value: "b" }] });
    expect((await refusal(developer.iam.send(tag))).name).to.equal("AccessDenied");
    expect((await refusal(listUsers(developer))).name).to.equal("AccessDenied");
    await listUsers(other);
  });

  it("take aws:PrincipalIsAWSService for false, as it is of everybody here", async () => {
    await attach({ Action: "iam:ListUsers", Condition: { Bool: { "aws:PrincipalIsAWSService": "false" } } });
    expect((await refusal(listUsers(developer))).name).to.equal("AccessDenied");
  });

  it("are not what keeps the root user from taking a role: AWS does, always", async () => {
    const root = clients(sandbox, sandbox.rootUser(DEVELOPMENT));
    const RoleArn = `arn:aws:iam::${DEVELOPMENT}:role/developer`;
    const error = await refusal(root.sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "root" })));
    expect(error.message).to.equal("Roles may not be assumed by root accounts.");
  });
});
