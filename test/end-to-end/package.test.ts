import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const checkout = fileURLToPath(new URL("../../", import.meta.url));

describe("the npm package", () => {
  it("holds what it is run by, and nothing that only a checkout needs", () => {
    const text = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
      cwd: checkout,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    const packed = JSON.parse(text) as PackedFiles[] | Record<string, PackedFiles>;
    const paths = Object.values(packed).flatMap(({ files }) => files.map(({ path }) => path));
    expect(paths).to.include.members([
      "bin/run.js",
      "cli/ci/github/workflows/up.yml",
      "cli/onboarding/guide/en.md",
      "dist/cli/commands/up.js",
      "dist/infra/index.js",
      "dist/toolchain/cache.js",
      "infra/index.ts",
      "oclif.manifest.json",
      "schemas/preview.schema.json",
      "schemas/up.schema.json",
    ]);
    expect(paths.filter((path) => /^(test|toolchain|\.ci)\/|\.map$/.test(path))).to.eql([]);
  });

  it("starts by a few files, none of them from the installed packages", async () => {
    const directory = await mkdtemp(join(tmpdir(), "mfa-admin-modules-"));
    const file = join(directory, "modules.json");
    execFileSync(process.execPath, ["--import", "./test/bench/report-modules.js", "bin/run.js", "--help"], {
      cwd: checkout,
      env: { ...process.env, MFA_ADMIN_BENCH_MODULES: file },
    });
    const modules = JSON.parse(await readFile(file, "utf8")) as string[];
    const files = modules.filter((module) => !module.startsWith("node:"));
    expect(files).to.have.length.within(3, 30);
    expect(files.filter((module) => module.includes("/node_modules/"))).to.eql([]);
    await rm(directory, { recursive: true });
  });

  it("reaches AWS without loading Node's fetch", () => {
    const script = `await import("./dist/infra/network.js"); console.log(process.moduleLoadList.join("\\n"));`;
    const loaded = execFileSync(process.execPath, ["--input-type=module", "--eval", script], {
      cwd: checkout,
      encoding: "utf8",
    });
    expect(loaded).to.contain("NativeModule _http_agent").and.not.contain("undici");
  });
});

interface PackedFiles {
  files: { path: string }[];
}
