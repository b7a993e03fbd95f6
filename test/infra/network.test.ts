import { expect } from "chai";
import { execFileSync } from "node:child_process";

import { proxyFor } from "../../infra/network.ts";
import { motoPython } from "../../toolchain/moto.js";
import { Dice } from "../support/dice.ts";

/** What Python's `urllib` says, which the AWS CLI goes by. */
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
