/** What the process needs before anything is loaded. It is read by old versions of Node, too. */
import { readFileSync } from "node:fs";
import { userInfo } from "node:os";

/**
 * The oldest Node that the package asks for, where this is an older one.
 *
 * @param {URL} packageFile the package.json, the one place where it stands
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
 * A user whom the password file does not have, as in a container, has no name, shell and home. oclif, Pulumi and others ask the system
 * for them all the same, which fails where the environment does not say.
 */
export function knowUser() {
  try {
    userInfo();
  } catch {
    process.env.SHELL ??= "/bin/sh";
    if (process.env.HOME === undefined) {
      process.env.HOME = "/";
      // Nobody's files are there: what is to be written for the user asks for another.
      process.env.MFA_ADMIN_NO_HOME = "1";
    }
    process.env.USER ??= String(process.getuid?.() ?? "user");
  }
}

/** Whoever reads this may be gone (`| head`): what is under way comes to its end all the same, only untold. */
export function outliveReaders() {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (/** @type {NodeJS.ErrnoException} */ error) => {
      if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
    });
  }
}
