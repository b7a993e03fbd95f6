/** A module that Node loads before a program. It writes at the program's end which modules were loaded by `import` or `require`. */
import { writeFileSync } from "node:fs";
import { registerHooks } from "node:module";

const file = process.env.MFA_ADMIN_BENCH_MODULES;
/** @type {string[]} */
const modules = [];

registerHooks({
  load(url, context, nextLoad) {
    modules.push(url);
    return nextLoad(url, context);
  },
});

process.on("exit", () => {
  if (file !== undefined) writeFileSync(file, JSON.stringify(modules));
});
