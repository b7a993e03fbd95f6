import { expect } from "chai";

import { endOfUntil, untilProblem } from "../../infra/until.ts";

describe("until when something lasts", () => {
  it("is the end of a day in UTC", () => {
    expect(endOfUntil("2027-01-31")).to.equal("2027-02-01T00:00:00Z");
    expect(endOfUntil("2027-12-31Z")).to.equal("2028-01-01T00:00:00Z");
  });
  it("is the end of a day elsewhere, with an offset", () => {
    expect(endOfUntil("2027-01-31+09:00")).to.equal("2027-01-31T15:00:00Z");
    expect(endOfUntil("2027-01-31-05:30")).to.equal("2027-02-01T05:30:00Z");
  });
  it("has the leap days that there are", () => {
    expect(endOfUntil("2028-02-29")).to.equal("2028-03-01T00:00:00Z");
    expect(endOfUntil("2028-02-28")).to.equal("2028-02-29T00:00:00Z");
    expect(untilProblem("2027-02-29")).to.equal("there is no day 2027-02-29");
    expect(untilProblem("2100-02-29")).to.equal("there is no day 2100-02-29");
  });
  for (const text of [
    "2027-1-31",
    "31.01.2027",
    "2027-01-31T12:00:00Z",
    "2027-01-31+9",
    "2027-01-31+15:00",
    "2027-01-31 JST",
    "tomorrow",
    "",
  ]) {
    it(`is not "${text}"`, () => {
      expect(endOfUntil(text)).to.equal(undefined);
      expect(untilProblem(text)).to.match(/^this must be a day, YYYY-MM-DD/);
    });
  }
  it("is no day whose end has no year of four digits, which no policy could hold", () => {
    expect(endOfUntil("9999-12-30-14:00")).to.equal("9999-12-31T14:00:00Z");
    for (const text of ["9999-12-31", "9999-12-31Z", "9999-12-31+14:00", "9999-12-31-14:00"]) {
      expect(endOfUntil(text), text).to.equal(undefined);
      expect(untilProblem(text), text).to.equal("the latest day that a policy can hold is 9999-12-30");
    }
  });
  it("is no day beyond a month's end", () => {
    expect(untilProblem("2027-04-31")).to.equal("there is no day 2027-04-31");
    expect(untilProblem("2027-13-01")).to.equal("there is no day 2027-13-01");
  });
});
