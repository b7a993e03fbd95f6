/**
 * The programs that the product needs beside Node: their directories and versions. The set-up installs them there; the product and the
 * tests look for them there. The directories are outside the checkout, so that a fresh clone starts in seconds.
 */
import { existsSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { join } from "node:path";

/**
 * The versions that the npm packages `@pulumi/pulumi` and `@pulumi/aws-native` are made for. They are downloaded where the internet is
 * reachable.
 */
export const sdkPulumiVersion = "3.270.0";
export const sdkAwsNativeVersion = "1.79.0";

/** The newest versions that can be built from their Go modules, where only package registries are reachable. */
export const builtPulumiVersion = "3.256.0";
export const builtAwsNativeVersion = "1.11.0";

/** The version of the AWS CLI that the tests log in with. */
export const awscliVersion = "1.46.3";

/** The version of moto, whose S3 and KMS the tests keep states in. */
export const motoVersion = "5.2.5";

/** @returns {string} `$XDG_CACHE_HOME/mfa-admin`, or `~/.cache/mfa-admin` */
export function cacheDirectory() {
  // `||`, not `??`: the XDG specification says that an empty variable counts as unset.
  return join(environment("XDG_CACHE_HOME") || join(homedir(), ".cache"), "mfa-admin");
}

/** @returns {string} where the set-up keeps what it downloads or builds */
export function toolchainDirectory() {
  return join(cacheDirectory(), "toolchain");
}

/** @returns {string} Pulumi's own directory: `$PULUMI_HOME`, or `~/.pulumi` */
export function pulumiHome() {
  return environment("PULUMI_HOME") || join(systemHome(), ".pulumi");
}

/** @returns {string} the user's home directory as Pulumi finds it: the system's user database comes before HOME */
export function systemHome() {
  try {
    return userInfo().homedir;
  } catch {
    return homedir();
  }
}

/**
 * The root of a Pulumi CLI in the cache, as `PulumiCommand.get({ root })` wants it: the binary is `bin/pulumi` in it.
 * @param {string} version
 * @returns {string}
 */
export function pulumiRoot(version = builtPulumiVersion) {
  return join(toolchainDirectory(), `pulumi-${version}`);
}

/** @returns {string[]} where a Pulumi CLI that is not on PATH may be, the best first */
export function pulumiRoots() {
  return [pulumiHome(), pulumiRoot(sdkPulumiVersion), pulumiRoot(builtPulumiVersion)];
}

/**
 * The first of {@link pulumiRoots} that holds a Pulumi CLI. One on PATH comes before it.
 * @returns {string | undefined}
 */
export function installedPulumiRoot() {
  return pulumiRoots().find((root) => existsSync(join(root, "bin", "pulumi")));
}

/**
 * The version of a Pulumi CLI that the set-up has put into the cache; undefined for one from elsewhere.
 * @param {string} root
 * @returns {string | undefined}
 */
export function knownPulumiVersion(root) {
  return [sdkPulumiVersion, builtPulumiVersion].find((version) => pulumiRoot(version) === root);
}

/**
 * Where Pulumi keeps the provider plugin for AWS Cloud Control.
 * @param {string} version
 * @returns {string}
 */
export function pluginDirectory(version) {
  return join(pulumiHome(), "plugins", `resource-aws-native-v${version}`);
}

/**
 * The version of the plugin that is installed: the SDK's own if it is there, else the built one.
 * @returns {string | undefined}
 */
export function installedAwsNativeVersion() {
  return [sdkAwsNativeVersion, builtAwsNativeVersion].find(
    (version) =>
      existsSync(join(pluginDirectory(version), "pulumi-resource-aws-native")) &&
      // Pulumi's mark of an unfinished installation.
      !existsSync(`${pluginDirectory(version)}.partial`),
  );
}

/** @returns {string} the plugin as it was built, before Pulumi has installed it */
export function awsNativeBuildDirectory() {
  return join(toolchainDirectory(), `aws-native-${builtAwsNativeVersion}`);
}

/** @returns {string} the AWS CLI's directory in the cache: the program is `bin/aws` in it */
export function awscliRoot() {
  return join(toolchainDirectory(), `awscli-${awscliVersion}`);
}

/** @returns {string} moto's directory in the cache: the program is `bin/moto_server` in it */
export function motoRoot() {
  return join(toolchainDirectory(), `moto-${motoVersion}`);
}

/**
 * @param {string} name
 * @returns {string}
 */
function environment(name) {
  return process.env[name] ?? "";
}
