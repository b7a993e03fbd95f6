import { CaBundleError, hasProxy } from "../infra/network.ts";
import { ProxyError } from "../infra/proxy.ts";
import { Failure } from "./failure.ts";

/** Failures for errors of the file system, the network and parsers, with a remedy. */

/** An error of Node, with the properties that it may have. */
interface SystemError extends Error {
  code?: string;
  syscall?: string;
  path?: string;
}

/** Failures of the file system, by their code in errno(3). */
const files: Record<string, [what: string, remedy: string]> = {
  ENOENT: ["is not there", "Look whether the name is right, and the directory there."],
  EACCES: ["may not be used by you", "Look whose it is (ls -l), and make it yours."],
  EPERM: ["may not be changed by you", "Look whose it is (ls -l), and make it yours."],
  EROFS: ["is in a file system that is read-only", "Use another place, or make it writable."],
  ENOSPC: ["has no room: the disk is full", "Make room, and run the command again."],
  EDQUOT: ["has no room: your quota is used up", "Make room, and run the command again."],
  EISDIR: ["is a directory, where a file is expected", "Name the file, or move the directory away."],
  ENOTDIR: ["goes through a file, where a directory is expected", "Correct the path."],
  ENOTEMPTY: ["is a directory that is not empty", "Empty it, or use another one."],
  EEXIST: ["is there already", "Move it away, or use another name."],
  ELOOP: ["is a chain of links that leads nowhere", "Correct the links."],
  ENAMETOOLONG: ["has too long a name", "Use a shorter one."],
  EBUSY: ["is used by another program", "End it, and run the command again."],
  ETXTBSY: ["is used by another program", "End it, and run the command again."],
  EXDEV: ["is on another file system", "Use a directory on the same one."],
  EIO: ["cannot be read or written by the system", "Look at the disk, and run the command again."],
  EMFILE: ["is one file too many for this process", "Raise the limit (ulimit -n), and run the command again."],
  ENFILE: ["is one file too many for this machine", "End other programs, and run the command again."],
};

/** Codes of errors about certificates and encryption, of OpenSSL and Node. */
const tls =
  /^(SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_(VERIFY|GET)_|CERT_|ERR_TLS_|ERR_SSL_|EPROTO$|HOSTNAME_MISMATCH|INVALID_CA)/;

const network =
  /^(ECONNREFUSED|ECONNRESET|ECONNABORTED|ENOTFOUND|ETIMEDOUT|EAI_\w+|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|EADDRNOTAVAIL|ENOTCONN|UND_ERR_\w+)$/;

/** The failure for a system error among an error and its causes; undefined where there is none. */
export function explainSystem(error: Error): Failure | undefined {
  for (const link of chainOf(error)) {
    const failure = explainOne(link, error);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

/** An error and its causes, the members of an AggregateError among them. */
export function chainOf(error: unknown): Error[] {
  const found: Error[] = [];
  const follow = (link: unknown): void => {
    if (!(link instanceof Error) || found.includes(link)) return;
    found.push(link);
    if (link instanceof AggregateError) link.errors.forEach(follow);
    follow(link.cause);
  };
  follow(error);
  return found;
}

function explainOne(link: SystemError, whole: Error): Failure | undefined {
  const { code = "", syscall = "", path, message, name } = link;
  const failure = (text: string, remedy: string): Failure => new Failure(text, remedy, { cause: whole });
  if (syscall === "uv_cwd") {
    return failure(
      "The directory that you are in is not there any more.",
      "Change to another one (cd), and run the command again.",
    );
  }
  if (syscall.startsWith("spawn")) {
    const program = path ?? syscall.replace(/^spawn ?/, "");
    return failure(
      `The program ${program} does not start: ${sentence(message)}`,
      "Look whether it is installed, and on PATH.",
    );
  }
  if (code === "EPIPE")
    return failure("Whoever read the output is gone, or the connection was cut.", "Run the command again.");
  if (link instanceof CaBundleError || link instanceof ProxyError) return failure(message, link.remedy);
  if (tls.test(code)) {
    return failure(
      // The rest of Node's message is about its own flags.
      `The encrypted connection cannot be trusted: ${sentence(message.split("; if the root CA")[0] ?? "")}`,
      "Behind a proxy that opens connections, name its certificate in AWS_CA_BUNDLE (and in NODE_EXTRA_CA_CERTS for Pulumi Cloud); else look at AWS_ENDPOINT_URL and the clock.",
    );
  }
  if (network.test(code) || ["TimeoutError", "NoAnswer"].includes(name)) {
    const reason = network.test(code) && name !== "TimeoutError" ? message.trim() || code : "no answer came in time";
    return failure(
      `AWS could not be reached: ${sentence(reason)}`,
      hasProxy()
        ? "Check the network, HTTPS_PROXY, NO_PROXY and AWS_ENDPOINT_URL."
        : "Check the network and AWS_ENDPOINT_URL.",
    );
  }
  if (code.startsWith("HPE_")) return strangeAnswer(message, whole);
  if (code === "ERR_INVALID_URL") {
    const { input = "" } = link as { input?: string };
    return failure(`"${input}" is no URL.`, "Correct AWS_ENDPOINT_URL, PULUMI_BACKEND_URL or whatever names it.");
  }
  if (code === "ENOMEM" || code === "ERR_MEMORY_ALLOCATION_FAILED") {
    return failure("There is no memory left on this machine.", "End other programs, and run the command again.");
  }
  const [what, remedy] = files[code] ?? [];
  if (what !== undefined && remedy !== undefined) {
    return failure(`${path ?? "A file"} ${what}: ${sentence(message)}`, remedy);
  }
  if (name === "YAMLParseError" || name === "YAMLSemanticError") {
    return failure(`A file is no valid YAML: ${sentence(message)}`, "Correct it, and run the command again.");
  }
  if (/^Found invalid profile name/.test(message)) {
    return failure(
      `Your AWS configuration is not as it should be: ${sentence(message)}`,
      "Correct ~/.aws/config or ~/.aws/credentials, or the files that AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE name.",
    );
  }
  // The SDK's messages for a response that it could not parse.
  if (/Deserialization error|XML parse error/.test(message) || (link instanceof SyntaxError && "$metadata" in link)) {
    return strangeAnswer(message, whole);
  }
  if (link instanceof SyntaxError && /JSON/.test(message)) {
    return failure(
      `What should be JSON is not: ${sentence(message)}`,
      "Look at the file or the program that it comes from.",
    );
  }
  return undefined;
}

/** The failure for a response that came from something between here and AWS. */
export function strangeAnswer(message: string, cause: Error): Failure {
  return new Failure(
    `What has answered is not AWS: ${sentence(message.split("\n")[0] ?? "")}`,
    "Look at AWS_ENDPOINT_URL, and whether a proxy or the sign-in page of a network stands between.",
    { cause },
  );
}

/** A message without the excerpt that a JSON parser quotes: it may be a secret. */
const sentence = (text: string): string =>
  text
    .replace(/, (?:\.\.\.)?".*"(?:\.\.\.)? is not valid JSON/s, " is not valid JSON")
    .trim()
    .replace(/\.?$/, ".");
