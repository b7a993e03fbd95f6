import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

describe("the npm package", () => {
  it("holds what it is run by, and nothing that only a checkout needs", () => {
    const checkout = fileURLToPath(new URL("../../", import.meta.url));
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
    expect(paths.filter((path) => /^(test|toolchain|\.ci)\//.test(path))).to.eql([]);
  });
});

interface PackedFiles {
  files: { path: string }[];
}
