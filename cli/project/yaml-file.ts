import {
  type Alias,
  type Document,
  type ErrorCode,
  isCollection,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
  type Scalar,
  visit,
  type YAMLParseError,
} from "yaml";

import { FileFailure, type FileProblem } from "../failure.ts";

/** A YAML file of the user, with the lines of its nodes. */
export interface YamlFile {
  document: Document;
  lines: LineCounter;
  content: unknown;
}

/**
 * Parses a text as YAML, valid or not. The parser does not look for duplicate keys: it would compare each key with each, which takes
 * seconds for 1,000 developers. {@link parseYamlFile} looks for them.
 */
export function yamlDocument(text: string, lineCounter?: LineCounter) {
  return parseDocument(text, { uniqueKeys: false, ...(lineCounter !== undefined && { lineCounter }) });
}

/** @throws FileFailure naming the lines of invalid YAML */
export function parseYamlFile(path: string, text: string): YamlFile {
  const lines = new LineCounter();
  const document = yamlDocument(text, lines);
  const problems = syntaxProblems(document, text, lines);
  if (problems.length > 0) throw new FileFailure(path, problems);
  try {
    return { document, lines, content: document.toJS() as unknown };
  } catch {
    // Nested aliases expand without limit.
    throw new FileFailure(path, [invalid("an alias (*) stands for more than can be; write it out", undefined)]);
  }
}

function syntaxProblems(document: Document, text: string, lines: LineCounter): FileProblem[] {
  const { errors } = document;
  const lineAt = (offset: number): number => lines.linePos(offset).line;
  const conflict = /^(?:<{7}|={7}|>{7})(?: .*)?$/m.exec(text);
  if (errors.length > 0 && conflict !== null) {
    return [
      invalid(
        "git has left a conflict here; keep one of its sides, without the lines of <, = and >",
        lineAt(conflict.index),
      ),
    ];
  }
  // Later errors follow from the first one.
  const first = Math.min(...errors.map(({ pos }) => pos[0]));
  const fault = errors.find(({ pos }) => pos[0] === first);
  if (fault !== undefined) {
    const open = unclosed(document, text);
    return open === undefined
      ? [invalid(yamlWords(fault, text), lineAt(first))]
      : [invalid(`the ${text.charAt(open)} that stands here is not closed`, lineAt(open))];
  }
  return slips(document, lineAt);
}

const invalid = (message: string, line: number | undefined): FileProblem => ({
  line,
  message: `this is not valid YAML: ${message}`,
});

const words: Partial<Record<ErrorCode, string>> = {
  TAB_AS_INDENT: "a tab stands before what this line says; indent by spaces",
  BAD_INDENT: "this line is indented otherwise than those that it belongs to",
  MULTILINE_IMPLICIT_KEY: "this line has no key; write KEY: VALUE, with a space after the colon",
  MISSING_CHAR: "something is missing here; write KEY: VALUE, with a space after the colon",
  BLOCK_AS_IMPLICIT_KEY: "a second key stands on this line; write it on its own, or the value in quotes",
  BLOCK_IN_FLOW: "a second colon stands in a value here; write the value in quotes",
  UNEXPECTED_TOKEN: "the value has ended before this; write a value with such characters in quotes",
  BAD_ALIAS: "* has a meaning here; write a text that begins with * in quotes",
  BAD_DQ_ESCAPE: "a \\ in double quotes has a meaning; write \\\\, or the text in single quotes",
  MULTIPLE_DOCS: "a second document begins here, by a line of ---; the file has one",
};

type Fault = Pick<YAMLParseError, "code" | "message" | "pos">;

function yamlWords({ code, message, pos: [start] }: Fault, text: string): string {
  if (code === "BAD_SCALAR_START")
    return `${text.charAt(start)} has a meaning here; write a text that begins with it in quotes`;
  return words[code] ?? message.replace(/ at line \d+, column \d+:/, "").split("\n")[0] ?? code;
}

/** The offset of the last quote or bracket that is not closed: the parser takes everything after it for a part of it. */
function unclosed(document: Document, text: string): number | undefined {
  let found: number | undefined;
  const look = (node: Node): void => {
    const [start, end] = node.range ?? [0, 0];
    const opening = text.charAt(start);
    const closing = { '"': '"', "'": "'", "[": "]", "{": "}" }[opening];
    const isQuoted = isScalar(node) && (node.type === "QUOTE_DOUBLE" || node.type === "QUOTE_SINGLE");
    const isFlow = isCollection(node) && node.flow === true;
    if (closing === undefined || !(isQuoted || isFlow)) return;
    if (end - start < 2 || text.charAt(end - 1) !== closing) found = start;
  };
  visit(document, {
    Node: (_, node) => {
      look(node);
    },
  });
  return found;
}

/** What the parser accepts and nobody means: duplicate keys of a map, each reported at the second, and aliases of nothing. */
function slips(document: Document, lineAt: (offset: number) => number): FileProblem[] {
  const repeated: FileProblem[] = [];
  const unknown: FileProblem[] = [];
  const lineOf = ({ range }: Scalar | Alias): number => lineAt(range?.[0] ?? 0);
  visit(document, {
    Map: (_, map) => {
      const firsts = new Map<unknown, Scalar>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        const first = firsts.get(key.value);
        if (first === undefined) firsts.set(key.value, key);
        else {
          const message = `"${String(key.value)}" is there twice, first in line ${lineOf(first)}`;
          repeated.push({ line: lineOf(key), message });
        }
      }
    },
    Alias: (_, alias) => {
      if (alias.resolve(document) !== undefined) return;
      const { source } = alias;
      unknown.push(
        invalid(
          `*${source} stands for what is called &${source}, and nothing above it is; write a text that begins with * in quotes`,
          lineOf(alias),
        ),
      );
    },
  });
  return [...repeated, ...unknown];
}
