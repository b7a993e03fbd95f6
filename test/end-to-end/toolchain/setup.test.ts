import { expect } from "chai";
import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { sdkAwsNativeVersion, sdkPulumiVersion } from "../../../toolchain/cache.js";
import { go, Machine, onlineNode, pulumi } from "../../support/machine.ts";

describe("set-up", () => {
  let machine: Machine;

  beforeEach(() => {
    machine = new Machine();
  });

  afterEach(() => {
    machine.remove();
  });

  const builds = () => machine.calls().filter((call) => call.startsWith("go build"));

  describe("on a machine without a way to the internet", () => {
    it("builds the Pulumi CLI and its plugin with Go, and says beforehand that it takes a while", async () => {
      machine.install("go", go());
      const { status, output } = await machine.setUp("--offline");
      expect(status, output).to.equal(0);
      expect(output).to.match(/No internet, nothing cached: building .* from source, once\. This takes about \d+ min/);
      expect(output).to.contain("Ready: Pulumi 3.256.0 with its plugin aws-native 1.11.0.");
      expect(existsSync(machine.pulumi)).to.be.true;
      expect(existsSync(machine.plugin)).to.be.true;
    });

    it("starts neither npm nor Go when everything is there", async () => {
      machine.install("go", go());
      await machine.setUp("--offline");
      machine.calls();
      const { status, output } = await machine.setUp("--offline");
      expect(status).to.equal(0);
      expect(output).to.equal("Ready: Pulumi 3.256.0 with its plugin aws-native 1.11.0.\n");
      expect(machine.calls()).to.be.empty;
    });

    it("uses the Pulumi CLI that is on PATH", async () => {
      machine.install("go", go());
      machine.install("pulumi", pulumi("3.300.0"));
      const { output } = await machine.setUp("--offline");
      expect(output).to.contain("Ready: Pulumi 3.300.0 with its plugin aws-native 1.11.0.");
      expect(builds()).to.have.lengthOf(1);
      expect(existsSync(machine.pulumi)).to.be.false;
    });

    it("says in one message what is missing and how to get it when there is no Go either", async () => {
      const { status, output } = await machine.setUp("--offline");
      expect(status).to.equal(1);
      expect(output.trimEnd().split("\n").at(-1))
        .to.match(/^The Pulumi CLI is not installed, .* because Go is not installed\. Install Pulumi/)
        .and.contain("https://www.pulumi.com/docs/install/")
        .and.contain("https://go.dev/dl/");
      expect(output).not.to.contain("building");
      expect(output).not.to.match(/^ {4}at /m);
    });

    it("says that Go is too old", async () => {
      machine.install("go", go("", "1.24.9"));
      const { status, output } = await machine.setUp("--offline");
      expect(status).to.equal(1);
      expect(output).to.contain("because Go 1.24.9 is too old").and.contain("Go 1.25");
    });

    it("shows the end of what Go says when a build fails, and succeeds the next time", async () => {
      machine.install("go", go(`console.error("undefined: frobnicate"); process.exit(1)`));
      const { status, output } = await machine.setUp("--offline");
      expect(status).to.equal(1);
      expect(output).to.contain("could not be built").and.contain("undefined: frobnicate");
      expect(existsSync(machine.pulumi)).to.be.false;

      machine.install("go", go());
      expect((await machine.setUp("--offline")).status).to.equal(0);
    });
  });

  describe("on a machine with the internet", () => {
    it("downloads the versions that the npm packages are made for", async () => {
      await machine.setUp("--offline");
      machine.write(join(machine.checkout, "node_modules/.bin/node"), onlineNode);
      const { status, output } = await machine.setUp();
      expect(status, output).to.equal(0);
      expect(output).to.contain(`Ready: Pulumi ${sdkPulumiVersion} with its plugin aws-native ${sdkAwsNativeVersion}.`);
    });

    it("says why the downloads are not reached, such as what a proxy answers", async () => {
      await machine.setUp("--offline");
      machine.install("go", go());
      machine.write(
        join(machine.checkout, "node_modules/.bin/node"),
        `console.log("Proxy response (407) !== 200 when HTTP Tunneling"); process.exit(1);`,
      );
      const { output } = await machine.setUp();
      expect(output).to.contain(
        "Looking for get.pulumi.com ...\nIt can not be reached: Proxy response (407) !== 200 when HTTP Tunneling.\n",
      );
    });

    it("builds what could not be downloaded", async () => {
      await machine.setUp("--offline");
      machine.install("go", go());
      machine.write(
        join(machine.checkout, "node_modules/.bin/node"),
        `if (!args.includes("-e")) { console.error("connection reset"); process.exit(1); }`,
      );
      const { status, output } = await machine.setUp();
      expect(status, output).to.equal(0);
      expect(output).to.contain("connection reset").and.contain("Building it instead.");
      expect(existsSync(machine.pulumi)).to.be.true;
    });

    it("asks for the versions in package.json", () => {
      const require = createRequire(import.meta.url);
      const versionOf = (name: string) => (require(`${name}/package.json`) as { version: string }).version;
      expect(sdkPulumiVersion).to.equal(versionOf("@pulumi/pulumi"));
      expect(sdkAwsNativeVersion).to.equal(versionOf("@pulumi/aws-native"));
    });
  });

  describe("when it is disturbed", () => {
    // This stand-in ends by itself when the set-up has been killed and its workspace is gone.
    const forever = "while (fs.existsSync(output)) pause(); process.exit(1)";

    it("builds once when two set-ups run at the same time, and the second says that it waits", async () => {
      machine.install("go", go("while (!fs.existsSync(process.env.HOME + '/go-on')) pause();"));
      const first = machine.start("--offline");
      await first.until(() => machine.hasCalled("go build"));
      const second = machine.start("--offline");
      await second.says("Waiting for another set-up");
      writeFileSync(join(machine.directory, "go-on"), "");
      expect([(await first.outcome).status, (await second.outcome).status]).to.deep.equal([0, 0]);
      // Two programs are built: the Pulumi CLI and its plugin.
      expect(builds()).to.have.lengthOf(2);
    });

    it("installs the npm packages once when two set-ups run at the same time", async () => {
      machine.install("go", go());
      const outcomes = await Promise.all([machine.setUp("--offline"), machine.setUp("--offline")]);
      expect(outcomes.map(({ status }) => status)).to.deep.equal([0, 0]);
      expect(machine.calls().filter((call) => call.startsWith("npm ci"))).to.have.lengthOf(1);
    });

    it("stops what it has started and leaves nothing half-done when it is interrupted", async () => {
      machine.install(
        "go",
        go(`fs.writeFileSync(process.env.HOME + "/builder", String(process.pid)); for (;;) pause();`),
      );
      const setUp = machine.start("--offline");
      const file = join(machine.directory, "builder");
      await setUp.until(() => existsSync(file) && readFileSync(file, "utf8") !== "");
      setUp.process.kill("SIGINT");
      const { status, output } = await setUp.outcome;
      expect(status).to.equal(130);
      expect(output).to.contain("Stopped.");
      expect(() => process.kill(Number(readFileSync(file, "utf8")), 0)).to.throw("ESRCH");
      expect(existsSync(machine.pulumi)).to.be.false;
      expect(existsSync(machine.workspace)).to.be.false;
    });

    it("uses nothing of a build that was killed in the middle, and the next set-up succeeds", async () => {
      machine.install("go", go(forever));
      const killed = machine.start("--offline");
      await killed.until(() => machine.hasCalled("go build"));
      killed.process.kill("SIGKILL");
      machine.install("go", go());
      const { status, output } = await machine.setUp("--offline");
      expect(status, output).to.equal(0);
      expect(existsSync(machine.workspace)).to.be.false;
      expect((await killed.outcome).status).to.equal(null);
    });
  });

  describe("of the checkout", () => {
    beforeEach(() => {
      machine.install("go", go());
    });

    it("installs the npm packages again when package-lock.json has changed", async () => {
      await machine.setUp("--offline");
      machine.lockPackages("1.0.1");
      machine.calls();
      await machine.setUp("--offline");
      expect(machine.calls().filter((call) => call.startsWith("npm"))).to.deep.equal([
        "npm ci --loglevel=error --no-audit --no-fund",
      ]);
    });

    it("compiles again when a source has changed, and removes what was compiled from sources that are gone", async () => {
      await machine.setUp("--offline");
      const stale = join(machine.checkout, "dist/stale.js");
      writeFileSync(stale, "");
      utimesSync(stale, new Date(0), new Date(0));
      machine.calls();
      mkdirSync(join(machine.checkout, "cli"));
      writeFileSync(join(machine.checkout, "cli/command.ts"), "");
      await machine.setUp("--offline");
      expect(machine.calls()).to.deep.equal(["npm run --silent build"]);
      expect(existsSync(stale)).to.be.false;
      expect(existsSync(join(machine.checkout, "dist/program.js"))).to.be.true;
    });

    it("says what npm says when the packages can not be installed", async () => {
      machine.install("npm", `console.error("npm error code ENOSPC"); process.exit(1);`);
      const { status, output } = await machine.setUp("--offline");
      expect(status).to.equal(1);
      expect(output).to.contain("The npm packages could not be installed.").and.contain("npm error code ENOSPC");
    });
  });

  describe("for the tests", () => {
    const aws = (version: string) => `console.log("aws-cli/${version} Python/3.12")`;
    // `-m venv DIRECTORY` makes a Python, which "installs" the AWS CLI, or moto, beside itself.
    const python = `
      const file = (name) => path.join(args[2], "bin", name);
      const pip = 'const name = args.at(-1).startsWith("awscli") ? "aws" : "moto_server";' +
        'fs.writeFileSync(path.join(path.dirname(process.argv[1]), name), fs.readFileSync(process.env.HOME + "/aws"), { mode: 0o755 })';
      program(file("python"), pip);
      program(process.env.HOME + "/aws", ${JSON.stringify(aws("1.46.3"))});
    `;
    const cached = (path: string) => join(machine.directory, "cache/mfa-admin/toolchain", path);
    const installed = () => cached("awscli-1.46.3/bin/aws");

    beforeEach(() => {
      machine.install("go", go());
    });

    it("uses the AWS CLI that is on PATH", async () => {
      machine.install("aws", aws("2.31.0"));
      machine.install("python3", python);
      expect((await machine.setUp("--offline", "--test")).status).to.equal(0);
      expect(existsSync(installed())).to.be.false;
    });

    it("installs moto with Python, once", async () => {
      machine.install("aws", aws("2.31.0"));
      machine.install("python3", python);
      const { status, output } = await machine.setUp("--offline", "--test");
      expect(status, output).to.equal(0);
      expect(existsSync(cached("moto-5.2.5/bin/moto_server"))).to.be.true;
      machine.calls();
      await machine.setUp("--offline", "--test");
      expect(machine.calls().filter((call) => call.startsWith("python"))).to.be.empty;
    });

    it("says how to get moto where there is no Python", async () => {
      machine.install("aws", aws("2.31.0"));
      const { status, output } = await machine.setUp("--offline", "--test");
      expect(status).to.equal(1);
      expect(output).to.contain("The tests need moto, and there is no python3").and.contain("Install Python 3.10");
    });

    it("installs the AWS CLI with Python where the one on PATH is too old to be led to a local endpoint", async () => {
      machine.install("aws", aws("2.9.19"));
      machine.install("python3", python);
      const { status, output } = await machine.setUp("--offline", "--test");
      expect(status, output).to.equal(0);
      expect(existsSync(installed())).to.be.true;
    });

    it("says how to get the AWS CLI where there is no Python", async () => {
      const { status, output } = await machine.setUp("--offline", "--test");
      expect(status).to.equal(1);
      expect(output).to.contain("there is no python3").and.contain("https://aws.amazon.com/cli/");
    });

    it("does not ask for the AWS CLI where there are no tests to run", async () => {
      expect((await machine.setUp("--offline")).status).to.equal(0);
    });
  });
});
