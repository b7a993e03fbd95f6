/** Variables that could change the settings or the scope of a run: options of the Pulumi CLI, and fallbacks of its SDK. */
const overriding = /^PULUMI_(?:OPTION_|CONFIG$|CONFIG_SECRET_KEYS$)/;

/** Removes variables by which the engine would use other settings, or do something else, than it is told. */
export function forgetEngineOptions(environment: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(environment)) if (overriding.test(name)) Reflect.deleteProperty(environment, name);
}
