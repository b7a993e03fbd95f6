import { UpdateRoleCommand } from "@aws-sdk/client-iam";
import { expect } from "chai";
import { once } from "node:events";
import { cp, mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";

import { CreateBucketCommand, DeleteObjectCommand, PutBucketVersioningCommand } from "@aws-sdk/client-s3";

import type { Diagnosis } from "../../cli/results/doctor.ts";
import type { History } from "../../cli/results/history.ts";
import { administratorOf } from "../sandbox/testing.ts";
import { StateCloud } from "../support/cloud.ts";
import { Administrator, initFlags, type Result } from "../support/harness.ts";

describe("a state in S3", () => {
  let cloud: StateCloud;
  let admin: Administrator;
  let key: string;

  before(async () => {
    cloud = await StateCloud.start();
    key = await cloud.key("of-tests");
  });
  after(() => {
    cloud.close();
  });
  beforeEach(async () => {
    admin = await Administrator.withoutProject();
  });
  afterEach(() => admin.close());

  const run = (...args: string[]): Promise<Result> => admin.runWith({ env: cloud.environment() }, ...args);
  const init = (...args: string[]): Promise<Result> => run("init", ...initFlags(admin.sandbox), ...args);
  /** Makes the stack with a KMS key: deriving a key from a passphrase takes longer. */
  const initWithKey = (...args: string[]): Promise<Result> => init("--secrets-provider", key, ...args);

  /** Runs a command without a passphrase, which shows that it needs none. */
  const withoutPassphrase = (...args: string[]): Promise<Result> =>
    admin.runWith({ env: { ...cloud.environment(), PULUMI_CONFIG_PASSPHRASE: undefined } }, ...args);

  /** Expects that a command is refused, and leaves nothing behind. */
  async function refused(...args: string[]): Promise<string> {
    const { status, stdout, stderr } = await init(...args);
    expect({ status, stdout, left: await readdir(admin.directory) }).to.eql({ status: 1, stdout: "", left: [] });
    return stderr;
  }

  it("is looked at for drift without being changed", async () => {
    await initWithKey("--backend", await cloud.bucket("drifting"));
    await run("add-developer", "alice", "--yes");
    const payments = await administratorOf(admin.sandbox, "444444444444");
    await payments.iam.send(new UpdateRoleCommand({ RoleName: "developer-alice", MaxSessionDuration: 3600 }));
    const before = await cloud.read("drifting", ".pulumi/stacks/mfa-admin/main.json");
    const { status, stdout } = await run("refresh", "--preview-only", "--exit-code");
    expect(status).to.equal(2);
    expect(stdout)
      .to.match(/^Found in AWS: 1 role changed\./)
      .and.contain("payments  role developer-alice");
    expect(await cloud.read("drifting", ".pulumi/stacks/mfa-admin/main.json")).to.eql(before);
    // The history is read from the bucket's own files.
    const { rows } = JSON.parse((await run("history", "--json")).stdout) as History;
    expect(rows.map(({ source, who, what, adds }) => ({ source, who, what, adds }))).to.eql([
      { source: "state", who: "administrator", what: "up", adds: ["alice"] },
    ]);
  });

  it("is looked at by doctor: whether it can be reached, keeps older versions, and is held by a run", async () => {
    await initWithKey("--backend", await cloud.bucket("looked-at"));
    const told = async (): Promise<Record<string, string>> => {
      const { checks } = JSON.parse((await run("doctor", "--json")).stdout) as Diagnosis;
      const ofState = checks.filter(({ name }) => name.startsWith("state"));
      return Object.fromEntries(ofState.map(({ name, level, fact }) => [name, `${level}: ${fact}`]));
    };
    expect(await told()).to.deep.include({
      "state-lock": "ok: No run holds the state.",
      "state-versions": "ok: The bucket looked-at keeps older versions of the state.",
    });
    const lock = ".pulumi/locks/organization/mfa-admin/main/0b0e1cb8-5ac1-4b8f-9a3c-2f8d2f2e7a11.json";
    const holder = { pid: 4711, username: "runner", hostname: "ci", timestamp: "2030-01-02T03:04:05Z" };
    await cloud.write("looked-at", lock, JSON.stringify(holder));
    const VersioningConfiguration = { Status: "Suspended" } as const;
    await cloud.s3.send(new PutBucketVersioningCommand({ Bucket: "looked-at", VersioningConfiguration }));
    expect(await told()).to.deep.include({
      "state-lock": "warning: Another run holds the state: runner@ci, process 4711, since 2030-01-02T03:04:05Z.",
      "state-versions":
        "warning: The bucket looked-at keeps no older versions, so a state that is damaged or deleted would be lost.",
    });
  });

  it("is made by init with a KMS key, needs no passphrase, and up goes on from it on another machine", async () => {
    const url = await cloud.bucket("with-key");
    const { status, stdout, stderr } = await withoutPassphrase(
      "init",
      ...initFlags(admin.sandbox),
      "--backend",
      url,
      "--secrets-provider",
      key,
    );
    expect({ status, stderr }).to.eql({ status: 0, stderr: "" });
    expect(stdout.split("\n").slice(2, 4)).to.eql([
      `  State     ${url}`,
      "            Everybody who may use the bucket and the KMS key can use it; one run at a time can change it.",
    ]);
    const settings = parse(await admin.settings()) as Record<string, unknown>;
    expect(settings["secretsprovider"]).to.equal(key);
    expect(settings["encryptedkey"]).to.be.a("string");
    expect((await withoutPassphrase("add-developer", "alice", "--yes")).status).to.equal(0);
    expect(await cloud.keys("with-key")).to.include(".pulumi/stacks/mfa-admin/main.json");

    // Another clone of the repository has the project's files; the state is in the bucket.
    const directory = await mkdtemp(join(tmpdir(), "mfa-admin-clone-"));
    await cp(admin.directory, directory, { recursive: true });
    const again = await withoutPassphrase("up", "--yes", "--cwd", directory);
    expect(again.stdout).to.match(/: 6 unchanged\.\n$/);
    await rm(directory, { recursive: true });
  });

  it("is not taken over by an init that does not know of it, and one that was never used may be", async () => {
    const url = await cloud.bucket("in-use");
    const backend = ["--backend", url, "--secrets-provider", key];
    await init(...backend);
    const clone = await mkdtemp(join(tmpdir(), "mfa-admin-clone-"));
    const initInClone = (): Promise<Result> =>
      admin.runWith({ env: cloud.environment(), cwd: clone }, "init", ...initFlags(admin.sandbox), ...backend);
    expect((await initInClone()).status).to.equal(0);
    expect((await run("add-developer", "alice", "--yes")).status).to.equal(0);
    for (const name of await readdir(clone)) await rm(join(clone, name), { recursive: true });
    const { status, stderr } = await initInClone();
    expect({ status, stderr, left: await readdir(clone) }).to.eql({
      status: 1,
      stderr: `Error: There is a state of a stack "main" in ${url} already, with 14 resources.\nGet the Pulumi.main.yaml that goes with it (git pull), or name another stack with --stack.\n`,
      left: [],
    });
    await rm(clone, { recursive: true });
  });

  it("is kept below a prefix of the bucket, with a passphrase, where the URL says so, whatever characters are in it", async () => {
    const url = (await cloud.bucket("with-prefix")).replace("?", "/team%20é/mfa?").replace("=true", "=1");
    expect((await init("--backend", url)).status).to.equal(0);
    expect((await run("up", "--yes")).status).to.equal(0);
    expect(await cloud.keys("with-prefix")).to.include("team é/mfa/.pulumi/stacks/mfa-admin/main.json");
    expect((await run("refresh", "--preview-only", "--exit-code")).status).to.equal(0);
    const lock = "team é/mfa/.pulumi/locks/organization/mfa-admin/main/0b0e1cb8-5ac1-4b8f-9a3c-2f8d2f2e7a11.json";
    const holder = { pid: 4711, username: "runner", hostname: "ci", timestamp: "2030-01-02T03:04:05Z" };
    await cloud.write("with-prefix", lock, JSON.stringify(holder));
    expect((await run("cancel", "--yes")).stdout).to.contain("is released: runner@ci");
    expect((await run("up", "--yes")).status).to.equal(0);
  });

  it("is refused where Pulumi keeps its stacks as an older one did, whose locks are elsewhere", async () => {
    const url = await cloud.bucket("older");
    const website = { version: 3, checkpoint: { stack: "website", latest: { manifest: {}, resources: [] } } };
    await cloud.write("older", ".pulumi/stacks/website.json", JSON.stringify(website));
    const message = `Error: ${url} has stacks in the layout of an older Pulumi.\nRun PULUMI_BACKEND_URL='${url}' pulumi state upgrade there, or name another place.\n`;
    expect(await refused("--backend", url)).to.equal(message);
    await init();
    const { stderr } = await admin.runWith({ env: { ...cloud.environment(), PULUMI_BACKEND_URL: url } }, "up", "--yes");
    expect(stderr).to.equal(message);
    expect(await cloud.keys("older")).to.eql([".pulumi/stacks/website.json"]);
  });

  it("is looked at for drift where Pulumi compresses it, too", async () => {
    const env = { ...cloud.environment(), PULUMI_DIY_BACKEND_GZIP: "true" };
    const backend = ["--backend", await cloud.bucket("compressed"), "--secrets-provider", key];
    await admin.runWith({ env }, "init", ...initFlags(admin.sandbox), ...backend);
    expect((await admin.runWith({ env }, "add-developer", "alice", "--yes")).status).to.equal(0);
    expect(await cloud.keys("compressed")).to.include(".pulumi/stacks/mfa-admin/main.json.gz");
    const { status, stderr } = await admin.runWith({ env }, "refresh", "--preview-only", "--exit-code");
    expect(status, stderr).to.equal(0);
  });

  it("is refused with who holds the lock while another run is on, before anything is done, until cancel", async () => {
    const url = (await cloud.bucket("locked")).replace("?", "/team?");
    await initWithKey("--backend", url);
    const lock = "team/.pulumi/locks/organization/mfa-admin/main/0b0e1cb8-5ac1-4b8f-9a3c-2f8d2f2e7a11.json";
    const holder = { pid: 4711, username: "runner", hostname: "ci", timestamp: "2030-01-02T03:04:05Z" };
    await cloud.write("locked", lock, JSON.stringify(holder));
    const from = admin.sandbox.requests.length;
    const { status, stderr } = await run("add-developer", "alice", "--yes");
    expect({ status, stderr }).to.eql({
      status: 1,
      stderr:
        'Error: The stack "main" is locked by another run: runner@ci, process 4711, since 2030-01-02T03:04:05Z.\nWait for it to end. If it is no longer running, release the lock with mfa-admin cancel.\n',
    });
    expect(admin.sandbox.requests.slice(from)).to.eql([]);
    expect((await run("cancel", "--yes", "--held-by", "runner")).status).to.equal(0);
    expect(await cloud.keys("locked")).not.to.include(lock);
    expect((await run("up", "--yes")).status).to.equal(0);
  });

  it("excludes two runs at once, whichever comes first", async () => {
    await initWithKey("--backend", await cloud.bucket("two-at-once"));
    await admin.editSettings((text) => text.replace("developers: {}", "developers: { alice: {} }"));
    admin.sandbox.setLatency(1500, "ResourceHandler");
    const results = await Promise.all([run("up", "--yes"), run("up", "--yes")]);
    const ended = results.filter(({ status }) => status === 0);
    const refused = results.filter(({ status }) => status !== 0);
    // Each may have seen the other's lock, and then both give way.
    expect(ended.length).to.be.lessThan(2);
    for (const { stderr } of refused) {
      expect(stderr).to.match(
        /Error: The stack "main" is locked by another run: \S+@\S+, process \d+, since \S+\.\nWait for it/,
      );
    }
    admin.sandbox.setLatency(0, "ResourceHandler");
    expect((await run("up", "--yes")).status).to.equal(0);
  });

  it("is refused with a remedy when there is no such bucket, or the URL names no region or another one", async () => {
    expect(await refused("--backend", cloud.urlOf("nowhere", "eu-west-1"))).to.equal(
      "Error: There is no S3 bucket nowhere.\nMake it: aws s3api create-bucket --bucket nowhere --region eu-west-1 --create-bucket-configuration LocationConstraint=eu-west-1 && aws s3api put-bucket-versioning --bucket nowhere --versioning-configuration Status=Enabled\n",
    );
    expect(await refused("--backend", "s3://nowhere?s3ForcePathStyle=true")).to.equal(
      "Error: The URL of the bucket nowhere names no region.\nWrite s3://nowhere?region=REGION, so that it is the same bucket whoever runs it.\n",
    );
    await cloud.bucket("in-virginia");
    expect(await refused("--backend", cloud.urlOf("in-virginia", "eu-west-1"))).to.equal(
      "Error: The S3 bucket in-virginia is in us-east-1, not in eu-west-1.\nWrite region=us-east-1 in its URL.\n",
    );
  });

  it("is refused with a remedy when there is no such key, or nothing keeps secrets by that name", async () => {
    const backend = ["--backend", await cloud.bucket("without-key")];
    expect(await refused(...backend, "--secrets-provider", "awskms:///alias/nothing?region=us-east-1")).to.equal(
      "Error: There is no KMS key alias/nothing in us-east-1.\nMake it: aws kms create-key --region us-east-1; then aws kms create-alias --region us-east-1 --alias-name alias/nothing --target-key-id ID\n",
    );
    const remedy = "Write passphrase, or awskms:///alias/NAME?region=REGION.";
    expect(await refused(...backend, "--secrets-provider", "awskms:///alias/nothing")).to.equal(
      `Error: --secrets-provider awskms:///alias/nothing: the URL names no region.\n${remedy}\n`,
    );
    expect(await refused(...backend, "--secrets-provider", "vault")).to.equal(
      `Error: --secrets-provider vault: nothing keeps secrets by that name.\n${remedy}\n`,
    );
    expect(await cloud.keys("without-key")).to.eql([]);
  });

  it("is refused with what AWS says of the credentials, and with the rights that are missing", async () => {
    let [status, code, calls] = [0, "", /./];
    const server = createServer(({ method = "", url = "" }, response) => {
      const refused = calls.test(url);
      const lock = "<Contents><Key>.pulumi/locks/organization/mfa-admin/main/x.json</Key></Contents>";
      response.writeHead(refused ? status : 200, { "content-type": "application/xml" });
      if (method === "HEAD") response.end();
      else if (refused) response.end(`<Error><Code>${code}</Code><Message>Because of ${code}.</Message></Error>`);
      else response.end(`<ListBucketResult><IsTruncated>false</IsTruncated>${lock}</ListBucketResult>`);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const env = { AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
    const url = cloud.urlOf("denied");
    const said = async (answer: [number, string, RegExp], command: string[], more = {}): Promise<string> => {
      [status, code, calls] = answer;
      return (await admin.runWith({ env: { ...env, ...more } }, ...command)).stderr;
    };
    const rights =
      "Error: These credentials may not use the S3 bucket denied.\nAllow them s3:ListBucket on arn:aws:s3:::denied, and s3:GetObject, s3:PutObject and s3:DeleteObject on arn:aws:s3:::denied/*.\n";
    try {
      const begin = ["init", ...initFlags(admin.sandbox), "--backend", url];
      expect(await said([403, "AccessDenied", /./], begin)).to.equal(rights);
      expect(await said([400, "ExpiredToken", /./], begin)).to.match(
        /^Error: The AWS credentials have expired: Because of ExpiredToken\./,
      );
      expect(await said([403, "InvalidAccessKeyId", /./], begin)).to.match(
        /^Error: AWS does not accept the credentials: Because of InvalidAccessKeyId\./,
      );
      await init();
      const elsewhere = { PULUMI_BACKEND_URL: url };
      expect(await said([403, "AccessDenied", /x\.json|meta\.yaml/], ["up", "--yes"], elsewhere)).to.equal(rights);
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });

  it("comes with a note when the bucket keeps no older versions", async () => {
    await cloud.s3.send(new CreateBucketCommand({ Bucket: "without-versions" }));
    const { stderr } = await init("--backend", cloud.urlOf("without-versions"));
    expect(stderr).to.equal(
      "Note: The bucket without-versions keeps no older versions, so a state that is damaged or deleted would be lost. Run: aws s3api put-bucket-versioning --bucket without-versions --versioning-configuration Status=Enabled\n",
    );
  });

  it("is missed with a sentence when bucket or state are not there any more", async () => {
    const url = await cloud.bucket("emptied");
    await initWithKey("--backend", url);
    for (const key of await cloud.keys("emptied")) {
      await cloud.s3.send(new DeleteObjectCommand({ Bucket: "emptied", Key: key }));
    }
    expect((await run("up", "--yes")).stderr).to.match(
      /^Error: There is no state of the stack "main" in s3:\/\/emptied\?/,
    );
    const elsewhere = { ...cloud.environment(), PULUMI_BACKEND_URL: cloud.urlOf("nowhere") };
    expect((await admin.runWith({ env: elsewhere }, "up", "--yes")).stderr).to.equal(
      "Error: There is no S3 bucket nowhere.\nCorrect backend: url in Pulumi.yaml, or PULUMI_BACKEND_URL.\n",
    );
  });

  it("is asked for by init on a terminal", async () => {
    const url = await cloud.bucket("asked-for");
    const key = await cloud.key("asked-for");
    const terminal = admin.terminalWith({ env: cloud.environment() }, "init", ...initFlags(admin.sandbox));
    await terminal.waitFor("Where is the state to be kept?");
    await terminal.waitFor("in an S3 bucket");
    terminal.type("\x1b[B");
    terminal.enter();
    await terminal.waitFor("as s3://BUCKET?region=REGION:");
    terminal.enter(url);
    await terminal.waitFor("or nothing, for a passphrase:");
    terminal.enter(key);
    await terminal.waitFor('The stack "main" is set up');
    expect(await terminal.ended()).to.equal(0);
    expect(await cloud.keys("asked-for")).to.include(".pulumi/stacks/mfa-admin/main.json");
  });
});
