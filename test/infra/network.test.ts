import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

import { agents, proxyFor } from "../../infra/network.ts";
import { motoPython } from "../../toolchain/moto.js";
import { Dice } from "../support/dice.ts";

/** The answer of Python's `urllib`, which the AWS CLI uses. */
const script = `
import json, os, sys, urllib.request
from urllib.parse import urlparse
answers = []
for case in json.load(sys.stdin):
    os.environ.clear()
    os.environ.update(case["environment"])
    address = urlparse(case["address"])
    proxy = urllib.request.getproxies_environment().get(address.scheme)
    answers.append(None if urllib.request.proxy_bypass_environment(address.netloc) else proxy)
print(json.dumps(answers))
`;

describe("the proxy for an address", () => {
  let environment: NodeJS.ProcessEnv;
  beforeEach(() => (environment = { ...process.env }));
  afterEach(() => {
    for (const name of Object.keys(process.env)) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, environment);
  });

  it("is the one that the AWS CLI would take, in 2000 generated environments", () => {
    const dice = new Dice(3128);
    const names = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy", "ALL_PROXY"];
    const proxies = ["http://proxy:3128", "http://user:word@other:8080", ""];
    const exceptions = [
      "*",
      "amazonaws.com",
      ".amazonaws.com",
      "sts.amazonaws.com",
      "iam.amazonaws.com:443",
      "localhost, 127.0.0.1",
      "s.com,AMAZONAWS.COM",
      "",
      "azonaws.com",
    ];
    const addresses = [
      "https://sts.amazonaws.com",
      "https://iam.amazonaws.com:443",
      "http://localhost:4566",
      "https://127.0.0.1:4566",
      "http://amazonaws.com",
      "https://organizations.us-east-1.amazonaws.com",
    ];
    const cases = Array.from({ length: 2000 }, () => ({
      environment: Object.fromEntries(
        names.filter(() => dice.chance(0.4)).map((name) => [name, dice.pick(/^no/i.test(name) ? exceptions : proxies)]),
      ),
      address: dice.pick(addresses),
    }));
    const theirs = JSON.parse(
      execFileSync(motoPython(), ["-c", script], { input: JSON.stringify(cases), encoding: "utf8" }),
    ) as (string | null)[];
    cases.forEach((one, index) => {
      for (const name of Object.keys(process.env)) Reflect.deleteProperty(process.env, name);
      Object.assign(process.env, one.environment);
      // URL leaves out the port that a scheme has by itself; an exception may name it.
      const { protocol, hostname } = new URL(one.address);
      const [, port = ""] = /:(\d+)$/.exec(one.address) ?? [];
      expect(proxyFor({ protocol, hostname, port }) ?? null, JSON.stringify(one)).to.equal(theirs[index] || null);
    });
  });
});

describe("requests in the clear, by a proxy", () => {
  const { HTTP_PROXY, NO_PROXY, no_proxy } = process.env;
  afterEach(() => {
    for (const [name, value] of Object.entries({ HTTP_PROXY, NO_PROXY, no_proxy })) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  });

  it("name the whole address, and who asks, each of several", async () => {
    const asked: string[] = [];
    const proxy = createServer(({ url = "", headers }, response) => {
      asked.push(`${url} ${headers["proxy-authorization"] ?? ""}`);
      response.end();
    });
    await once(proxy.listen(0, "127.0.0.1"), "listening");
    process.env["HTTP_PROXY"] = `http://user:pass@127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    process.env["NO_PROXY"] = process.env["no_proxy"] = "";
    const ask = async (): Promise<void> => {
      const sent = request("http://aws.test/x", { method: "POST", agent: agents().httpAgent });
      // The body is written before there is a connection, as by the AWS SDK.
      sent.end("body");
      const [answer] = (await once(sent, "response")) as [NodeJS.ReadableStream];
      await text(answer);
    };
    for (let time = 0; time < 3; time++) await ask();
    proxy.close();
    expect(asked).to.eql(Array(3).fill("http://aws.test/x Basic dXNlcjpwYXNz"));
  });
});
