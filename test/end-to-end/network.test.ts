import { expect } from "chai";
import { writeFile } from "node:fs/promises";
import { createServer, request as forward, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";

import { generate } from "selfsigned";

import { AwsCli } from "../sandbox/aws-cli.ts";
import type { Administrator } from "../support/harness.ts";
import { aliceAtWork, type Workstation } from "../support/workstation.ts";

type SubjectAltName = NonNullable<NonNullable<Parameters<typeof generate>[1]>["extensions"]>[number];

describe("behind a proxy that alone leads to AWS, with a certificate of one's own", () => {
  let admin: Administrator;
  let alice: Workstation;
  let env: Record<string, string>;
  const servers: Server[] = [];
  const asked: string[] = [];

  before(async () => {
    ({ admin, alice } = await aliceAtWork());
    const names: SubjectAltName = { name: "subjectAltName", altNames: [{ type: 2, value: "aws.test" }] };
    const pem = await generate([{ name: "commonName", value: "aws.test" }], { extensions: [names] });
    const aws = createTlsServer({ key: pem.private, cert: pem.cert }, (request, response) => {
      const { method, url, headers } = request;
      const passed = forward(`${admin.sandbox.endpoint}${url ?? ""}`, { method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      });
      request.pipe(passed);
    });
    const awsPort = await portOf(aws);
    const proxy = createServer((_, response) => response.writeHead(405).end());
    proxy.on("connect", ({ url, headers }, socket) => {
      asked.push(url ?? "");
      if (headers["proxy-authorization"] !== `Basic ${Buffer.from("user:p@ss").toString("base64")}`) {
        socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="us"\r\n\r\n');
        return;
      }
      // No other server has this name.
      const there = connect(awsPort, "127.0.0.1", () => {
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
        there.pipe(socket).pipe(there);
      });
      for (const end of [there, socket])
        end.on("error", () => {
          [there, socket].forEach((one) => one.destroy());
        });
    });
    const bundle = join(alice.home, "..", `bundle-${awsPort}.pem`);
    await writeFile(bundle, pem.cert);
    env = {
      AWS_ENDPOINT_URL: "https://aws.test",
      HTTPS_PROXY: `http://user:p%40ss@127.0.0.1:${await portOf(proxy)}`,
      AWS_CA_BUNDLE: bundle,
      NO_PROXY: "",
      no_proxy: "",
    };
  });
  after(async () => {
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
    await admin.close();
  });
  beforeEach(() => asked.splice(0));

  async function portOf(server: Server): Promise<number> {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return (server.address() as AddressInfo).port;
  }

  it("a developer logs in, and opens the console, as the AWS CLI goes there", async () => {
    await alice.runWith({ env }, "whoami").then(({ status, stderr }) => expect(status, stderr).to.equal(0));
    const { status, stderr } = await alice.runWith({ env }, "login", alice.nextCode(), "--account", "sandbox");
    expect({ status, stderr }).to.eql({ status: 0, stderr: "" });
    const console = await alice.runWith({ env }, "console");
    expect(console.stdout, console.stderr).to.contain("SigninToken=");
    expect(new Set(asked)).to.eql(new Set(["aws.test:443"]));
    expect(
      await AwsCli.on("https://aws.test", alice.home, env).succeed("sts get-caller-identity --profile dev"),
    ).to.have.property("Account", "333333333333");
  });

  it("the certificate may stand in the configuration file", async () => {
    await alice.writeAws("config", `[default]\nca_bundle = ${env["AWS_CA_BUNDLE"] ?? ""}\n`);
    const { status, stderr } = await alice.runWith({ env: { ...env, AWS_CA_BUNDLE: undefined } }, "whoami");
    await alice.remove(".aws", "config");
    expect(status, stderr).to.equal(0);
  });

  it("an administrator lists, and shuts somebody out", async () => {
    const listed = await admin.runWith({ env }, "list");
    expect(listed.status, listed.stderr).to.equal(0);
    const ended = await admin.runWith({ env }, "end-sessions", "alice", "--yes");
    expect(ended.status, ended.stderr).to.equal(0);
    expect(asked).to.include("aws.test:443");
  });

  it("the engine and its plugins go the same way", async () => {
    const added = await admin.runWith(
      { env },
      "add-developer",
      "bob",
      "--yes",
      "--password-file",
      join(alice.home, "bob"),
    );
    expect(added.status, added.stderr).to.equal(0);
    const drift = await admin.runWith({ env }, "refresh", "--preview-only");
    expect(drift.status, drift.stderr).to.equal(0);
  });

  it("what is wrong with the proxy or the certificate is told", async () => {
    const away = await alice.runWith({ env: { ...env, HTTPS_PROXY: "http://127.0.0.1:9" } }, "whoami");
    expect(away.stderr).to.contain(
      "The proxy 127.0.0.1:9 could not be reached: connect ECONNREFUSED 127.0.0.1:9.\nCorrect HTTPS_PROXY or unset it, or check the network.",
    );
    const wrong = await alice.runWith(
      { env: { ...env, HTTPS_PROXY: env["HTTPS_PROXY"]?.replace("p%40ss", "s%40cret") } },
      "whoami",
      "--verbose",
    );
    expect(wrong.stderr)
      .to.contain("does not take the name and the password in HTTPS_PROXY (407 Proxy Authentication Required).\nWrite")
      .and.not.match(/s(%40|@)cret/);
    const unknown = await alice.runWith({ env: { ...env, AWS_CA_BUNDLE: undefined } }, "whoami");
    expect(unknown.stderr).to.contain("The encrypted connection cannot be trusted:").and.contain("AWS_CA_BUNDLE");
    const missing = await alice.runWith({ env: { ...env, AWS_CA_BUNDLE: "/nowhere.pem" } }, "whoami");
    expect(missing.stderr)
      .to.contain("AWS_CA_BUNDLE is /nowhere.pem, which cannot be read:")
      .and.contain("Correct AWS_CA_BUNDLE, or unset it.");
  });
});
