import { globSync, readFileSync } from "node:fs";
import { createRequire, registerHooks } from "node:module";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { compileFunction } from "node:vm";

/** The directory of the build. */
export const built = fileURLToPath(new URL("../../dist/", import.meta.url));

/** The directories below it with the CLI's own modules; `packages` has npm's. */
const directories = ["bin", "cli", "infra", "toolchain"];

/** The paths of the CLI's own modules, below {@link built}. */
export const ownModules = (): string[] => globSync(`{${directories.join(",")}}/**/*.js`, { cwd: built });

/** A module's code, as a function of what CommonJS gives to it. */
type Code = (
  module: { exports: object },
  require: (specifier: string) => object,
  importMeta: Partial<ImportMeta>,
) => void;

/** The CLI's own modules, which can be evaluated again, with new variables. Their code is read and compiled once. */
export class OwnModules {
  /** The directory that `writeAsCommonJs` has filled. */
  readonly #directory: string;
  readonly #code = new Map<string, Code>();
  /** What packages export, by their addresses. */
  readonly #packages = new Map<string, object>();
  readonly #require = createRequire(import.meta.url);
  #evaluated = new Map<string, { exports: object }>();
  #times = 0;

  constructor(directory: string) {
    this.#directory = directory;
    this.#serveImports();
  }

  /** Evaluates the module of a file of `dist` and those that it imports, unless they are evaluated since {@link forget}. */
  load(path: string): object {
    return this.#load(path, this.#evaluated);
  }

  /** Has all modules evaluated anew. Those of before stay as they are. */
  forget(): void {
    this.#evaluated = new Map();
    this.#times++;
  }

  #load(path: string, evaluated: Map<string, { exports: object }>): object {
    const before = evaluated.get(path);
    if (before !== undefined) return before.exports;
    const module = { exports: {} };
    evaluated.set(path, module);
    const code = this.#code.get(path) ?? compile(path, join(this.#directory, relative(built, path)));
    this.#code.set(path, code);
    const meta = {
      url: pathToFileURL(path).href,
      filename: path,
      dirname: dirname(path),
      resolve: (specifier: string) => import.meta.resolve(specifier),
    };
    code(module, (specifier) => this.#import(specifier, path, evaluated), meta);
    return module.exports;
  }

  #import(specifier: string, from: string, evaluated: Map<string, { exports: object }>): object {
    if (!specifier.startsWith(".")) return this.#package(specifier);
    const path = join(dirname(from), specifier);
    return isOwn(path) ? this.#load(path, evaluated) : this.#package(pathToFileURL(path).href);
  }

  /** What a package, or a module of Node's, exports to an ES module. */
  #package(specifier: string): object {
    const before = this.#packages.get(specifier);
    if (before !== undefined) return before;
    const url = import.meta.resolve(specifier);
    const loaded = this.#require(url.startsWith("file:") ? fileURLToPath(url) : url) as object;
    const isEsModule = Object.prototype.toString.call(loaded) === "[object Module]";
    const namespace = isEsModule ? loaded : (Object.create(loaded, { default: { value: loaded } }) as object);
    this.#packages.set(specifier, namespace);
    return namespace;
  }

  /** Gives these modules to oclif, which imports commands by their paths: at an address of its own each time, since Node keeps what it has. */
  #serveImports(): void {
    Object.assign(globalThis, { [global]: this });
    registerHooks({
      resolve: (specifier, context, next) => {
        const resolved = next(specifier, context);
        if (!resolved.url.startsWith("file:") || !isOwn(fileURLToPath(resolved.url))) return resolved;
        return { ...resolved, url: `${resolved.url}?times=${this.#times}` };
      },
      load: (url, context, next) => {
        const [address = "", times] = url.split("?times=");
        if (times === undefined) return next(url, context);
        const path = JSON.stringify(fileURLToPath(address));
        return { format: "module", source: `export default ${global}.load(${path}).default;`, shortCircuit: true };
      },
    });
  }
}

/** The global variable by which a module of Node's finds these. */
const global = "ownModulesOfTests";

const own = directories.map((name) => join(built, name, "/"));

const isOwn = (path: string): boolean => own.some((directory) => path.startsWith(directory));

/** Compiles a module's code under the name of the file of `dist`, which Pulumi writes into the state. */
function compile(path: string, file: string): Code {
  const parameters = ["module", "require", "importMeta"];
  return compileFunction(readFileSync(file, "utf8"), parameters, { filename: pathToFileURL(path).href }) as Code;
}
