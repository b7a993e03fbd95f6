import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import {
  AssumeRoleCommand,
  AssumeRoleWithWebIdentityCommand,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
  STSClient,
} from "@aws-sdk/client-sts";
import { expect } from "chai";

import { StsEndpoint, withNamedSessions } from "../../../cli/engine/sts-endpoint.ts";
import { accessRoleCredentials } from "../../../infra/accounts.ts";
import { type Credentials, type Sandbox } from "../../sandbox/index.ts";
import { given, refusal } from "../../sandbox/testing.ts";
import { inEnvironment } from "../../support/environment.ts";
import { startSandboxHere } from "../../support/sandbox-here.ts";

const auth = "222222222222";
const role = (account: string): string => `arn:aws:iam::${account}:role/OrganizationAccountAccessRole`;
/** The caller's ARN, as the environment that the local AWS gives has it. */
const administrator = /user\/administrator$/;

describe("STS for the engine", () => {
  let sandbox: Sandbox;
  let close: () => Promise<void>;
  let endpoint: StsEndpoint;

  beforeEach(async () => {
    ({ sandbox, close } = await startSandboxHere());
    endpoint = await StsEndpoint.open();
  });
  afterEach(async () => {
    endpoint.close();
    await close();
  });

  /** STS as the engine's SDK has it, with these credentials. */
  const sts = (credentials: Credentials = sandbox.administrator, address = endpoint.url): STSClient =>
    new STSClient({ endpoint: address, region: "us-east-1", credentials, maxAttempts: 1 });

  /** The session that a provider in an account asks for. */
  async function session(account: string): Promise<Required<Credentials>> {
    const { Credentials } = await sts().send(
      new AssumeRoleCommand({ RoleArn: role(account), RoleSessionName: "mfa-admin", DurationSeconds: 900 }),
    );
    expect(Credentials?.Expiration?.getTime()).to.be.greaterThan(Date.now());
    return given(Credentials);
  }

  it("gives a provider the session that this run has in the account, called after whoever runs it", async () => {
    const own = await accessRoleCredentials(role(auth))();
    expect(await session(auth)).to.include({ accessKeyId: own.accessKeyId, sessionToken: own.sessionToken });
    const opened = sandbox.requests.filter(({ action }) => action === "AssumeRole");
    expect(opened.map(({ input }) => input["RoleSessionName"])).to.eql(["mfa-admin-administrator"]);
  });

  it("never gives the caller's own session for another role, whatever name the session is to have", async () => {
    const ask = new AssumeRoleCommand({ RoleArn: role(auth), RoleSessionName: "by-hand" });
    const { Credentials } = await sts().send(ask);
    const { Arn } = await sts(given(Credentials)).send(new GetCallerIdentityCommand({}));
    expect(Arn).to.equal(`arn:aws:sts::${auth}:assumed-role/OrganizationAccountAccessRole/mfa-admin-administrator`);
  });

  it("has AWS say whose credentials a request has: the caller's, and those of each session", async () => {
    const [first, second] = [await session(auth), await session("333333333333")];
    const whose = async (credentials?: Credentials): Promise<string> =>
      (await sts(credentials).send(new GetCallerIdentityCommand({}))).Arn ?? "";
    const named = "assumed-role/OrganizationAccountAccessRole/mfa-admin-administrator";
    expect(await whose()).to.match(administrator);
    expect(await whose(first)).to.equal(`arn:aws:sts::${auth}:${named}`);
    expect(await whose(second)).to.equal(`arn:aws:sts::333333333333:${named}`);
  });

  it("gives nothing to who does not know the whole address, and asks AWS nothing then", async () => {
    const { origin, pathname } = new URL(endpoint.url);
    for (const path of ["", pathname.slice(0, -1), `${pathname}0`, pathname.replace(/.$/, "~")]) {
      const ask = new AssumeRoleCommand({ RoleArn: role(auth), RoleSessionName: "mfa-admin" });
      expect((await refusal(sts(sandbox.administrator, origin + path).send(ask))).name).to.equal("AccessDenied");
    }
    expect(sandbox.requests).to.eql([]);
  });

  it("passes on what AWS refuses in its own words, and does not itself answer what no run needs", async () => {
    const refused = await refusal(session("999999999999"));
    expect(refused).to.include({ name: "AccessDenied" }).and.to.have.nested.property("$metadata.httpStatusCode", 403);
    expect(refused.message).to.contain(
      `is not authorized to perform: sts:AssumeRole on resource: ${role("999999999999")}`,
    );
    expect(await refusal(sts().send(new GetSessionTokenCommand({})))).to.include({ name: "InvalidAction" });
  });

  it("has a call that AWS does not answer tried again", async () => {
    sandbox.injectFault({ action: "AssumeRole", code: "", cutConnection: true, times: Infinity });
    const failed = await refusal(session(auth));
    expect(failed).to.have.nested.property("$metadata.httpStatusCode", 503);
  });

  it("gives the caller's own session for the roles of the caller's profile, and for a web identity", async () => {
    const profile = `role_arn = ${role(auth)}\nrole_session_name = mfa-admin\nsource_profile = keys\n`;
    await withProfile("engines-role", profile, async (own) => {
      const ask = new AssumeRoleCommand({ RoleArn: role(auth), RoleSessionName: "mfa-admin" });
      const { Credentials } = await sts(sandbox.administrator, own).send(ask);
      const { Arn } = await sts(given(Credentials), own).send(new GetCallerIdentityCommand({}));
      expect(Arn).to.match(new RegExp(`::${auth}:assumed-role/OrganizationAccountAccessRole/mfa-admin$`));
      const identify = { RoleArn: role(auth), RoleSessionName: "1764", WebIdentityToken: "a token" };
      const identified = await sts(undefined, own).send(new AssumeRoleWithWebIdentityCommand(identify));
      expect(identified.Credentials).to.eql(Credentials);
    });
  });

  it("gives the caller's own session to a credential_process, which the engine's SDK starts with its environment", async () => {
    const { accessKeyId, secretAccessKey } = sandbox.administrator;
    const answer = JSON.stringify({ Version: 1, AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey });
    await withProfile("engines-vault", `credential_process = echo '${answer}'\n`, async (own) => {
      const vault = sts(undefined, own);
      const assumed = await vault.send(new AssumeRoleCommand({ RoleArn: role(auth), RoleSessionName: "vault" }));
      expect(assumed.Credentials).to.include({ AccessKeyId: accessKeyId });
      const { Credentials: got } = await vault.send(new GetSessionTokenCommand({}));
      expect(got).to.include({ AccessKeyId: accessKeyId });
      const ofProvider = new AssumeRoleCommand({ RoleArn: role(auth), RoleSessionName: "mfa-admin" });
      const { Credentials } = await sts(undefined, own).send(ofProvider);
      expect(Credentials).to.include({ AccessKeyId: (await accessRoleCredentials(role(auth))()).accessKeyId });
    });
  });

  /** Does something with an endpoint for a caller whose profile has these lines. Another profile, `keys`, has the administrator's keys. */
  async function withProfile(name: string, lines: string, act: (address: string) => Promise<void>): Promise<void> {
    const directory = await mkdtemp(join(tmpdir(), "mfa-admin-sts-"));
    const { accessKeyId, secretAccessKey } = sandbox.administrator;
    const config = join(directory, "config");
    await writeFile(
      config,
      `[profile keys]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n` +
        `[profile ${name}]\n${lines}`,
    );
    const restore = inEnvironment({
      ...{ AWS_CONFIG_FILE: config, AWS_PROFILE: name },
      ...{ AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined },
    });
    const own = await StsEndpoint.open();
    try {
      await act(own.url);
    } finally {
      own.close();
      restore();
      await rm(directory, { recursive: true });
    }
  }
});

