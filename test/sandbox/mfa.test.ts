import {
  CreateVirtualMFADeviceCommand,
  DeactivateMFADeviceCommand,
  DeleteVirtualMFADeviceCommand,
  EnableMFADeviceCommand,
  GetMFADeviceCommand,
  ListMFADevicesCommand,
  ListUsersCommand,
  ListVirtualMFADevicesCommand,
  ResyncMFADeviceCommand,
  type IAMClient,
} from "@aws-sdk/client-iam";
import { GetSessionTokenCommand, type STSClient } from "@aws-sdk/client-sts";
import { expect } from "chai";
import { startSandbox, tokenCode, type Sandbox } from "./index.ts";
import { ADMINISTRATOR_ACCESS, administratorOf, clients, enableDevice, given, nextCode, refusal } from "./testing.ts";

const AUTH = "222222222222";

describe("sandbox: MFA", () => {
  let sandbox: Sandbox;
  let iam: IAMClient;
  let sts: STSClient;

  beforeEach(async () => {
    sandbox = await startSandbox();
    const alice = sandbox.userInMemberAccount(AUTH, "alice", [ADMINISTRATOR_ACCESS]);
    ({ iam, sts } = clients(sandbox, alice));
  });
  afterEach(() => sandbox.close());

  const session = (SerialNumber: string, TokenCode: string) =>
    sts.send(new GetSessionTokenCommand({ SerialNumber, TokenCode }));

  it("gives a new virtual device an ARN of its account, a base32 seed and a picture", async () => {
    const { VirtualMFADevice: device } = await iam.send(
      new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: "alice" }),
    );
    expect(device?.SerialNumber).to.equal(`arn:aws:iam::${AUTH}:mfa/alice`);
    expect(Buffer.from(device?.Base32StringSeed ?? []).toString()).to.match(/^[A-Z2-7]{64}$/);
    expect(
      Buffer.from(device?.QRCodePNG ?? [])
        .subarray(1, 4)
        .toString(),
    ).to.equal("PNG");
  });

  it("refuses a device name that is in use, whether the device is enabled or not", async () => {
    const create = () => iam.send(new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: "alice" }));
    await create();
    expect((await refusal(create())).name).to.match(/^EntityAlreadyExists/);
  });

  it("enables a device with two consecutive codes and with nothing else", async () => {
    const { VirtualMFADevice: device } = await iam.send(
      new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: "alice" }),
    );
    const seed = Buffer.from(device?.Base32StringSeed ?? []).toString();
    const code = (seconds: number) => tokenCode(seed, new Date(sandbox.clock.now().getTime() + seconds * 1000));
    const enable = (first: string, second: string) =>
      iam.send(
        new EnableMFADeviceCommand({
          UserName: "alice",
          SerialNumber: device?.SerialNumber,
          AuthenticationCode1: first,
          AuthenticationCode2: second,
        }),
      );

    for (const [first, second] of [
      [code(0), code(0)],
      [code(0), code(60)],
      [code(30), code(0)],
    ] as const) {
      expect((await refusal(enable(first, second))).name).to.match(/^InvalidAuthenticationCode/);
    }
    await enable(code(0), code(30));
    const { MFADevices } = await iam.send(new ListMFADevicesCommand({}));
    expect(MFADevices?.map(({ UserName }) => UserName)).to.deep.equal(["alice"]);
  });

  it("accepts a code once, and no earlier one after it", async () => {
    const { serialNumber, seed } = await enableDevice(sandbox, iam, "alice");
    const wording = "MultiFactorAuthentication failed with invalid MFA one time pass code. ";

    const code = nextCode(sandbox, seed);
    const earlier = tokenCode(seed, new Date(sandbox.clock.now().getTime() - 30_000));
    await session(serialNumber, code);
    expect((await refusal(session(serialNumber, code))).message).to.equal(wording);
    expect((await refusal(session(serialNumber, earlier))).message).to.equal(wording);
    await session(serialNumber, nextCode(sandbox, seed));
  });

  it("does not accept the codes that enabled the device for anything else", async () => {
    const { serialNumber, seed } = await enableDevice(sandbox, iam, "alice");
    expect((await refusal(session(serialNumber, tokenCode(seed, sandbox.clock.now())))).name).to.equal("AccessDenied");
  });

  it("accepts the code of 60 seconds ago and the one of 60 seconds ahead, and none farther off", async () => {
    const { serialNumber, seed } = await enableDevice(sandbox, iam, "alice");
    const late = async (seconds: number) => {
      const code = nextCode(sandbox, seed);
      sandbox.clock.advance(seconds);
      return session(serialNumber, code);
    };
    await late(60);
    sandbox.clock.advance(90);
    expect((await refusal(late(90))).name).to.equal("AccessDenied");
    sandbox.clock.advance(180);
    const ahead = (seconds: number) => tokenCode(seed, new Date(sandbox.clock.now().getTime() + seconds * 1000));
    expect((await refusal(session(serialNumber, ahead(90)))).name).to.equal("AccessDenied");
    await session(serialNumber, ahead(60));
  });

  it("refuses a serial number that is not one of the user's enabled devices", async () => {
    const { seed } = await enableDevice(sandbox, iam, "alice");
    const error = await refusal(session(`arn:aws:iam::${AUTH}:mfa/bob`, nextCode(sandbox, seed)));
    expect(error.name).to.equal("AccessDenied");
    expect(error.message).to.contain("unable to validate MFA code");
  });

  it("lets a user have eight devices, each with codes of its own", async () => {
    const administrator = (await administratorOf(sandbox, AUTH)).iam;
    for (let number = 1; number <= 8; number++) await enableDevice(sandbox, administrator, "alice", `alice-${number}`);
    const error = await refusal(enableDevice(sandbox, administrator, "alice", "alice-9"));
    expect(error.name).to.match(/^LimitExceeded/);
    const { MFADevices } = await iam.send(new ListMFADevicesCommand({ UserName: "alice" }));
    expect(MFADevices).to.have.length(8);
  });

  it("takes the codes of a device that an administrator has named otherwise", async () => {
    const administrator = (await administratorOf(sandbox, AUTH)).iam;
    const { serialNumber, seed } = await enableDevice(sandbox, administrator, "alice", "spare-phone");
    expect(serialNumber).to.equal(`arn:aws:iam::${AUTH}:mfa/spare-phone`);
    await session(serialNumber, nextCode(sandbox, seed));
  });

  it("shows a security key like any device, takes no codes for it, and forgets it once it is deactivated", async () => {
    const SerialNumber = sandbox.registerSecurityKey("alice", "yubikey");
    expect(SerialNumber).to.match(/^arn:aws:iam::222222222222:u2f\/user\/alice\/yubikey-[A-Z2-7]{17}$/);
    const devices = async () => (await iam.send(new ListMFADevicesCommand({}))).MFADevices ?? [];
    expect((await devices()).map((device) => device.SerialNumber)).to.deep.equal([SerialNumber]);
    expect((await refusal(session(SerialNumber, "123456"))).message).to.contain("unable to validate MFA code");
    expect((await iam.send(new ListVirtualMFADevicesCommand({}))).VirtualMFADevices).to.deep.equal([]);

    const device = { UserName: "alice", SerialNumber };
    const administrator = (await administratorOf(sandbox, AUTH)).iam;
    await administrator.send(new DeactivateMFADeviceCommand(device));
    expect(await devices()).to.deep.equal([]);
    expect((await refusal(administrator.send(new DeactivateMFADeviceCommand(device)))).name).to.match(/^NoSuchEntity/);
  });

  it("deletes a virtual device only once it is deactivated", async () => {
    const { serialNumber: SerialNumber } = await enableDevice(sandbox, iam, "alice");
    const administrator = (await administratorOf(sandbox, AUTH)).iam;
    const remove = () => administrator.send(new DeleteVirtualMFADeviceCommand({ SerialNumber }));

    expect((await refusal(remove())).name).to.match(/^DeleteConflict/);
    await administrator.send(new DeactivateMFADeviceCommand({ UserName: "alice", SerialNumber }));
    const { VirtualMFADevices } = await iam.send(new ListVirtualMFADevicesCommand({ AssignmentStatus: "Unassigned" }));
    expect(VirtualMFADevices?.map((device) => device.SerialNumber)).to.deep.equal([SerialNumber]);
    await remove();
    await enableDevice(sandbox, iam, "alice");
  });

  it("resynchronises a device whose clock is off", async () => {
    const { serialNumber, seed } = await enableDevice(sandbox, iam, "alice");
    sandbox.clock.advance(600);
    const code = (seconds: number) => tokenCode(seed, new Date(sandbox.clock.now().getTime() + seconds * 1000));
    await iam.send(
      new ResyncMFADeviceCommand({
        UserName: "alice",
        SerialNumber: serialNumber,
        AuthenticationCode1: code(-120),
        AuthenticationCode2: code(-90),
      }),
    );
    await session(serialNumber, code(0));
  });

  it("verifies nine codes of a device in three minutes, good and bad alike, where asked for", async () => {
    await sandbox.close();
    sandbox = await startSandbox({ verificationsPerDevice: 9 });
    ({ iam, sts } = clients(sandbox, sandbox.userInMemberAccount(AUTH, "alice", [ADMINISTRATOR_ACCESS])));
    const { serialNumber, seed } = await enableDevice(sandbox, iam, "alice");
    const code = nextCode(sandbox, seed);
    for (let number = 1; number <= 8; number++) {
      expect((await refusal(session(serialNumber, "000000"))).message).to.contain("invalid MFA one time pass code");
    }
    await session(serialNumber, code);
    sandbox.clock.advance(90);
    const next = tokenCode(seed, sandbox.clock.now());
    expect((await refusal(session(serialNumber, next))).message).to.contain("device unavailable");
    sandbox.clock.advance(90);
    await session(serialNumber, tokenCode(seed, sandbox.clock.now()));
  });

  it("is not known to STS in its first seconds, where asked for", async () => {
    await sandbox.close();
    sandbox = await startSandbox({ deviceConsistencySeconds: 14 });
    ({ iam, sts } = clients(sandbox, sandbox.userInMemberAccount(AUTH, "alice", [ADMINISTRATOR_ACCESS])));
    const { serialNumber, seed } = await enableDevice(sandbox, iam, "alice");
    const code = () => tokenCode(seed, new Date(sandbox.clock.now().getTime() + 60_000));
    expect((await refusal(session(serialNumber, code()))).message).to.contain("unable to validate MFA code");
    sandbox.clock.advance(14);
    await session(serialNumber, code());
  });

  describe("who has a device (AWS-2023-001)", () => {
    const create = (as: IAMClient, VirtualMFADeviceName: string) =>
      as.send(new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName }));
    const deactivate = (as: IAMClient, SerialNumber: string, UserName = "alice") =>
      as.send(new DeactivateMFADeviceCommand({ UserName, SerialNumber }));
    const refused = async (request: Promise<unknown>) => {
      const error = await refusal(request);
      expect(error.name).to.equal("AccessDenied");
      expect(error.message).to.contain("must be authenticated with it");
    };

    it("changes none of one's own without MFA, though everything is allowed, and all of them with it", async () => {
      await create(iam, "alice-spare");
      const { serialNumber, seed } = await enableDevice(sandbox, iam, "alice");
      const spare = `arn:aws:iam::${AUTH}:mfa/alice-spare`;
      await refused(create(iam, "alice-2"));
      // The refusal comes before AWS checks whether the name is taken.
      await refused(create(iam, "alice"));
      const codes = { AuthenticationCode1: "000000", AuthenticationCode2: "000000" };
      await refused(iam.send(new EnableMFADeviceCommand({ UserName: "alice", SerialNumber: spare, ...codes })));
      await refused(deactivate(iam, serialNumber));
      await refused(iam.send(new DeleteVirtualMFADeviceCommand({ SerialNumber: spare })));

      const { Credentials } = await session(serialNumber, nextCode(sandbox, seed));
      const withMfa = clients(sandbox, given(Credentials)).iam;
      expect((await refusal(create(withMfa, "alice"))).name).to.match(/^EntityAlreadyExists/);
      await withMfa.send(new DeleteVirtualMFADeviceCommand({ SerialNumber: spare }));
      await enableDevice(sandbox, withMfa, "alice", "alice-2");
      await deactivate(withMfa, serialNumber);
    });

    it("is held to it by a passkey, too", async () => {
      await create(iam, "alice");
      sandbox.registerSecurityKey("alice", "passkey");
      await refused(create(iam, "alice-2"));
    });

    it("resynchronises without MFA, and administers the devices of others", async () => {
      const { serialNumber, seed } = await enableDevice(sandbox, iam, "alice");
      sandbox.userInMemberAccount(AUTH, "bob", []);
      const bobs = await enableDevice(sandbox, iam, "bob");
      await deactivate(iam, bobs.serialNumber, "bob");
      await iam.send(new DeleteVirtualMFADeviceCommand({ SerialNumber: bobs.serialNumber }));
      const code = (seconds: number) => tokenCode(seed, new Date(sandbox.clock.now().getTime() + seconds * 1000));
      await iam.send(
        new ResyncMFADeviceCommand({
          UserName: "alice",
          SerialNumber: serialNumber,
          AuthenticationCode1: code(60),
          AuthenticationCode2: code(90),
        }),
      );
    });
  });

  it("shows a device to whom asks for it", async () => {
    const { serialNumber } = await enableDevice(sandbox, iam, "alice");
    const device = await iam.send(new GetMFADeviceCommand({ SerialNumber: serialNumber }));
    expect(device.UserName).to.equal("alice");
    expect(device.EnableDate).to.be.instanceOf(Date);
  });

  it("lets sessions of GetSessionToken use IAM with a code and not without", async () => {
    const { serialNumber, seed } = await enableDevice(sandbox, iam, "alice");
    const without = given((await sts.send(new GetSessionTokenCommand({}))).Credentials);
    const withCode = given((await session(serialNumber, nextCode(sandbox, seed))).Credentials);

    expect((await refusal(clients(sandbox, without).iam.send(new ListUsersCommand({})))).name).to.equal(
      "InvalidClientTokenId",
    );
    await clients(sandbox, withCode).iam.send(new ListUsersCommand({}));
  });
});
