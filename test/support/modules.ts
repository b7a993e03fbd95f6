/** An environment in which a program cannot load these packages, to show that it does not need them. */
export function modulesRefused(...prefixes: string[]): { NODE_OPTIONS: string } {
  const hooks = `
    import { registerHooks } from "node:module";
    registerHooks({
      resolve(specifier, context, next) {
        if (${JSON.stringify(prefixes)}.some((prefix) => specifier.startsWith(prefix))) {
          throw new Error(specifier + " is refused by the test");
        }
        return next(specifier, context);
      },
    });`;
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hooks)}` };
}
