/** The action that AWS has denied, from its message: "iam:ListUsers". */
export function missingRight(reason: string): string | undefined {
  return /perform: ([\w-]+:\w+)/.exec(reason)?.[1];
}

/** The remedy for a part of a report that could not be read. @param command the command to run again */
export function remedyForMissed(reason: string, command: string): string {
  const right = missingRight(reason);
  if (right === undefined)
    return `Run mfa-admin ${command} again when AWS answers; mfa-admin preview tells more of an account that cannot be reached.`;
  if (right === "sts:AssumeRole")
    return "Let the access role of that account be assumed, or, where the settings name the account, take it out of them.";
  return `The right ${right} is missing; mfa-admin init --ci github writes the policies that have it.`;
}
