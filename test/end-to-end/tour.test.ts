import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

import { expect } from "chai";

describe("the tour of npm start", () => {
  it("runs the main job from end to end, in a CI as well, and every attempt comes out as expected", async () => {
    const main = fileURLToPath(new URL("../tour/main.ts", import.meta.url));
    const env = { ...process.env, CI: "true", GITHUB_ACTIONS: "true" };
    const child = spawn(process.execPath, [main], { env, stdio: ["ignore", "pipe", "pipe"] });
    const exit = new Promise<number | null>((resolve) => child.once("exit", resolve));
    const [stdout, stderr, status] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
    if (/Not as expected|The tour stopped/.test(stderr)) throw new Error(`${stdout.slice(-4000)}\n${stderr}`);
    const [, right, all] = /(\d+) of (\d+) attempts came out as expected/.exec(stdout) ?? [];
    expect(right).to.equal(all).and.not.equal(undefined);
    expect(Number(all)).to.be.at.least(20);
    expect(status).to.equal(0);
    // README's excerpt aligns lines of several tables as one, so the spaces between columns are not compared.
    const readme = await readFile(new URL("../../README.md", import.meta.url), "utf8");
    const lines = (of: string): string[] => of.split("\n").map((line) => line.trim().replace(/ {2,}/g, " "));
    const excerpt = lines(readme).filter((line) => /^ok |^\d+ of \d+ attempts/.test(line));
    expect(excerpt).to.have.length.above(5);
    expect(lines(stdout)).to.include.members(excerpt);
  });
});
