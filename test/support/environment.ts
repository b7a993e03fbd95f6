/**
 * The environment of the commands that tests and the tour run: the user's own, without variables that would lead them to anything but the
 * local AWS, or that show that the tests run in CI.
 */
export function isolatedEnvironment(changes: Record<string, string | undefined> = {}): Record<string, string> {
  const led = /^(AWS_.*|MFA_ADMIN_.*|PULUMI_(?!HOME$).*|CI|GITHUB_.*|LANG|LANGUAGE|LC_.*)$/;
  const inherited = Object.entries(process.env).filter(([name]) => !led.test(name));
  const all = { ...Object.fromEntries(inherited), ...changes };
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/**
 * Sets variables of this process, for code that reads them itself. Undefined unsets one.
 *
 * @returns a function that restores the environment
 */
export function inEnvironment(variables: Record<string, string | undefined>): () => void {
  const before = { ...process.env };
  const set = (name: string, value: string | undefined): void => {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  };
  for (const [name, value] of Object.entries(variables)) set(name, value);
  return () => {
    for (const name of Object.keys(variables)) set(name, before[name]);
  };
}
