import { type Document, LineCounter, parseDocument, type YAMLParseError } from "yaml";

import { FileFailure, type Problem } from "../failure.ts";

/** A YAML file of the user's: what it says, and where. */
export interface YamlFile {
  document: Document;
  lines: LineCounter;
  content: unknown;
}

/** @throws FileFailure naming the lines of what is no YAML */
export function parseYamlFile(path: string, text: string): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  if (document.errors.length > 0) {
    throw new FileFailure(
      path,
      document.errors.map(({ code, message, pos }) => syntaxProblem({ code, message, pos }, text, lines)),
    );
  }
  try {
    return { document, lines, content: document.toJS() as unknown };
  } catch (error) {
    // An alias without its anchor comes up only now.
    const message = `this is not valid YAML: ${(error as Error).message}`;
    throw new FileFailure(path, [{ line: undefined, message }]);
  }
}

type SyntaxFault = Pick<YAMLParseError, "code" | "message" | "pos">;

function syntaxProblem({ code, message, pos: [start, end] }: SyntaxFault, text: string, lines: LineCounter): Problem {
  const [summary = message] = message.replace(/ at line \d+, column \d+:/, "").split("\n");
  const key = /^["']?([^"':]*)/.exec(text.slice(start, Math.max(end, start + 64)))?.[1] ?? "";
  return {
    line: lines.linePos(start).line,
    message: code === "DUPLICATE_KEY" ? `"${key}" is there twice` : `this is not valid YAML: ${summary}`,
  };
}
