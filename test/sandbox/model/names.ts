/** Entities by name, as IAM keeps them: unique without regard to case, found only as they were written. */
export class Names<Entity extends { name: string }> implements Iterable<Entity> {
  readonly #byFoldedName = new Map<string, Entity>();

  /** Replaces all entities by these. */
  replace(entities: Iterable<Entity>): void {
    this.#byFoldedName.clear();
    for (const entity of entities) this.add(entity);
  }

  get(name: string): Entity | undefined {
    const entity = this.#byFoldedName.get(name.toLowerCase());
    return entity?.name === name ? entity : undefined;
  }

  /** Whether the name, in whatever case, is in use. */
  isTaken(name: string): boolean {
    return this.#byFoldedName.has(name.toLowerCase());
  }

  add(entity: Entity): void {
    this.#byFoldedName.set(entity.name.toLowerCase(), entity);
  }

  remove(entity: Entity): void {
    this.#byFoldedName.delete(entity.name.toLowerCase());
  }

  find(predicate: (entity: Entity) => boolean): Entity | undefined {
    for (const entity of this.#byFoldedName.values()) if (predicate(entity)) return entity;
    return undefined;
  }

  /** The entities in alphabetical order, in which IAM lists them. */
  [Symbol.iterator](): Iterator<Entity> {
    return [...this.#byFoldedName.values()].sort((a, b) => a.name.localeCompare(b.name)).values();
  }

  get names(): string[] {
    return [...this].map((entity) => entity.name);
  }
}
