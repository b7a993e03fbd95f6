import { guardRailNames } from "../../infra/guard-rails.ts";
import type { AuditorReport } from "../results/auditor-report.ts";
import { bad, code, good, moment } from "./cells.ts";
import { type Content, html, joined } from "./html.ts";
import { sections } from "./sections.ts";
import { style } from "./style.ts";
import { sectionNames, type SectionName, type Words } from "./words.ts";

/**
 * The report as one page of HTML, without scripts and without anything to load. The page's Content Security Policy forbids both,
 * whatever text might get into it (Content Security Policy Level 3, "'sha256-…'").
 */
export function auditorPage(report: AuditorReport, words: Words): string {
  const title = words.title(report.stack);
  return `${String(
    html`<!doctype html>
      <html lang="${words.language}">
        <head>
          <meta charset="utf-8" />
          <meta
            http-equiv="Content-Security-Policy"
            content="default-src 'none'; style-src 'sha256-${style.sha256}'; base-uri 'none'; form-action 'none'"
          />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="color-scheme" content="light dark" />
          <meta name="robots" content="noindex" />
          <title>${title} ${report.madeAt.slice(0, 10)}</title>
          ${style.element}
        </head>
        <body>
          <header>
            <h1>${title}</h1>
            <p class="lead">${words.lead}</p>
            ${facts(report, words)}
          </header>
          <main>
            <section aria-labelledby="glance">
              <h2 id="glance">${words.glance.heading}</h2>
              ${glance(report, words)}
            </section>
            <nav aria-label="${words.contents}">
              <ol>
                ${sectionNames.map((name) => html`<li><a href="#${name}">${words.sections[name].heading}</a></li> `)}
              </ol>
            </nav>
            ${sectionNames.map((name) => section(name, report, words))}
          </main>
          <footer>
            <p>${words.footer}</p>
          </footer>
        </body>
      </html>`,
  )}\n`;
}

function facts(
  { madeAt, madeBy, organization, accounts, commit, credentialReportAt }: AuditorReport,
  words: Words,
): Content {
  const { facts: named } = words;
  const rows: [string, Content][] = [
    [named.madeAt, moment(madeAt)],
    [named.organization, [organization.id, words.separator, named.managedFrom(organization.managementAccount)]],
    [
      named.accounts,
      joined(
        accounts.map(({ name, id }) => `${name}\u00a0${id}`),
        words.separator,
      ),
    ],
    [
      named.commit,
      commit === undefined
        ? named.noCommit
        : [code(commit.id), ...(commit.changed ? [words.separator, bad(named.changedSince)] : [])],
    ],
    [named.madeBy, code(madeBy)],
    ...(credentialReportAt === undefined
      ? []
      : [[named.credentialReport, moment(credentialReportAt)] as [string, Content]]),
  ];
  return html`<dl class="facts">
    ${rows.map(
      ([name, value]) =>
        html`<dt>${name}</dt>
          <dd>${value}</dd> `,
    )}
  </dl>`;
}

function section(name: SectionName, report: AuditorReport, words: Words): Content {
  const { heading, none } = words.sections[name];
  const isUnknown = (name === "drift" || name === "pending") && report[name] === undefined;
  return html`<section aria-labelledby="${name}">
    <h2 id="${name}">${heading}</h2>
    ${sections[name](report, words) ?? html`<p>${isUnknown ? bad(words.glance.unknown) : none}</p>`}
  </section> `;
}

/** The answers to an auditor's first questions, each with a link to its section. */
function glance(report: AuditorReport, words: Words): Content {
  const { glance: said } = words;
  const rows: [SectionName, string, Content][] = [
    ["matrix", said.promise, promise(report, words)],
    ["findings", said.findings, findings(report, words)],
    ["access", said.access, access(report, words)],
    ["people", said.mfa, mfa(report, words)],
    ["people", said.keys, keys(report, words)],
    ["guards", said.guards, guards(report, words)],
    ["drift", said.drift, resources(report.drift, words)],
    ["pending", said.pending, resources(report.pending, words)],
    ["missed", said.missed, missed(report, words)],
  ];
  return html`<dl class="glance">
    ${rows.map(
      ([name, question, answer]) =>
        html`<div>
          <dt><a href="#${name}">${question}</a></dt>
          <dd>${answer}</dd>
        </div> `,
    )}
  </dl>`;
}

const judged = (isGood: boolean, content: Content): Content => (isGood ? good(content) : bad(content));

function promise({ promises, findings }: AuditorReport, { glance: said }: Words): Content {
  if (promises === undefined) return bad(said.unknown);
  const all = promises.simulated + promises.compared + promises.searched;
  const broken = findings.filter(({ source, counts }) => source === "verify" && counts).length;
  return broken === 0 ? good(said.promiseHolds(all)) : bad(said.promiseBroken(broken, all));
}

function findings({ findings: all }: AuditorReport, { glance: said, gap }: Words): Content {
  const open = all.filter(({ counts }) => counts).length;
  const known = all.length - open;
  return [judged(open === 0, said.toSeeTo(open)), known === 0 ? "" : [gap, said.known(known)]];
}

function access({ access: rows }: AuditorReport, { glance: said, gap }: Words): Content {
  const ending = rows.filter(({ ends }) => ends !== undefined).length;
  const count = (key: "developer" | "account"): number => new Set(rows.map((row) => row[key])).size;
  return [
    said.accessSum(count("developer"), rows.length, count("account")),
    ending === 0 ? "" : [gap, said.ending(ending)],
  ];
}

function mfa({ people }: AuditorReport, { glance: said }: Words): Content {
  const developers = people.filter(({ standing }) => standing === "on the roster");
  if (developers.some(({ inAws }) => inAws === "not looked at")) return bad(said.unknown);
  const having = developers.filter(({ hasMfa }) => hasMfa === true).length;
  return judged(having === developers.length, said.mfaSum(having, developers.length));
}

function keys({ people, madeAt }: AuditorReport, { glance: said }: Words): Content {
  const active = people.flatMap((person) => person.keys).filter((key) => key.active);
  const ages = active.map(({ createdAt }) => (Date.parse(madeAt) - Date.parse(createdAt)) / 86_400_000);
  return said.keySum(active.length, Math.max(0, Math.floor(Math.max(0, ...ages))));
}

function guards({ guards: rows }: AuditorReport, { glance: said }: Words): Content {
  const chosen = rows.filter(({ kind, state }) => kind === "guard rail" && state !== "off");
  const on = chosen.filter(({ state }) => state === "in force").length;
  const sum = said.guardSum(on, chosen.length, guardRailNames.length);
  return chosen.length === 0 ? sum : judged(on === chosen.length, sum);
}

function resources(changes: unknown[] | undefined, { glance: said }: Words): Content {
  return changes === undefined ? bad(said.unknown) : judged(changes.length === 0, said.resources(changes.length));
}

function missed({ missed: all, checks }: AuditorReport, { glance: said }: Words): Content {
  const count = all.length + checks.filter(({ level }) => level === "unknown").length;
  return judged(count === 0, said.missedSum(count));
}