describe("a run of the engine", () => {
  const here = { backendUrl: "file://.", settingsFile: "nowhere.yaml" };
  let restore: () => void = () => undefined;
  afterEach(() => {
    restore();
    restore = () => undefined;
  });

  /** The endpoint in the engine's environment during a run, and after it. */
  async function endpoints(project: typeof here): Promise<(string | undefined)[]> {
    const envVars: Record<string, string> = {};
    const endpoint = (): string | undefined => envVars["AWS_ENDPOINT_URL_STS"];
    const during = await withNamedSessions({ workspace: { envVars } }, project, () => Promise.resolve(endpoint()));
    return [during, endpoint()];
  }

  it("has this endpoint as long as it lasts", async () => {
    const [during = "", after] = await endpoints(here);
    expect(during).to.match(/^http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{48}$/);
    expect(after).to.equal(undefined);
    const { cause } = (await refusal(fetch(during))) as { cause?: { code?: string } };
    expect(cause?.code).to.equal("ECONNREFUSED");
  });

  it("has AWS's own where the engine's SDK takes no other, or the state is read by a profile or a role of its own", async () => {
    for (const parameter of ["profile=states", `role=${role(auth)}`, "fips=true", "dualstack=true"]) {
      const backendUrl = `s3://states?region=eu-central-1&${parameter}`;
      expect(await endpoints({ ...here, backendUrl }), parameter).to.eql([undefined, undefined]);
    }
    for (const name of ["AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"]) {
      restore = inEnvironment({ [name]: "true" });
      expect(await endpoints(here)).to.eql([undefined, undefined]);
      restore();
    }
  });
});
