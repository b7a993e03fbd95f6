import { isolatedEnvironment } from "./environment.ts";

// The tests' processes have the environment of the commands that they run, so that results are the same on a developer's machine and in CI.
// Variables for the tests themselves stay (MFA_ADMIN_…).
const kept = isolatedEnvironment();
for (const name of Object.keys(process.env)) {
  if (!(name in kept) && !name.startsWith("MFA_ADMIN_")) Reflect.deleteProperty(process.env, name);
}
