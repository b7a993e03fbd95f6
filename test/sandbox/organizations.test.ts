import { CreateResourceCommand } from "@aws-sdk/client-cloudcontrol";
import {
  AttachPolicyCommand,
  CreatePolicyCommand,
  DeletePolicyCommand,
  DescribeAccountCommand,
  DescribeOrganizationCommand,
  DescribeOrganizationalUnitCommand,
  DescribePolicyCommand,
  DetachPolicyCommand,
  ListAccountsCommand,
  ListAccountsForParentCommand,
  ListChildrenCommand,
  ListOrganizationalUnitsForParentCommand,
  ListParentsCommand,
  ListPoliciesCommand,
  ListPoliciesForTargetCommand,
  ListRootsCommand,
  ListTargetsForPolicyCommand,
  MoveAccountCommand,
  UpdatePolicyCommand,
  paginateListAccounts,
  type OrganizationsClient,
} from "@aws-sdk/client-organizations";
import { expect } from "chai";
import { startSandbox, type Sandbox } from "./index.ts";
import { DENY_WITHOUT_MFA, administratorOf, clients, ended, refusal } from "./testing.ts";

const Filter = "SERVICE_CONTROL_POLICY";
const FULL_ACCESS = "p-FullAWSAccess";

describe("sandbox: Organizations", () => {
  let sandbox: Sandbox;
  let organizations: OrganizationsClient;
  let unit: string;

  beforeEach(async () => {
    sandbox = await startSandbox();
    ({ organizations } = clients(sandbox));
    unit = sandbox.organizationalUnit;
  });
  afterEach(() => sandbox.close());

  async function create(name: string, content = DENY_WITHOUT_MFA): Promise<string> {
    const { Policy } = await organizations.send(
      new CreatePolicyCommand({ Name: name, Description: "", Type: Filter, Content: content }),
    );
    return Policy?.PolicySummary?.Id ?? "";
  }
  const attach = (PolicyId: string, TargetId = unit) =>
    organizations.send(new AttachPolicyCommand({ PolicyId, TargetId }));
  const detach = (PolicyId: string, TargetId = unit) =>
    organizations.send(new DetachPolicyCommand({ PolicyId, TargetId }));

  it("shows the tree from the root down", async () => {
    const { Roots } = await organizations.send(new ListRootsCommand({}));
    expect(Roots?.map(({ Id, PolicyTypes }) => ({ Id, PolicyTypes }))).to.deep.equal([
      { Id: "r-abcd", PolicyTypes: [{ Type: Filter, Status: "ENABLED" }] },
    ]);
    const ParentId = "r-abcd";
    const units = await organizations.send(new ListOrganizationalUnitsForParentCommand({ ParentId }));
    expect(units.OrganizationalUnits?.map(({ Id, Name }) => [Id, Name])).to.deep.equal([
      [unit, "Development"],
      ["ou-abcd-22222222", "Identity"],
    ]);
    const accounts = await organizations.send(new ListAccountsForParentCommand({ ParentId: unit }));
    expect(accounts.Accounts?.map(({ Id, Name }) => [Id, Name])).to.deep.equal([
      ["333333333333", "sandbox"],
      ["444444444444", "payments"],
    ]);
    const children = await organizations.send(new ListChildrenCommand({ ParentId: unit, ChildType: "ACCOUNT" }));
    expect(children.Children?.map(({ Id }) => Id)).to.deep.equal(["333333333333", "444444444444"]);
    const parents = await organizations.send(new ListParentsCommand({ ChildId: "333333333333" }));
    expect(parents.Parents).to.deep.equal([{ Id: unit, Type: "ORGANIZATIONAL_UNIT" }]);
  });

  it("moves an account from where it is, and from nowhere else", async () => {
    const move = (SourceParentId: string, DestinationParentId: string) =>
      organizations.send(new MoveAccountCommand({ AccountId: "444444444444", SourceParentId, DestinationParentId }));
    expect((await refusal(move("r-abcd", unit))).name).to.equal("SourceParentNotFoundException");
    expect((await refusal(move(unit, "ou-abcd-99999999"))).name).to.equal("DestinationParentNotFoundException");
    expect((await refusal(move(unit, unit))).name).to.equal("DuplicateAccountException");
    await move(unit, "ou-abcd-22222222");
    const { Accounts } = await organizations.send(new ListAccountsForParentCommand({ ParentId: "ou-abcd-22222222" }));
    expect(Accounts?.map(({ Name }) => Name)).to.include("payments");
  });

  it("describes the organization, an OU and an account", async () => {
    const { Organization } = await organizations.send(new DescribeOrganizationCommand({}));
    expect(Organization).to.include({ FeatureSet: "ALL", MasterAccountId: "111111111111" });
    const { OrganizationalUnit } = await organizations.send(
      new DescribeOrganizationalUnitCommand({ OrganizationalUnitId: unit }),
    );
    expect(OrganizationalUnit?.Name).to.equal("Development");
    const { Account } = await organizations.send(new DescribeAccountCommand({ AccountId: "222222222222" }));
    expect(Account).to.include({ Name: "auth", State: "ACTIVE" });
  });

  it("lists accounts page by page", async () => {
    const names: string[] = [];
    for await (const page of paginateListAccounts({ client: organizations, pageSize: 3 }, {})) {
      names.push(...(page.Accounts ?? []).map(({ Name = "" }) => Name));
    }
    expect(names).to.deep.equal(["management", "auth", "sandbox", "payments"]);
  });

  it("answers member accounts DescribeOrganization and nothing else", async () => {
    const member = (await administratorOf(sandbox, "222222222222")).organizations;
    await member.send(new DescribeOrganizationCommand({}));
    const error = await refusal(member.send(new ListAccountsCommand({})));
    expect(error.name).to.equal("AccessDeniedException");
    expect(error.message).to.equal("You don't have permissions to access this resource.");
  });

  it("has FullAWSAccess on the root, every OU and every account", async () => {
    for (const TargetId of ["r-abcd", unit, "333333333333"]) {
      const { Policies } = await organizations.send(new ListPoliciesForTargetCommand({ TargetId, Filter }));
      expect(Policies?.map(({ Id }) => Id)).to.deep.equal([FULL_ACCESS]);
    }
    const { Policy } = await organizations.send(new DescribePolicyCommand({ PolicyId: FULL_ACCESS }));
    expect(Policy?.PolicySummary?.AwsManaged).to.equal(true);
  });

  it("makes, changes, attaches, detaches and deletes a policy", async () => {
    const id = await create("DenyWithoutMFA");
    await attach(id);
    const { Targets } = await organizations.send(new ListTargetsForPolicyCommand({ PolicyId: id }));
    expect(Targets?.map(({ TargetId, Type, Name }) => [TargetId, Type, Name])).to.deep.equal([
      [unit, "ORGANIZATIONAL_UNIT", "Development"],
    ]);
    await organizations.send(new UpdatePolicyCommand({ PolicyId: id, Description: "changed" }));
    const { Policies } = await organizations.send(new ListPoliciesCommand({ Filter }));
    expect(Policies?.find(({ Id }) => Id === id)?.Description).to.equal("changed");

    const remove = () => organizations.send(new DeletePolicyCommand({ PolicyId: id }));
    expect((await refusal(remove())).name).to.equal("PolicyInUseException");
    await detach(id);
    await remove();
    expect((await refusal(organizations.send(new DescribePolicyCommand({ PolicyId: id })))).name).to.equal(
      "PolicyNotFoundException",
    );
  });

  it("refuses a second policy of the same name, and a second attachment", async () => {
    const id = await create("DenyWithoutMFA");
    expect((await refusal(create("DenyWithoutMFA"))).name).to.equal("DuplicatePolicyException");
    await attach(id);
    expect((await refusal(attach(id))).name).to.equal("DuplicatePolicyAttachmentException");
  });

  it("allows ten policies per target, FullAWSAccess included", async () => {
    for (let number = 2; number <= 10; number++) await attach(await create(`policy-${number}`));
    expect(await refusal(attach(await create("policy-11")))).to.include({
      name: "ConstraintViolationException",
      message: "You have attached the maximum number of policies to the specified target.",
    });
  });

  it("does not take the last policy off a target", async () => {
    expect((await refusal(detach(FULL_ACCESS))).name).to.equal("ConstraintViolationException");
  });

  it("allows 10,240 characters, white space included", async () => {
    await create("longest", DENY_WITHOUT_MFA.padEnd(10_240));
    expect((await refusal(create("longer", DENY_WITHOUT_MFA.padEnd(10_241)))).name).to.equal(
      "ConstraintViolationException",
    );
  });

  it("refuses content that is no policy", async () => {
    for (const content of ["{", '{"Version":"2012-10-17","Statement":[{"Effect":"Perhaps"}]}']) {
      expect((await refusal(create("broken", content))).name).to.equal("MalformedPolicyDocumentException");
    }
  });

  it("attaches nothing while service control policies are off, and says so of the root", async () => {
    await sandbox.close();
    sandbox = await startSandbox({ serviceControlPolicies: false });
    ({ organizations } = clients(sandbox));
    expect((await organizations.send(new ListRootsCommand({}))).Roots?.[0]?.PolicyTypes).to.deep.equal([]);
    const id = await create("DenyWithoutMFA");
    expect((await refusal(attach(id))).name).to.equal("PolicyTypeNotEnabledException");
  });

  describe("overlapping changes", () => {
    const request = (name: string) =>
      new CreateResourceCommand({
        TypeName: "AWS::Organizations::Policy",
        DesiredState: JSON.stringify({ Name: name, Type: Filter, Content: JSON.parse(DENY_WITHOUT_MFA) as unknown }),
      });

    it("fail the later of two Cloud Control requests", async () => {
      sandbox.setLatency(500, "ResourceHandler");
      const { cloudControl } = clients(sandbox);
      const first = await cloudControl.send(request("first"));
      const second = await cloudControl.send(request("second"));
      expect(await ended(cloudControl, first)).to.include({ OperationStatus: "SUCCESS" });
      const event = await ended(cloudControl, second);
      expect(event).to.include({ OperationStatus: "FAILED", ErrorCode: "ResourceConflict" });
      expect(event.StatusMessage).to.contain("conflicts with another attempt to modify the same entity");
      expect(await ended(cloudControl, await cloudControl.send(request("third")))).to.include({
        OperationStatus: "SUCCESS",
      });
    });

    it("are refused with ConcurrentModificationException when made directly", async () => {
      sandbox.setLatency(500, "ResourceHandler");
      const { cloudControl } = clients(sandbox);
      const first = await cloudControl.send(request("first"));
      expect((await refusal(create("second"))).name).to.equal("ConcurrentModificationException");
      await ended(cloudControl, first);
      await create("third");
    });
  });
});
