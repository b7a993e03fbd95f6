import type { Verification } from "../results/verify.ts";
import { gotText, triedText } from "./text.ts";

interface Case {
  suite: string;
  name: string;
  failure?: string;
  skipped?: string;
}

/** The report as JUnit XML, which CI servers show as tests: a test case for each line, document and finding. */
export function verificationJunit({ lines, compared, findings, missed, live = [] }: Verification): string {
  const cases: Case[] = [
    ...lines.map((line) => ({
      suite: "matrix",
      name: `${line.account}: ${line.who}, ${line.credentials}, ${line.action} on ${line.resource} is ${line.expected}`,
      ...(line.got === undefined ? { skipped: "not asked" } : !line.holds && { failure: gotText(line) }),
    })),
    ...live.map((line) => ({
      suite: "really tried",
      name: `${line.account}: ${line.who}, ${line.credentials}, ${triedText(line)} is ${line.expected}`,
      ...(!line.holds && { failure: line.words }),
    })),
    ...compared.map(({ account, what, holds }) => ({
      ...{ suite: "documents", name: `${account}: ${what}` },
      ...(!holds && { failure: "AWS has it otherwise than the stack makes it" }),
    })),
    ...findings.map(({ name, fact, remedy, accepted }) => ({
      ...{ suite: "findings", name },
      ...(accepted === undefined ? { failure: `${fact} ${remedy}` } : { skipped: `accepted: ${accepted.reason}` }),
    })),
    ...missed.map(({ what, reason }) => ({ suite: "not looked at", name: what, skipped: reason })),
  ];
  const suites = [...Map.groupBy(cases, ({ suite }) => suite)].map(([suite, own]) => {
    const failures = own.filter(({ failure }) => failure !== undefined).length;
    const skipped = own.filter((one) => one.skipped !== undefined).length;
    return `  <testsuite name="${escaped(suite)}" tests="${own.length}" failures="${failures}" skipped="${skipped}">\n${own.map(caseText).join("")}  </testsuite>\n`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="mfa-admin verify">\n${suites.join("")}</testsuites>\n`;
}

function caseText({ suite, name, failure, skipped }: Case): string {
  const start = `    <testcase classname="${escaped(suite)}" name="${escaped(name)}"`;
  if (failure !== undefined) return `${start}><failure message="${escaped(failure)}"/></testcase>\n`;
  return skipped === undefined ? `${start}/>\n` : `${start}><skipped message="${escaped(skipped)}"/></testcase>\n`;
}

/** A foreign text, escaped for an attribute; XML has no control characters. */
function escaped(text: string): string {
  return text
    .replace(/[\u0000-\u001f\u007f-\u009f\ufffe\uffff]+/g, " ")
    .replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
