import { CloudTrailClient, LookupEventsCommand, type LookupEventsCommandInput } from "@aws-sdk/client-cloudtrail";
import { ListUsersCommand, UpdateLoginProfileCommand } from "@aws-sdk/client-iam";
import { AssumeRoleCommand } from "@aws-sdk/client-sts";
import { expect } from "chai";
import { startSandbox, type Credentials, type Sandbox } from "./index.ts";
import { ADMINISTRATOR_ACCESS, clients, refusal } from "./testing.ts";

const AUTH = "222222222222";

describe("sandbox: CloudTrail", () => {
  let sandbox: Sandbox;
  let key: Credentials;

  beforeEach(async () => {
    sandbox = await startSandbox();
    key = sandbox.userInMemberAccount(AUTH, "alice", [ADMINISTRATOR_ACCESS]);
  });
  afterEach(() => sandbox.close());

  const lookUp = async (input: LookupEventsCommandInput = {}, credentials = key) => {
    const trail = new CloudTrailClient({
      endpoint: sandbox.endpoint,
      region: "us-east-1",
      credentials,
      maxAttempts: 1,
    });
    return trail.send(new LookupEventsCommand(input));
  };
  const record = (text: string | undefined): Record<string, unknown> =>
    JSON.parse(text ?? "{}") as Record<string, unknown>;

  it("keeps what was asked for and what came of it, the latest first, page by page, and no secret", async () => {
    const { iam } = clients(sandbox, key);
    await iam.send(new ListUsersCommand({}));
    await refusal(iam.send(new UpdateLoginProfileCommand({ UserName: "nobody", Password: "Sesame-open-1!" })));
    const { Events = [], NextToken } = await lookUp({ MaxResults: 1 });
    expect(Events.map(({ EventName, Username }) => [EventName, Username])).to.eql([["UpdateLoginProfile", "alice"]]);
    expect(Events[0]?.CloudTrailEvent).not.to.contain("Sesame");
    expect(record(Events[0]?.CloudTrailEvent)).to.deep.include({
      eventSource: "iam.amazonaws.com",
      errorCode: "NoSuchEntity",
      requestParameters: { userName: "nobody" },
      recipientAccountId: AUTH,
    });
    const next = await lookUp({ MaxResults: 1, NextToken });
    expect(next.Events?.[0]?.EventName).to.equal("ListUsers");
  });

  it("keeps an AssumeRole in both accounts, and each account's events to itself; 90 days", async () => {
    const role = "arn:aws:iam::222222222222:role/OrganizationAccountAccessRole";
    await clients(sandbox).sts.send(new AssumeRoleCommand({ RoleArn: role, RoleSessionName: "carol" }));
    await clients(sandbox).iam.send(new ListUsersCommand({}));
    const LookupAttributes = [{ AttributeKey: "EventName", AttributeValue: "AssumeRole" }] as const;
    const { Events = [] } = await lookUp({ LookupAttributes: [...LookupAttributes] });
    expect(Events.map(({ CloudTrailEvent }) => record(CloudTrailEvent)["requestParameters"])).to.eql([
      { roleArn: role, roleSessionName: "carol" },
    ]);
    expect((await lookUp()).Events?.map(({ EventName }) => EventName)).to.eql(["LookupEvents", "AssumeRole"]);
    sandbox.clock.advance(91 * 86_400);
    expect((await lookUp({ LookupAttributes: [...LookupAttributes] })).Events).to.eql([]);
  });
});
