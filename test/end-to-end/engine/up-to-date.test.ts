import { expect } from "chai";

import { managementAccountAtHand } from "../../../cli/aws/preconditions.ts";
import type { Stack } from "../../../cli/engine/automation.ts";
import type { Resource } from "../../../cli/engine/deployment.ts";
import { isUpToDate } from "../../../cli/engine/up-to-date.ts";
import type { Project } from "../../../cli/project/project.ts";
import { parseSettings, type Settings } from "../../../infra/settings.ts";
import { inEnvironment } from "../../support/environment.ts";
import { Administrator } from "../../support/harness.ts";

const stack = { workspace: {} } as unknown as Stack;

for (const roles of ["per-developer", "shared"] as const) {
  describe(`whether a preview would find nothing, asked without the engine (roles: ${roles})`, () => {
    let admin: Administrator;
    let restore: () => void;
    let resources: Resource[];

    before(async () => {
      const edit = (text: string): string => text.replace("config:\n", `config:\n  mfa-admin:roles: ${roles}\n`);
      admin = await Administrator.withStack({ developers: ["alice", "bob"], edit, stackSetsAccess: true });
      restore = inEnvironment(admin.environment());
      resources = (await admin.resourcesInState()) as Resource[];
      await managementAccountAtHand(settingsWith({}));
    });
    after(async () => {
      restore();
      await admin.close();
    });

    function settingsWith(changes: Record<string, unknown>): Settings {
      const { organizationalUnit, authAccount, developmentAccounts } = admin.sandbox;
      const { data } = parseSettings({
        ...{ organizationalUnits: [organizationalUnit], authAccount, developmentAccounts, roles },
        ...{ developers: { alice: {}, bob: {} }, ...changes },
      });
      return data ?? expect.fail("these are no settings");
    }

    const asked = (
      changes: Record<string, unknown> = {},
      held = resources,
      isUnfinished = false,
      inState = false,
    ): Promise<boolean> =>
      isUpToDate(
        stack,
        { project: { name: "mfa-admin", stack: "main" } as Project, settings: settingsWith(changes) },
        { resources: held, isUnfinished },
        { inState },
      );
    /** The same for a run, which also writes what only the state has. */
    const askedForRun = (changes: Record<string, unknown>, held: Resource[]): Promise<boolean> =>
      asked(changes, held, false, true);

    /** The state with one of its resources changed. */
    const stateWith = (end: string, change: Partial<Resource>): Resource[] => {
      expect(resources.some(({ urn }) => urn.endsWith(end))).to.equal(true);
      return resources.map((resource) => (resource.urn.endsWith(end) ? { ...resource, ...change } : resource));
    };

    it("is told of the state that up has left, in any order of the settings", async () => {
      expect(await asked()).to.equal(true);
      expect(await asked({ developers: { bob: {}, alice: {} } })).to.equal(true);
    });

    const edits: Record<string, unknown>[] = [
      { developers: { alice: {} } },
      { developers: { alice: {}, bob: {}, carol: {} } },
      { developers: { alice: {}, bob: { accounts: ["sandbox"] } } },
      { developers: { alice: {}, bob: { until: "2099-01-31" } } },
      { permissions: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] },
      { permissionsBoundary: "arn:aws:iam::aws:policy/ReadOnlyAccess" },
      { sessionDuration: 7200 },
      { organizationalUnits: ["ou-abcd-22222222"] },
      { rolePrefix: "engineer" },
      { accessRole: "Another" },
      { guardRails: ["organization"] },
      { tags: { team: "core" } },
      { accessKeys: "with-mfa" },
    ];
    for (const edit of edits) {
      it(`is not told where the settings have ${JSON.stringify(edit)}`, async () => {
        expect(await asked(edit)).to.equal(false);
      });
    }

    it("is not told of a state that a refresh or a broken-off run has left", async () => {
      const user = "::alice";
      const { inputs } = resources.find(({ type }) => type === "aws-native:iam:User") ?? expect.fail();
      expect(await asked({}, stateWith(user, { inputs: { ...inputs, tags: [] } }))).to.equal(false);
      const outputs = { ...inputs, tags: [] };
      expect(await asked({}, stateWith(user, { outputs }))).to.equal(false);
      expect(await asked({}, stateWith(user, { initErrors: ["not there yet"] }))).to.equal(false);
      expect(await asked({}, stateWith(user, { delete: true }))).to.equal(false);
      expect(await asked({}, resources, true)).to.equal(false);
      expect(await asked({}, resources.slice(0, -1))).to.equal(false);
    });

    it("is not told of what the engine would make again, or would leave in AWS", async () => {
      for (const flag of ["taint", "external", "retainOnDelete"] as const) {
        expect(await asked({}, stateWith("::alice", { [flag]: true })), flag).to.equal(false);
      }
    });

    it("is not told to a run that has to write the order of deletions, or hooks, which a preview does not show", async () => {
      expect(await askedForRun({}, resources)).to.equal(true);
      const policy = "::require-mfa";
      const { dependencies = [] } = resources.find(({ urn }) => urn.endsWith(policy)) ?? expect.fail();
      const withoutAlice = dependencies.filter((urn) => !urn.endsWith("::alice"));
      expect(withoutAlice.length).to.be.lessThan(dependencies.length);
      for (const change of [{ dependencies: withoutAlice }, { resourceHooks: {} }]) {
        expect(await askedForRun({}, stateWith(policy, change))).to.equal(false);
        expect(await asked({}, stateWith(policy, change))).to.equal(true);
      }
    });

    it("is not told of any developer whom the state has otherwise", async () => {
      const differing: [string, Partial<Resource>[]][] = [
        ["iam:User", [{ provider: "urn:pulumi:main::mfa-admin::pulumi:providers:aws-native::auth::another" }]],
        ["iam:User", [{ protect: true }, { ignoreChanges: [] }, { parent: "urn:pulumi:main::mfa-admin::x::another" }]],
        ["index:Developer", [{ protect: true }, { parent: "urn:pulumi:main::mfa-admin::x::another" }]],
      ];
      const noted: [string, Partial<Resource>[]][] = [
        ["iam:User", [{ dependencies: [] }, { resourceHooks: {} }]],
        ["index:Developer", [{ resourceHooks: { BeforeDelete: ["another"] } }]],
      ];
      for (const name of ["alice", "bob"]) {
        for (const [type, changes] of [...differing, ...noted]) {
          for (const change of changes) {
            const held = stateWith(`${type}::${name}`, change);
            const what = `${type} ${name} ${JSON.stringify(change)}`;
            expect(await askedForRun({}, held), what).to.equal(false);
            expect(await asked({}, held), what).to.equal(noted.some(([, ones]) => ones.includes(change)));
          }
        }
        const { inputs } = resources.find(({ urn }) => urn.endsWith(`iam:User::${name}`)) ?? expect.fail();
        for (const change of [{ path: "/x/" }, { groups: ["others"] }, { tags: [] }, { policies: [] }]) {
          const held = { ...inputs, ...change };
          expect(await asked({}, stateWith(`iam:User::${name}`, { inputs: held, outputs: held }))).to.equal(false);
        }
      }
    });

    it("is not told of other outputs of the stack", async () => {
      const isStack = ({ type }: Resource): boolean => type === "pulumi:pulumi:Stack";
      const { outputs = {} } = resources.find(isStack) ?? expect.fail();
      const { bob, ...others } = outputs["developers"] as Record<string, unknown>;
      for (const change of [{ developers: others }, { developers: { ...others, bob, carol: bob } }, { more: 1 }]) {
        const held = resources.map((one) => (isStack(one) ? { ...one, outputs: { ...outputs, ...change } } : one));
        expect(await asked({}, held), JSON.stringify(change)).to.equal(false);
      }
    });

    it("is not told of a state that has a developer more, or no component of one", async () => {
      const bob = resources.filter(({ urn }) => urn.endsWith("::bob"));
      const carol = bob.map((resource) => ({ ...resource, urn: resource.urn.replace("::bob", "::carol") }));
      expect(await asked({}, [...resources, ...carol])).to.equal(false);
      const isComponent = ({ urn }: Resource): boolean => urn.endsWith("index:Developer::bob");
      expect(
        await asked(
          {},
          resources.filter((resource) => !isComponent(resource)),
        ),
      ).to.equal(false);
    });

    it("is not told to a run that has to remove an account's provider, which would be asked for the account again", async () => {
      const provider = resources.find(({ urn }) => urn.endsWith("::management")) ?? expect.fail();
      const left = { ...provider, urn: provider.urn.replace("::management", "::former"), id: "former" };
      expect(await askedForRun({}, [...resources, left])).to.equal(false);
      expect(await asked({}, [...resources, left])).to.equal(true);
    });

    it("is told of a state that has lists in AWS's order, as after an edit or a refresh of tags, and not of one that has another list", async () => {
      const { outputs = {} } = resources.find(({ type }) => type === "aws-native:iam:User") ?? expect.fail();
      const tags = outputs["tags"] as object[];
      const user = String(outputs["userName"]);
      const readBack = (read: object[]) => stateWith(`User::${user}`, { outputs: { ...outputs, tags: read } });
      expect(tags.length).to.be.greaterThan(1);
      expect(await asked({}, readBack(tags.toReversed()))).to.equal(true);
      expect(await askedForRun({}, readBack(tags.toReversed()))).to.equal(true);
      expect(await asked({}, readBack([...tags.slice(1), { key: "another", value: "tag" }]))).to.equal(false);
    });
  });
}
