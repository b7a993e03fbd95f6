/** Loaded ahead of a program that is measured: tells at its end what it has used. */
import { writeFileSync } from "node:fs";

const file = process.env.MFA_ADMIN_BENCH_USAGE;
// Node programs that this one starts are not measured.
delete process.env.MFA_ADMIN_BENCH_USAGE;

process.on("exit", () => {
  if (file !== undefined) writeFileSync(file, JSON.stringify(process.resourceUsage()));
});
