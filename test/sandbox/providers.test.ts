import {
  AddClientIDToOpenIDConnectProviderCommand,
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  CreateSAMLProviderCommand,
  DeleteOpenIDConnectProviderCommand,
  DeleteSAMLProviderCommand,
  GetOpenIDConnectProviderCommand,
  GetRoleCommand,
  GetSAMLProviderCommand,
  ListOpenIDConnectProvidersCommand,
  ListSAMLProvidersCommand,
  UpdateOpenIDConnectProviderThumbprintCommand,
  UpdateSAMLProviderCommand,
  type IAMClient,
} from "@aws-sdk/client-iam";
import { expect } from "chai";
import { startSandbox, type Sandbox } from "./index.ts";
import { administratorOf, policy, refusal } from "./testing.ts";

const DEVELOPMENT = "333333333333";

describe("sandbox: identity providers", () => {
  let sandbox: Sandbox;
  let iam: IAMClient;

  beforeEach(async () => {
    sandbox = await startSandbox();
    ({ iam } = await administratorOf(sandbox, DEVELOPMENT));
  });
  afterEach(() => sandbox.close());

  it("of OpenID Connect are made, changed, listed and deleted, and a role may trust one", async () => {
    const make = () =>
      iam.send(
        new CreateOpenIDConnectProviderCommand({
          Url: "https://token.example.com/ci",
          ClientIDList: ["sts.amazonaws.com"],
          ThumbprintList: ["a".repeat(40)],
        }),
      );
    const { OpenIDConnectProviderArn } = await make();
    expect(OpenIDConnectProviderArn).to.equal(`arn:aws:iam::${DEVELOPMENT}:oidc-provider/token.example.com/ci`);
    expect((await refusal(make())).name).to.match(/^EntityAlreadyExists/);
    await iam.send(new AddClientIDToOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, ClientID: "other" }));
    const ThumbprintList = ["b".repeat(40)];
    await iam.send(new UpdateOpenIDConnectProviderThumbprintCommand({ OpenIDConnectProviderArn, ThumbprintList }));
    const get = new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn });
    expect(await iam.send(get)).to.deep.include({
      Url: "token.example.com/ci",
      ClientIDList: ["sts.amazonaws.com", "other"],
      ThumbprintList,
    });
    const { OpenIDConnectProviderList } = await iam.send(new ListOpenIDConnectProvidersCommand({}));
    expect(OpenIDConnectProviderList).to.deep.equal([{ Arn: OpenIDConnectProviderArn }]);

    const Principal = { Federated: OpenIDConnectProviderArn };
    const trust = policy({ Effect: "Allow", Principal, Action: "sts:AssumeRoleWithWebIdentity" });
    await iam.send(new CreateRoleCommand({ RoleName: "ci", AssumeRolePolicyDocument: trust }));
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: "ci" }));
    expect(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? "")).to.equal(trust);

    await iam.send(new DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn }));
    expect((await refusal(iam.send(get))).name).to.match(/^NoSuchEntity/);
  });

  it("of SAML are made, changed, listed and deleted", async () => {
    const SAMLMetadataDocument = "<EntityDescriptor/>".padEnd(1000);
    const { SAMLProviderArn } = await iam.send(
      new CreateSAMLProviderCommand({ Name: "directory", SAMLMetadataDocument }),
    );
    expect(SAMLProviderArn).to.equal(`arn:aws:iam::${DEVELOPMENT}:saml-provider/directory`);
    const changed = SAMLMetadataDocument.padEnd(1001);
    await iam.send(new UpdateSAMLProviderCommand({ SAMLProviderArn, SAMLMetadataDocument: changed }));
    const get = new GetSAMLProviderCommand({ SAMLProviderArn });
    expect((await iam.send(get)).SAMLMetadataDocument).to.equal(changed);
    const { SAMLProviderList } = await iam.send(new ListSAMLProvidersCommand({}));
    expect(SAMLProviderList?.map(({ Arn }) => Arn)).to.deep.equal([SAMLProviderArn]);
    await iam.send(new DeleteSAMLProviderCommand({ SAMLProviderArn }));
    expect((await refusal(iam.send(get))).name).to.match(/^NoSuchEntity/);
  });
});
