import {
  CancelResourceRequestCommand,
  CreateResourceCommand,
  DeleteResourceCommand,
  GetResourceCommand,
  GetResourceRequestStatusCommand,
  ListResourceRequestsCommand,
  ListResourcesCommand,
  UpdateResourceCommand,
  type CloudControlClient,
  type OperationStatus,
  type ProgressEvent,
} from "@aws-sdk/client-cloudcontrol";
import {
  AddUserToGroupCommand,
  AttachRolePolicyCommand,
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateGroupCommand,
  CreateLoginProfileCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import { expect } from "chai";
import { startSandbox, type Sandbox } from "./index.ts";
import {
  ADMINISTRATOR_ACCESS,
  DENY_WITHOUT_MFA,
  administratorOf,
  allow,
  clients,
  ended,
  enableDevice,
  policy,
  refusal,
  trust,
  type Clients,
} from "./testing.ts";

const AUTH = "222222222222";
const USER = "AWS::IAM::User";
const ROLE = "AWS::IAM::Role";
const document = (...actions: string[]) => JSON.parse(policy(allow(actions))) as unknown;

describe("sandbox: Cloud Control", () => {
  let sandbox: Sandbox;
  let auth: Clients;
  let management: CloudControlClient;

  beforeEach(async () => {
    sandbox = await startSandbox();
    auth = await administratorOf(sandbox, AUTH);
    management = clients(sandbox).cloudControl;
  });
  afterEach(() => sandbox.close());

  const create = async (TypeName: string, desired: object, as = auth.cloudControl): Promise<ProgressEvent> =>
    ended(as, await as.send(new CreateResourceCommand({ TypeName, DesiredState: JSON.stringify(desired) })));

  const update = async (TypeName: string, Identifier: string, patch: object[], as = auth.cloudControl) =>
    ended(as, await as.send(new UpdateResourceCommand({ TypeName, Identifier, PatchDocument: JSON.stringify(patch) })));

  const remove = async (TypeName: string, Identifier: string, as = auth.cloudControl): Promise<ProgressEvent> =>
    ended(as, await as.send(new DeleteResourceCommand({ TypeName, Identifier })));

  async function read(TypeName: string, Identifier: string, as = auth.cloudControl): Promise<Record<string, unknown>> {
    const { ResourceDescription } = await as.send(new GetResourceCommand({ TypeName, Identifier }));
    return JSON.parse(ResourceDescription?.Properties ?? "") as Record<string, unknown>;
  }

  const account = () => sandbox.organization.account(AUTH);

  describe("requests", () => {
    it("are in progress first and succeed a little later", async () => {
      sandbox.setLatency(500, "ResourceHandler");
      const { ProgressEvent: accepted } = await auth.cloudControl.send(
        new CreateResourceCommand({ TypeName: USER, DesiredState: '{"UserName":"alice"}' }),
      );
      expect(accepted).to.include({ OperationStatus: "IN_PROGRESS", Operation: "CREATE", TypeName: USER });
      expect(account().users.get("alice")).to.equal(undefined);

      const event = await ended(auth.cloudControl, { ProgressEvent: accepted });
      expect(event).to.include({ OperationStatus: "SUCCESS", Identifier: "alice" });
      expect(account().users.get("alice")?.arn).to.equal(`arn:aws:iam::${AUTH}:user/alice`);
    });

    it("are done once when they are repeated with the same client token", async () => {
      const command = { TypeName: USER, DesiredState: '{"UserName":"alice"}', ClientToken: "one" };
      const first = await auth.cloudControl.send(new CreateResourceCommand(command));
      const second = await auth.cloudControl.send(new CreateResourceCommand(command));
      expect(second.ProgressEvent?.RequestToken).to.equal(first.ProgressEvent?.RequestToken);
      const other = { ...command, DesiredState: '{"UserName":"bob"}' };
      const error = await refusal(auth.cloudControl.send(new CreateResourceCommand(other)));
      expect(error.name).to.match(/^ClientTokenConflict/);
    });

    it("are refused while another for the same resource is under way", async () => {
      await create(USER, { UserName: "alice" });
      sandbox.setLatency(500, "ResourceHandler");
      const command = new DeleteResourceCommand({ TypeName: USER, Identifier: "alice" });
      const first = await auth.cloudControl.send(command);
      const second = new DeleteResourceCommand({ TypeName: USER, Identifier: "alice", ClientToken: "another" });
      expect((await refusal(auth.cloudControl.send(second))).name).to.match(/^ConcurrentOperation/);
      expect((await ended(auth.cloudControl, first)).OperationStatus).to.equal("SUCCESS");
    });

    it("can be cancelled before they are done", async () => {
      sandbox.setLatency(60_000, "ResourceHandler");
      const { ProgressEvent } = await auth.cloudControl.send(
        new CreateResourceCommand({ TypeName: USER, DesiredState: '{"UserName":"alice"}' }),
      );
      const { RequestToken } = ProgressEvent ?? {};
      await auth.cloudControl.send(new CancelResourceRequestCommand({ RequestToken }));
      const status = await auth.cloudControl.send(new GetResourceRequestStatusCommand({ RequestToken }));
      expect(status.ProgressEvent?.OperationStatus).to.equal("CANCEL_COMPLETE");
    });

    it("are listed by their state, in their own account", async () => {
      await create(USER, { UserName: "bob" });
      sandbox.setLatency(60_000, "ResourceHandler");
      await auth.cloudControl.send(new CreateResourceCommand({ TypeName: USER, DesiredState: '{"UserName":"alice"}' }));
      const listed = async (client: CloudControlClient, ...OperationStatuses: OperationStatus[]) => {
        const filter = { ResourceRequestStatusFilter: { OperationStatuses } };
        const { ResourceRequestStatusSummaries = [] } = await client.send(new ListResourceRequestsCommand(filter));
        return ResourceRequestStatusSummaries.map(({ Identifier }) => Identifier);
      };
      expect(await listed(auth.cloudControl, "PENDING", "IN_PROGRESS")).to.eql(["alice"]);
      expect(await listed(auth.cloudControl, "SUCCESS")).to.eql(["bob"]);
      expect(await listed(management)).to.eql([]);
    });

    it("are not seen from another account", async () => {
      const { ProgressEvent } = await auth.cloudControl.send(
        new CreateResourceCommand({ TypeName: USER, DesiredState: '{"UserName":"alice"}' }),
      );
      const { RequestToken } = ProgressEvent ?? {};
      const error = await refusal(management.send(new GetResourceRequestStatusCommand({ RequestToken })));
      expect(error.name).to.match(/^RequestTokenNotFound/);
    });

    it("are refused for a model that the schema does not allow", async () => {
      for (const [type, desired] of [
        [USER, { Name: "alice" }],
        [USER, { UserName: "alice", Arn: "arn" }],
        [ROLE, { RoleName: "dev" }],
      ] as const) {
        const error = await refusal(create(type, desired));
        expect(error.name).to.equal("ValidationException");
        expect(error.message).to.contain("Model validation failed");
      }
    });

    it("are refused for a type that the sandbox does not have", async () => {
      const error = await refusal(create("AWS::S3::Bucket", {}));
      expect(error.name).to.match(/^UnsupportedAction/);
      expect(error.message).to.contain("AWS::S3::Bucket");
    });

    it("fail with AlreadyExists and NotFound", async () => {
      await create(USER, { UserName: "alice" });
      expect(await create(USER, { UserName: "Alice" })).to.include({
        OperationStatus: "FAILED",
        ErrorCode: "AlreadyExists",
      });
      expect(await remove(USER, "bob")).to.include({ OperationStatus: "FAILED", ErrorCode: "NotFound" });
      const error = await refusal(read(USER, "bob"));
      expect(error.name).to.match(/^ResourceNotFound/);
    });

    it("fail with the permissions of who has made them", async () => {
      const bot = sandbox.userInMemberAccount(AUTH, "bot", []);
      await auth.iam.send(
        new PutUserPolicyCommand({
          UserName: "bot",
          PolicyName: "cloud-control-only",
          PolicyDocument: policy(allow("cloudformation:*")),
        }),
      );
      const event = await create(USER, { UserName: "alice" }, clients(sandbox, bot).cloudControl);
      expect(event).to.include({ OperationStatus: "FAILED", ErrorCode: "AccessDenied" });
      expect(event.StatusMessage).to.contain("is not authorized to perform: iam:CreateUser");
    });

    it("leave behind what was made before they failed, and say so by the identifier", async () => {
      const event = await create(USER, { UserName: "alice", Groups: ["none"] });
      expect(event).to.include({ OperationStatus: "FAILED", ErrorCode: "NotFound", Identifier: "alice" });
      expect(account().users.names).to.include("alice");
      expect(await remove(USER, "alice")).to.include({ OperationStatus: "SUCCESS" });
    });
  });

  describe("the five types", () => {
    it("AWS::IAM::User is made, read, changed and deleted", async () => {
      await auth.iam.send(new CreateGroupCommand({ GroupName: "developers" }));
      await auth.iam.send(new CreateGroupCommand({ GroupName: "others" }));
      const desired = {
        UserName: "alice",
        Path: "/people/",
        Groups: ["developers"],
        ManagedPolicyArns: [ADMINISTRATOR_ACCESS],
        Policies: [{ PolicyName: "own", PolicyDocument: document("iam:GetUser") }],
        PermissionsBoundary: ADMINISTRATOR_ACCESS,
        Tags: [{ Key: "team", Value: "payments" }],
      };
      await create(USER, desired);
      expect(await read(USER, "alice")).to.deep.equal({ ...desired, Arn: `arn:aws:iam::${AUTH}:user/people/alice` });

      const changed = await update(USER, "alice", [
        { op: "replace", path: "/Groups", value: ["others"] },
        { op: "replace", path: "/Policies/0/PolicyDocument", value: document("iam:ListUsers") },
        { op: "add", path: "/Tags/-", value: { Key: "new", Value: "yes" } },
        { op: "remove", path: "/Tags/0" },
        { op: "remove", path: "/ManagedPolicyArns" },
        { op: "remove", path: "/PermissionsBoundary" },
        { op: "remove", path: "/Path" },
      ]);
      expect(changed).to.include({ OperationStatus: "SUCCESS" });
      expect(await read(USER, "alice")).to.deep.equal({
        UserName: "alice",
        Path: "/",
        Arn: `arn:aws:iam::${AUTH}:user/alice`,
        Groups: ["others"],
        Policies: [{ PolicyName: "own", PolicyDocument: document("iam:ListUsers") }],
        Tags: [{ Key: "new", Value: "yes" }],
      });

      expect(await remove(USER, "alice")).to.include({ OperationStatus: "SUCCESS" });
      expect(account().users.names).to.deep.equal([]);
    });

    it("AWS::IAM::Group is made, read, changed and deleted", async () => {
      const type = "AWS::IAM::Group";
      const desired = {
        GroupName: "developers",
        Path: "/",
        ManagedPolicyArns: [ADMINISTRATOR_ACCESS],
        Policies: [{ PolicyName: "own", PolicyDocument: document("iam:GetUser") }],
      };
      await create(type, desired);
      expect(await read(type, "developers")).to.deep.equal({
        ...desired,
        Arn: `arn:aws:iam::${AUTH}:group/developers`,
      });
      await update(type, "developers", [{ op: "remove", path: "/ManagedPolicyArns" }]);
      expect(await read(type, "developers")).not.to.have.property("ManagedPolicyArns");
      expect(await remove(type, "developers")).to.include({ OperationStatus: "SUCCESS" });
    });

    it("AWS::IAM::ManagedPolicy is made, read, changed more often than there are versions, and deleted", async () => {
      const type = "AWS::IAM::ManagedPolicy";
      await create("AWS::IAM::Group", { GroupName: "developers" });
      const { Identifier: arn = "" } = await create(type, {
        ManagedPolicyName: "developer",
        PolicyDocument: document("iam:GetUser"),
        Groups: ["developers"],
      });
      expect(arn).to.equal(`arn:aws:iam::${AUTH}:policy/developer`);
      expect(await read(type, arn)).to.include({ PolicyArn: arn, AttachmentCount: 1, DefaultVersionId: "v1" });

      for (let round = 1; round <= 6; round++) {
        const event = await update(type, arn, [
          { op: "replace", path: "/PolicyDocument", value: document("iam:GetUser", `ec2:Describe${round}*`) },
        ]);
        expect(event).to.include({ OperationStatus: "SUCCESS" });
      }
      expect((await read(type, arn))["PolicyDocument"]).to.deep.equal(document("iam:GetUser", "ec2:Describe6*"));
      expect(await remove(type, arn)).to.include({ OperationStatus: "SUCCESS" });
      expect(account().groups.get("developers")?.attachedPolicies.size).to.equal(0);
    });

    it("AWS::IAM::Role is made, read, changed and deleted", async () => {
      sandbox.userInMemberAccount(AUTH, "alice", []);
      const desired = {
        RoleName: "dev",
        Path: "/",
        AssumeRolePolicyDocument: JSON.parse(trust(`arn:aws:iam::${AUTH}:user/alice`)) as unknown,
        Description: "For alice",
        MaxSessionDuration: 7200,
        ManagedPolicyArns: [ADMINISTRATOR_ACCESS],
        Tags: [{ Key: "team", Value: "payments" }],
      };
      await create(ROLE, desired);
      const { Arn, RoleId, ...rest } = await read(ROLE, "dev");
      expect(rest).to.deep.equal(desired);
      expect(Arn).to.equal(`arn:aws:iam::${AUTH}:role/dev`);
      expect(RoleId).to.match(/^AROA/);

      await update(ROLE, "dev", [{ op: "replace", path: "/MaxSessionDuration", value: 3600 }]);
      expect((await read(ROLE, "dev"))["MaxSessionDuration"]).to.equal(3600);
      const renamed = await update(ROLE, "dev", [{ op: "replace", path: "/RoleName", value: "other" }]);
      expect(renamed).to.include({ OperationStatus: "FAILED", ErrorCode: "NotUpdatable" });
      expect(await remove(ROLE, "dev")).to.include({ OperationStatus: "SUCCESS" });
    });

    it("AWS::Organizations::Policy is made, read, changed and deleted", async () => {
      const type = "AWS::Organizations::Policy";
      const desired = {
        Name: "DenyWithoutMFA",
        Type: "SERVICE_CONTROL_POLICY",
        Description: "No MFA, no access",
        Content: JSON.parse(DENY_WITHOUT_MFA) as unknown,
        TargetIds: [sandbox.organizationalUnit],
        Tags: [{ Key: "team", Value: "security" }],
      };
      const { Identifier: id = "" } = await create(type, desired, management);
      expect(await read(type, id, management)).to.deep.equal({
        ...desired,
        Id: id,
        Arn: `arn:aws:organizations::111111111111:policy/o-exampleorg/service_control_policy/${id}`,
        AwsManaged: false,
      });
      await update(type, id, [{ op: "replace", path: "/TargetIds", value: ["333333333333"] }], management);
      expect(
        sandbox.organization.policiesOf("333333333333", "SERVICE_CONTROL_POLICY").map((attached) => attached.id),
      ).to.include(id);
      expect(await remove(type, id, management)).to.include({ OperationStatus: "SUCCESS" });
      expect([...sandbox.organization.policies.keys()]).to.deep.equal(["p-FullAWSAccess"]);
    });

    it("are listed by their identifiers", async () => {
      await create(USER, { UserName: "alice" });
      const { ResourceDescriptions } = await auth.cloudControl.send(new ListResourcesCommand({ TypeName: USER }));
      expect(ResourceDescriptions?.map(({ Identifier }) => Identifier)).to.deep.equal(["alice"]);
    });
  });

  describe("deleting", () => {
    const obstacles: Record<string, () => Promise<unknown>> = {
      "access keys": () => auth.iam.send(new CreateAccessKeyCommand({ UserName: "alice" })),
      "a login profile": () =>
        auth.iam.send(new CreateLoginProfileCommand({ UserName: "alice", Password: "Correct-horse-1" })),
      "an MFA device": () => enableDevice(sandbox, auth.iam, "alice"),
      "a group that was not declared": async () => {
        await auth.iam.send(new CreateGroupCommand({ GroupName: "other" }));
        await auth.iam.send(new AddUserToGroupCommand({ GroupName: "other", UserName: "alice" }));
      },
      "a policy that was not declared": () =>
        auth.iam.send(new AttachUserPolicyCommand({ UserName: "alice", PolicyArn: ADMINISTRATOR_ACCESS })),
    };
    for (const [obstacle, add] of Object.entries(obstacles)) {
      it(`a user is refused while there is ${obstacle}`, async () => {
        await create("AWS::IAM::Group", { GroupName: "developers" });
        await create(USER, { UserName: "alice", Groups: ["developers"] });
        await add();
        const event = await remove(USER, "alice");
        expect(event).to.include({ OperationStatus: "FAILED", ErrorCode: "ResourceConflict" });
        expect(event.StatusMessage).to.match(/^Cannot delete entity, must .* first\. \(Service: Iam, Status Code: 409/);
      });
    }

    it("a role is refused while there are policies that were not declared, and takes off those that were", async () => {
      await create(ROLE, {
        RoleName: "dev",
        AssumeRolePolicyDocument: JSON.parse(trust(AUTH)) as unknown,
        ManagedPolicyArns: [ADMINISTRATOR_ACCESS],
      });
      const PolicyArn = "arn:aws:iam::aws:policy/ReadOnlyAccess";
      await auth.iam.send(new AttachRolePolicyCommand({ RoleName: "dev", PolicyArn }));
      await auth.iam.send(
        new PutRolePolicyCommand({
          RoleName: "dev",
          PolicyName: "own",
          PolicyDocument: policy(allow("iam:GetUser")),
        }),
      );

      expect(await remove(ROLE, "dev")).to.include({ OperationStatus: "FAILED", ErrorCode: "ResourceConflict" });
      account().roles.get("dev")?.inlinePolicies.clear();
      expect((await remove(ROLE, "dev")).StatusMessage).to.contain("must detach all policies first");
      account().roles.get("dev")?.attachedPolicies.clear();
      expect(await remove(ROLE, "dev")).to.include({ OperationStatus: "SUCCESS" });
    });
  });

  describe("principals not yet known", () => {
    it("fail a role's request with InvalidRequest until the user is old enough", async () => {
      await sandbox.close();
      sandbox = await startSandbox({ consistencySeconds: 60 });
      auth = await administratorOf(sandbox, AUTH);
      await create(USER, { UserName: "alice" });
      const desired = {
        RoleName: "dev",
        AssumeRolePolicyDocument: JSON.parse(trust(`arn:aws:iam::${AUTH}:user/alice`)) as unknown,
      };
      const event = await create(ROLE, desired);
      expect(event).to.include({ OperationStatus: "FAILED", ErrorCode: "InvalidRequest" });
      expect(event.StatusMessage).to.contain("Invalid principal in policy");
      sandbox.clock.advance(60);
      expect(await create(ROLE, desired)).to.include({ OperationStatus: "SUCCESS" });
    });
  });

  describe("faults", () => {
    it("are refused calls, for as many times as asked for", async () => {
      sandbox.injectFault({
        action: "CreateResource",
        resource: '"UserName":"alice"',
        code: "ThrottlingException",
        message: "Rate exceeded",
        times: 2,
      });
      await create(USER, { UserName: "bob" });
      for (let time = 1; time <= 2; time++) {
        const error = await refusal(create(USER, { UserName: "alice" }));
        expect(error.name).to.equal("ThrottlingException");
        expect(error.message).to.equal("Rate exceeded");
      }
      expect(await create(USER, { UserName: "alice" })).to.include({ OperationStatus: "SUCCESS" });
    });

    it("are failures of the handler, where a handler error code is given", async () => {
      sandbox.injectFault({
        action: "DeleteResource",
        accountId: AUTH,
        code: "Throttling",
        message: "Rate exceeded",
        handlerErrorCode: "Throttling",
        times: 1,
      });
      await create(USER, { UserName: "alice" });
      expect(await remove(USER, "alice")).to.include({
        OperationStatus: "FAILED",
        ErrorCode: "Throttling",
        StatusMessage: "Rate exceeded",
      });
      expect(await remove(USER, "alice")).to.include({ OperationStatus: "SUCCESS" });
    });
  });
});
