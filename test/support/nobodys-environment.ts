import { isolatedEnvironment } from "./environment.ts";

// The tests' own processes have the environment of the commands that they run: what is tested within them says the same on
// a developer's machine and in a CI. What tests are told themselves stays (MFA_ADMIN_…).
const kept = isolatedEnvironment();
for (const name of Object.keys(process.env)) {
  if (!(name in kept) && !name.startsWith("MFA_ADMIN_")) Reflect.deleteProperty(process.env, name);
}
