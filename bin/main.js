import { run } from "@oclif/core/run";

/** Runs the command that the arguments name. @param {string} root the address of the package's first file */
export async function main(root) {
  try {
    await run(process.argv.slice(2), root);
  } catch (error) {
    const { end } = await import("../cli/explain.ts");
    end(error, process.argv.includes("--json"));
  }
}
