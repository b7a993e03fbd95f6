import type { Dice } from "../../support/dice.ts";

const headings = {
  credentials: ["dev", "auth", "default", "sandbox", "work", "my dev", " dev ", "DEFAULT", "profile dev", "a]b"],
  config: [
    ...["profile dev", 'profile "dev"', "profile 'my dev'", "profile  sandbox", "profile\tauth", "profiles work"],
    ...[
      "default",
      "profile default",
      "DEFAULT",
      "sso-session dev",
      "services dev",
      "dev",
      'profile "open',
      "profile a\\ b",
    ],
  ],
};
const keys = [
  ...["aws_access_key_id", "aws_secret_access_key", "aws_session_token", "aws_security_token", "region", "output"],
  ...[
    "role_arn",
    "source_profile",
    "s3",
    "x_security_token_expires",
    "mfa_admin_login",
    "mfa_admin_region",
    "cli_pager",
  ],
];
const values = [
  ...["", "", "AKIAMINEMINEMINEMIN1", "ASIAOLDOLDOLDOLDOLD1", "eu-west-1", "a = b", "x;y", "x # y", '"quoted"', "ünï"],
  ...["sandbox", "sandbox ASIAOLDOLDOLDOLDOLD1", "50%", "[x]", "a:b", "\u3000wide\u00a0", "日本"],
];
const indents = ["", "", "", "", " ", "  ", "    ", "\t", "\u00a0"];
const delimiters = ["=", " = ", " = ", " = ", ": ", " =", "= ", "  :\t"];
const fillers = ["", "", "  ", "\t", "# a comment", "  ; another = one", "#", ";[dev]", "    # deep", "\u00a0", "\f"];

/** A generated file, as people and tools leave them. The AWS CLI can read most of them. */
export function generatedFile(dice: Dice, kind: "config" | "credentials"): string {
  const ends = dice.pick([["\n"], ["\n"], ["\r\n"], ["\r"], ["\n", "\r\n"], ["\n", "\r", "\r\n"]]);
  const lines: string[] = [];
  const filler = (): void => {
    while (dice.chance(0.25)) lines.push(dice.pick(fillers));
  };
  filler();
  if (dice.chance(0.02)) lines.unshift("\ufeff# written by an editor");
  if (dice.chance(0.02)) lines.push("region = before any heading");
  for (const heading of some(dice, headings[kind], dice.between(0, 5))) {
    lines.push(`${dice.pick(indents)}[${heading}]${dice.pick(["", "", "", " ", " ; mine", " # [x]"])}`);
    filler();
    let indent = dice.pick(indents);
    for (const key of some(dice, keys, dice.between(0, 6))) {
      const spelled = dice.pick([key, key, key.toUpperCase(), key.replace("aws", "Aws")]);
      lines.push(`${indent}${spelled}${dice.pick(delimiters)}${dice.pick(values)}${dice.pick(["", "", " ", "\t"])}`);
      while (dice.chance(0.12))
        lines.push(`${indent}${dice.pick([" ", "\t", "    "])}${dice.pick(["k = v", "a=b=c", "more"])}`);
      filler();
      if (dice.chance(0.1)) indent = dice.pick(indents);
    }
  }
  if (dice.chance(0.03)) lines.push(dice.pick(["no delimiter", "= no key", "[]", "[open", "\u001ftext"]));
  const isOpen = dice.chance(0.2);
  return lines.map((line, index) => `${line}${isOpen && index === lines.length - 1 ? "" : dice.pick(ends)}`).join("");
}

/** Picks `count` choices in any order, each once. Rarely it picks one twice, which the AWS CLI refuses. */
function some<T>(dice: Dice, choices: readonly T[], count: number): T[] {
  const picked: T[] = [];
  while (picked.length < count) {
    const choice = dice.pick(choices);
    if (!picked.includes(choice) || dice.chance(0.005)) picked.push(choice);
  }
  return picked;
}
