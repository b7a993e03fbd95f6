import { Failure } from "../failure.ts";
import type { StackName } from "../project/project.ts";
import { CommandError, ConcurrentUpdateError } from "./automation.ts";
import { lockedBy } from "../state/stack-lock.ts";
import type { LockHolder } from "../results/cancel.ts";
import { wrongPassphrase } from "./passphrase.ts";

/** The engine failed for a reason that only its own text tells. */
export class EngineFailure extends Failure {}

/** An error of the engine as a Failure in the user's terms. Failures of single resources are reported from events instead. */
export function explainEngine(error: unknown, project: StackName): unknown {
  return error instanceof CommandError ? explainText(error.message, project, error) : error;
}

/** The same for what the Pulumi CLI has printed on stderr. */
export function explainText(text: string, project: StackName, error?: CommandError): Failure {
  if (error instanceof ConcurrentUpdateError || /the stack is currently locked by/.test(text)) {
    return lockedBy(project, lockHolders(text), error);
  }
  if (/PULUMI_ACCESS_TOKEN must be set|not logged in/.test(text)) {
    return new Failure(
      `The state is kept at ${project.backendUrl}, and nobody is logged in there.`,
      "Run pulumi login, or set PULUMI_ACCESS_TOKEN.",
      { cause: error },
    );
  }
  if (/\[401\]|Unauthorized: No credentials|invalid access token/i.test(text)) {
    return new Failure(
      `${project.backendUrl} does not accept this access token.`,
      "Correct PULUMI_ACCESS_TOKEN, or unset it and run pulumi login.",
      { cause: error },
    );
  }
  const [, unreachable] =
    /performing HTTP request: .*?: ((?:dial|lookup|read|write|net\/http|context|x509|tls|EOF).*)/.exec(text) ?? [];
  if (unreachable !== undefined) {
    return new Failure(
      `${project.backendUrl}, where the state is kept, does not answer: ${unreachable}`,
      "Look whether the network and the address are right, and run the command again.",
      { cause: error },
    );
  }
  if (/incorrect passphrase/.test(text)) return wrongPassphrase(project, error);
  const [, reason = text.trim()] = /^ *error: (.*)$/m.exec(text) ?? [];
  return new EngineFailure(
    `The Pulumi engine failed: ${reason}`,
    "Run the command again with --verbose for the details.",
    {
      cause: error,
    },
  );
}

/** The holders of the lock, which the error of Pulumi's own backends names once or twice. */
function lockHolders(text: string): LockHolder[] {
  const holders = text.matchAll(
    /created by (?<username>[^@\s]+)@(?<hostname>\S+) \(pid (?<pid>\d+)\) at (?<timestamp>\S+)/g,
  );
  const distinct = new Map([...holders].map((match) => [match[0], match.groups]));
  return [...distinct.values()].map(({ username = "", hostname = "", pid = "", timestamp = "" } = {}) => ({
    username,
    hostname,
    pid: Number(pid),
    timestamp,
  }));
}
