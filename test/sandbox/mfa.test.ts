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

  it("accepts the code of 30 seconds ago and refuses the one of 60 seconds ago", async () => {
    const { serialNumber, seed } = await enableDevice(sandbox, iam, "alice");
    const late = async (seconds: number) => {
      const code = nextCode(sandbox, seed);
      sandbox.clock.advance(seconds);
      return session(serialNumber, code);
    };
    await late(30);
    sandbox.clock.advance(60);
    expect((await refusal(late(60))).name).to.equal("AccessDenied");
  });

  it("refuses a serial number that is not one of the user's enabled devices", async () => {
    const { seed } = await enableDevice(sandbox, iam, "alice");
    const error = await refusal(session(`arn:aws:iam::${AUTH}:mfa/bob`, nextCode(sandbox, seed)));
    expect(error.name).to.equal("AccessDenied");
    expect(error.message).to.contain("unable to validate MFA code");
  });

  it("lets a user have eight devices, each with codes of its own", async () => {
    for (let number = 1; number <= 8; number++) await enableDevice(sandbox, iam, "alice", `alice-${number}`);
    const error = await refusal(enableDevice(sandbox, iam, "alice", "alice-9"));
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
    await iam.send(new DeactivateMFADeviceCommand(device));
    expect(await devices()).to.deep.equal([]);
    expect((await refusal(iam.send(new DeactivateMFADeviceCommand(device)))).name).to.match(/^NoSuchEntity/);
  });

  it("deletes a virtual device only once it is deactivated", async () => {
    const { serialNumber: SerialNumber } = await enableDevice(sandbox, iam, "alice");
    const remove = () => iam.send(new DeleteVirtualMFADeviceCommand({ SerialNumber }));

    expect((await refusal(remove())).name).to.match(/^DeleteConflict/);
    await iam.send(new DeactivateMFADeviceCommand({ UserName: "alice", SerialNumber }));
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
