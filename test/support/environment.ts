/**
 * The environment of the commands that tests and the tour run: the user's own without what would lead them anywhere but
 * to the local AWS, or would tell them that a CI runs them, as one may run the tests.
 */
export function isolatedEnvironment(changes: Record<string, string | undefined> = {}): Record<string, string> {
  const led = /^(AWS_.*|MFA_ADMIN_.*|PULUMI_(?!HOME$).*|CI|GITHUB_.*|LANG|LANGUAGE|LC_.*)$/;
  const inherited = Object.entries(process.env).filter(([name]) => !led.test(name));
  const all = { ...Object.fromEntries(inherited), ...changes };
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/**
 * Gives this process some variables, for what reads them itself.
 *
 * @returns what takes them back
 */
export function inEnvironment(variables: Record<string, string>): () => void {
  const before = { ...process.env };
  Object.assign(process.env, variables);
  return () => {
    for (const name of Object.keys(variables)) {
      if (before[name] === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = before[name];
    }
  };
}
