import {
  AttachRolePolicyCommand,
  CreateAccessKeyCommand,
  CreateLoginProfileCommand,
  CreateOpenIDConnectProviderCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  CreateSAMLProviderCommand,
  CreateServiceLinkedRoleCommand,
  CreateServiceSpecificCredentialCommand,
  CreateUserCommand,
  DeleteRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
  SetDefaultPolicyVersionCommand,
  TagRoleCommand,
  TagUserCommand,
  UntagRoleCommand,
  UpdateAssumeRolePolicyCommand,
  UploadServerCertificateCommand,
} from "@aws-sdk/client-iam";
import { AttachPolicyCommand, CreatePolicyCommand as CreateScpCommand } from "@aws-sdk/client-organizations";
import { AssumeRoleCommand } from "@aws-sdk/client-sts";
import { expect } from "chai";
import { AwsCli } from "./aws-cli.ts";
import { startSandbox, type Credentials, type Sandbox } from "./index.ts";
import { ADMINISTRATOR_ACCESS, administratorOf, allow, clients, given, policy, refusal, trust } from "./testing.ts";

const DEVELOPMENT = "333333333333";
const UserName = "robot";
const RoleName = "developer";
const PolicyArn = `arn:aws:iam::${DEVELOPMENT}:policy/own`;
const TRUST = trust(`arn:aws:iam::${DEVELOPMENT}:root`);
const OWN = policy(allow("*"));

/** Commands for a role's session to try in an account, in an order in which all of them succeed. */
const ATTEMPTS = [
  new CreateUserCommand({ UserName }),
  new CreateAccessKeyCommand({ UserName }),
  new CreateLoginProfileCommand({ UserName, Password: "Correct-horse-1" }),
  new CreateServiceSpecificCredentialCommand({ UserName, ServiceName: "codecommit.amazonaws.com" }),
  new PutUserPolicyCommand({ UserName, PolicyName: "own", PolicyDocument: OWN }),
  new TagUserCommand({ UserName, Tags: [{ Key: "exempt", Value: "yes" }] }),
  new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: TRUST }),
  new PutRolePolicyCommand({ RoleName, PolicyName: "own", PolicyDocument: OWN }),
  new AttachRolePolicyCommand({ RoleName, PolicyArn: "arn:aws:iam::aws:policy/ReadOnlyAccess" }),
  new TagRoleCommand({ RoleName, Tags: [{ Key: "exempt", Value: "yes" }] }),
  new UntagRoleCommand({ RoleName, TagKeys: ["exempt"] }),
  new DeleteRolePermissionsBoundaryCommand({ RoleName }),
  new CreateRoleCommand({ RoleName: "developer-later", AssumeRolePolicyDocument: TRUST }),
  new DeleteRoleCommand({ RoleName: "developer-later" }),
  new CreatePolicyCommand({ PolicyName: "own", PolicyDocument: OWN }),
  new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: OWN, SetAsDefault: true }),
  new SetDefaultPolicyVersionCommand({ PolicyArn, VersionId: "v1" }),
  new CreateOpenIDConnectProviderCommand({ Url: "https://token.example.com" }),
  new CreateSAMLProviderCommand({ Name: "own", SAMLMetadataDocument: "<EntityDescriptor/>".padEnd(1000) }),
];

describe("sandbox: what a role's session attempts", () => {
  let sandbox: Sandbox;
  let credentials: Required<Credentials>;

  beforeEach(async () => {
    sandbox = await startSandbox();
    const { iam } = await administratorOf(sandbox, DEVELOPMENT);
    const AssumeRolePolicyDocument = trust("arn:aws:iam::111111111111:root");
    const { Role } = await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
    await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: ADMINISTRATOR_ACCESS }));
    const session = await clients(sandbox).sts.send(
      new AssumeRoleCommand({ RoleArn: Role?.Arn, RoleSessionName: "alice" }),
    );
    credentials = given(session.Credentials);
  });
  afterEach(() => sandbox.close());

  async function deny(...Action: string[]): Promise<void> {
    const { organizations } = clients(sandbox);
    const Content = policy({ Effect: "Deny", Action, Resource: "*" });
    const { Policy } = await organizations.send(
      new CreateScpCommand({ Name: "guard", Description: "", Type: "SERVICE_CONTROL_POLICY", Content }),
    );
    const TargetId = sandbox.organizationalUnit;
    await organizations.send(new AttachPolicyCommand({ PolicyId: Policy?.PolicySummary?.Id, TargetId }));
  }
  const attempt = (command: (typeof ATTEMPTS)[number]) =>
    // The client's overloads take no union of commands.
    clients(sandbox, credentials).iam.send(command as CreateUserCommand);
  const nameOf = (command: object) => command.constructor.name.replace(/Command$/, "");

  it("succeeds with everything that IAM has for it", async () => {
    for (const command of ATTEMPTS) await attempt(command);
  });

  it("is refused each of them by a service control policy", async () => {
    await deny("iam:*");
    for (const command of ATTEMPTS) {
      const error = await refusal(attempt(command));
      expect(error.name, nameOf(command)).to.equal("AccessDenied");
      expect(error.message, nameOf(command))
        .to.contain(`iam:${nameOf(command)} on resource: arn:aws:iam::`)
        .and.to.contain("with an explicit deny in a service control policy");
    }
  });

  it("is asked for permission where nothing is built, and told apart by that", async () => {
    const { iam } = clients(sandbox, credentials);
    const linkedRole = new CreateServiceLinkedRoleCommand({ AWSServiceName: "ec2.amazonaws.com" });
    const body = { CertificateBody: "-", PrivateKey: "-", ServerCertificateName: "one" };
    expect((await refusal(iam.send(linkedRole))).name).to.equal("NotImplemented");
    await deny("iam:CreateServiceLinkedRole");
    expect((await refusal(iam.send(linkedRole))).message).to.contain("explicit deny in a service control policy");
    expect((await refusal(iam.send(new UploadServerCertificateCommand(body)))).name).to.equal("NotImplemented");
  });

  it("is asked for permission of services of which nothing is built", async () => {
    const cli = await AwsCli.install(sandbox.endpoint);
    const attempts = [
      ["sso-admin create-instance", []],
      [
        "rolesanywhere create-trust-anchor --name own --enabled",
        ["--source", "sourceData={x509CertificateData=-},sourceType=CERTIFICATE_BUNDLE"],
      ],
    ] as const;
    const refused = async (line: string, more: readonly string[]) =>
      (await refusal(cli.succeedAs(credentials, line, ...more))).message;
    try {
      for (const [line, more] of attempts) expect(await refused(line, more), line).to.contain("(NotImplemented)");
      await deny("sso:CreateInstance", "rolesanywhere:CreateTrustAnchor");
      for (const [line, more] of attempts) {
        expect(await refused(line, more), line)
          .to.contain("(AccessDeniedException)")
          .and.to.contain("with an explicit deny in a service control policy");
      }
    } finally {
      await cli.remove();
    }
  });
});
