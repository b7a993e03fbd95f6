/** How the environment could choose settings, or what a run is about: options of the Pulumi CLI, and what its SDK falls back on. */
const overriding = /^PULUMI_(?:OPTION_|CONFIG$|CONFIG_SECRET_KEYS$)/;

/** Takes out of the environment what would have the engine go by other settings, or do something else, than it is told. */
export function forgetEngineOptions(environment: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(environment)) if (overriding.test(name)) Reflect.deleteProperty(environment, name);
}
