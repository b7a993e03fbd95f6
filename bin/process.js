/** Prepares the process before anything is loaded. Old versions of Node have to read this file, too. */
import { readFileSync } from "node:fs";
import * as module from "node:module";
import { homedir, userInfo } from "node:os";
import { join } from "node:path";

/**
 * The oldest Node that the package supports; undefined where this Node is new enough.
 *
 * @param {URL} packageFile the package.json, whose `engines` has the version
 * @returns {string | undefined}
 */
export function newerNode(packageFile) {
  // eslint-disable-next-line @typescript-eslint/no-unsafe-assignment -- the package's own file
  const { engines } = /** @type {{ engines: { node: string } }} */ (JSON.parse(readFileSync(packageFile, "utf8")));
  const wanted = engines.node.replace(/^>=/, "");
  const [[major = 0, minor = 0] = [], [ownMajor = 0, ownMinor = 0] = []] = [wanted, process.versions.node].map(
    (version) => version.split(".").map(Number),
  );
  return ownMajor > major || (ownMajor === major && ownMinor >= minor) ? undefined : wanted;
}

/** Says which Node is needed. @param {string} wanted */
export function tellNode(wanted) {
  console.error(
    `mfa-admin needs Node ${wanted} or newer; this is ${process.versions.node}. Get one from https://nodejs.org.`,
  );
}

/**
 * Sets SHELL, HOME and USER for a user without an entry in the password file, as in a container. oclif, Pulumi and others ask the system
 * for them, which fails where neither has them.
 */
export function knowUser() {
  try {
    userInfo();
  } catch {
    process.env.SHELL ??= "/bin/sh";
    if (process.env.HOME === undefined) {
      process.env.HOME = "/";
      // This home is nobody's: a command that writes files for the user asks for another directory.
      process.env.MFA_ADMIN_NO_HOME = "1";
    }
    process.env.USER ??= String(process.getuid?.() ?? "user");
  }
}

/**
 * Has Node keep the code that it compiles, for a faster start of the next command. The directory is the user's own: Node's default is one
 * below the system's temporary directory, where others could put code for this process first.
 */
export function keepCompiledCode() {
  if (process.env.MFA_ADMIN_NO_HOME !== undefined) return;
  // `||`, not `??`: the XDG specification says that an empty variable counts as unset.
  const caches = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
  // A directory that cannot be written is no error: the code is compiled again.
  module.enableCompileCache(join(caches, "mfa-admin", "compiled"));
}

/** Keeps the command running when the reader of its output is gone (`| head`): its work is finished, without further output. */
export function outliveReaders() {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (/** @type {NodeJS.ErrnoException} */ error) => {
      if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
    });
  }
}
