import assert from "node:assert/strict";
import { Following, MarkedTitle, markOf } from "./told.js";

Deno.test("a mark says what has ended, else how far the only one is", () => {
  assert.equal(markOf([], []), "");
  assert.equal(markOf([38], []), "(38 %) ");
  assert.equal(markOf([null], []), "");
  assert.equal(markOf([38, 70], []), "");
  assert.equal(markOf([38], ["failed"]), "(failed) ");
  assert.equal(markOf([], ["done", "failed", "done"]), "(2 done, 1 failed) ");
});

function followed() {
  const page = { away: true, title: "", told: /** @type {string[]} */ ([]) };
  const following = new Following({
    isAway: () => page.away,
    mark: (mark) => page.title = mark,
    tell: ({ id }, word) => page.told.push(`${id} ${word}`),
  });
  const view = () => {
    const holder = {};
    return (
      /** @type {string} */ state,
      /** @type {number | null} */ percent = null,
      id = "a",
    ) => following.say(holder, state ? { id, title: id, state, percent } : null);
  };
  return { page, following, view };
}

Deno.test("what was seen under way is told once, until somebody looks", () => {
  const { page, following, view } = followed();
  const [one, two] = [view(), view()];
  one("running", 38);
  two("running", 38);
  assert.equal(page.title, "(38 %) ");
  one("successful", 100);
  two("running", 99); // is late
  two("successful", 100);
  one("successful", 100);
  assert.deepEqual(page.told, ["a done"]);
  assert.equal(page.title, "(done) ");
  page.away = false;
  following.draw();
  page.away = true;
  following.draw();
  assert.equal(page.title, "");
});

Deno.test("what had ended before, was stopped, or is no longer shown is not told", () => {
  const { page, view } = followed();
  const [one, two, three] = [view(), view(), view()];
  one("successful");
  two("running", 5, "b");
  two("dismissed", 5, "b");
  three("running", 7, "c");
  three("running", 9, "d"); // shows another job
  three("failed", 9, "c"); // and then the first one, which ended meanwhile
  three("");
  assert.deepEqual(page.told, []);
  assert.equal(page.title, "");
});

Deno.test("a batch that goes on is told again", () => {
  const { page, view } = followed();
  const one = view();
  for (const state of ["running", "failed", "running", "successful"]) one(state);
  assert.deepEqual(page.told, ["a failed", "a done"]);
  assert.equal(page.title, "(1 failed, 1 done) ");
});

Deno.test("a title that the page writes in another way is marked once", () => {
  let [title, writes] = ["", 0];
  const marked = new MarkedTitle({
    get title() {
      return title.trim();
    },
    set title(text) {
      [title, writes] = [text, writes + 1];
    },
  });
  marked.set("(38 %) ");
  marked.again();
  marked.again();
  assert.deepEqual([title, writes], ["(38 %) ", 1]);
  marked.set("");
  assert.equal(title, "");
});

Deno.test("the title is restored, whoever changed it meanwhile", () => {
  const page = { title: "n.ipynb - JupyterLab" };
  const marked = new MarkedTitle(page);
  const is = (/** @type {string} */ title) => assert.equal(page.title, title);
  marked.set("(38 %) ");
  is("(38 %) n.ipynb - JupyterLab");
  page.title = "two.ipynb - JupyterLab";
  marked.again();
  is("(38 %) two.ipynb - JupyterLab");
  page.title = `${page.title} *`; // made of ours
  marked.again();
  marked.set("(done) ");
  is("(done) two.ipynb - JupyterLab *");
  marked.set("");
  is("two.ipynb - JupyterLab *");
  page.title = "three";
  marked.set("");
  is("three");
});
