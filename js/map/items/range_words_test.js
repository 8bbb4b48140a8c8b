import assert from "node:assert/strict";
import { rangeWords, ticksOf } from "./range_words.js";

const day = (/** @type {string} */ text) => Date.parse(text);

Deno.test("dates of years are said by month, of weeks by day, of hours by time", () => {
  const words = (
    /** @type {string[]} */ [low, high],
    /** @type {string[]} */ [from, to] = [low, high],
  ) => rangeWords(day(from), day(to), { low: day(low), high: day(high), isDate: true });
  const years = ["2021-01-01", "2022-12-01"];
  assert.equal(words(years, ["2021-05-03", "2022-08-09"]), "May 2021 to Aug 2022");
  assert.equal(words(years, ["2021-05-03", "2021-08-09"]), "May to Aug 2021");
  assert.equal(words(years, ["2021-05-03", "2021-05-09"]), "May 2021");
  assert.equal(words(["2021-05-03", "2021-08-18"]), "3 May to 18 Aug 2021");
  assert.equal(words(["2021-12-30", "2022-01-02"]), "30 Dec 2021 to 2 Jan 2022");
  const hours = ["2021-05-03T10:20:00Z", "2021-05-03T12:30:00Z"];
  assert.equal(words(hours), "10:20 3 May to 12:30 3 May 2021");
});

Deno.test("numbers have the digits that a hundredth of the axis needs", () => {
  const words = (/** @type {number} */ from, /** @type {number} */ to, high = 8, unit = "%") =>
    rangeWords(from, to, { low: 0, high, isDate: false, unit });
  assert.equal(words(3.14159, 7.5), "3.14 to 7.5 %");
  assert.equal(words(3.14159, 7999.6, 8000, ""), "3 to 8\u202f000");
  assert.equal(words(2, 2), "2 %");
  assert.equal(words(-0.001, 1), "0 to 1 %");
});

Deno.test("an axis of dates has years and months, as many as fit", () => {
  const axis = { low: day("2021-01-10"), high: day("2022-10-01"), isDate: true };
  assert.deepEqual(ticksOf(axis, 5).map(({ text }) => text), ["Jul", "2022", "Jul"]);
  const [july] = ticksOf(axis, 5);
  assert.ok(Math.abs(july.at - (day("2021-07-01") - axis.low) / (axis.high - axis.low)) < 1e-9);
  const wide = { low: day("1800-01-01"), high: day("2020-01-01"), isDate: true };
  assert.deepEqual(ticksOf(wide, 5).map(({ text }) => text), [
    "1800",
    "1850",
    "1900",
    "1950",
    "2000",
  ]);
  const week = { low: day("2021-05-03"), high: day("2021-05-09"), isDate: true };
  assert.ok(ticksOf(week, 5).every(({ text }) => / May$/.test(text)));
});

Deno.test("an axis of numbers has round ones; one without extent has none", () => {
  const axis = { low: 3.1, high: 10.4, isDate: false };
  assert.deepEqual(ticksOf(axis, 5).map(({ text }) => text), ["4", "6", "8", "10"]);
  assert.deepEqual(ticksOf({ low: 4, high: 4, isDate: false }, 5), []);
});
