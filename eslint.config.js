import { readdirSync } from "node:fs";
import { join, matchesGlob } from "node:path";

import prettier from "eslint-config-prettier";
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

/** The rooms of cli/ from the bottom up: folders, and files of its own. Each imports from those before it alone. */
const rooms = [
  "results/",
  ...[
    "failure.ts",
    "closest.ts",
    "accounts-text.ts",
    "language.ts",
    "terminal/",
    "aws-files/",
    "aws/",
    "explain*.ts",
    "project/",
  ],
  ...["state/", "changes/", "matrix/", "report/", "engine/", "login/", "developers/", "deploy/", "state-move/"],
  ...[
    "verify/",
    "doctor/",
    "audit/",
    "history/",
    "auditor/",
    "enrollment/",
    "onboarding/",
    "ci/",
    "command.ts",
    "flags.ts",
    "unknown-command.ts",
    "help.ts",
    "commands/",
    "hooks/",
  ],
];

/** zod would cost every command its start-up time. */
const onlyTypesOfResults = {
  selector: String.raw`:matches(ImportDeclaration[importKind="value"], ImportExpression)[source.value=/results\u002f/]`,
  message: "cli/results/ loads zod: import its types alone, by import type.",
};

/** `require…` throws unless something holds, and does nothing else. */
const onlyRefusing = {
  selector: "FunctionDeclaration[id.name=/^require[A-Z]/] > TSTypeAnnotation.returnType:not(:has(TSVoidKeyword))",
  message:
    "require… throws unless something holds, and returns nothing. A function that makes it so is called ensure….",
};

const oneService = {
  selector: "BlockStatement > :has(ImportExpression) ~ :has(ImportExpression), ArrayExpression ImportExpression",
  message: "A command imports one service, and calls it: move the rest to the room that it belongs to.",
};

/**
 * Refuses imports of what matches, also dynamic ones and those of types.
 *
 * @param {string[]} files
 * @param {string[]} sources regular expressions of what comes after the dots of a relative path
 * @param {string} message
 * @returns {import("eslint").Linter.Config}
 */
function noImport(files, sources, message) {
  const path = String.raw`/^(\.{1,2}\u002f)+(cli\u002f)?(${sources.join("|")})/`;
  const kinds = ["ImportDeclaration", "ImportExpression", "ExportNamedDeclaration", "ExportAllDeclaration"];
  return {
    files,
    rules: {
      "no-restricted-syntax": [
        "error",
        { selector: `:matches(${kinds.join(", ")})[source.value=${path}]`, message },
        { selector: `TSImportType[argument.literal.value=${path}]`, message },
        onlyRefusing,
        ...(files.includes("cli/results/**") ? [] : [onlyTypesOfResults]),
        ...(files.includes("cli/commands/**") ? [oneService] : []),
      ],
    },
  };
}

/**
 * A command parses, calls one service, and prints: read in 20 seconds.
 *
 * @type {import("eslint").Linter.Config}
 */
const shortCommands = { files: ["cli/commands/**"], rules: { "max-lines-per-function": ["error", { max: 40 }] } };

const strays = readdirSync(join(import.meta.dirname, "cli")).filter(
  (name) => !rooms.some((room) => matchesGlob(name, room.replace("/", ""))),
);
if (strays.length > 0)
  throw new Error(`cli/${strays.join(", cli/")}: give it a place among the rooms in eslint.config.js`);

/** Nothing that is delivered needs the tests. */
const tests = String.raw`test\u002f`;

const oneDirection = rooms.map((room, index) =>
  noImport(
    [`cli/${room.replace(/\/$/, "/**")}`],
    [
      tests,
      ...rooms.slice(index + 1).map((above) =>
        above
          .replaceAll(".", "\\.")
          .replace("*", "[a-z-]*")
          .replace("/", String.raw`\u002f`),
      ),
    ],
    `This room imports from those below it alone: ${rooms.slice(0, index).join(", ")} (docs/architecture.md).`,
  ),
);

export default defineConfig(
  { ignores: ["dist/", "node_modules/"] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    // mocha's `this` and chai's property assertions.
    files: ["test/**"],
    rules: { "@typescript-eslint/no-unused-expressions": "off" },
  },
  noImport(["infra/**"], [String.raw`cli\u002f`, tests], "infra/ knows nothing of the CLI."),
  noImport(["toolchain/**"], [String.raw`(cli|infra)\u002f`, tests], "toolchain/ runs before anything is built."),
  ...oneDirection,
  shortCommands,
  prettier,
);
