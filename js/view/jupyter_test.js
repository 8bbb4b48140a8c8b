import assert from "node:assert/strict";
import { pathOnServer } from "./jupyter.js";

const HOME = "/home/ada";
/** @param {string} path */
const place = (path, session = `${HOME}/work/course/n.ipynb`) => ({ path, session, home: HOME });

Deno.test("a folder below the root of JupyterLab has its path there", () => {
  for (const serverRoot of [`${HOME}/work`, "~/work", "~/work/"]) {
    const at = (/** @type {string} */ path) => pathOnServer(place(path), { serverRoot }, "/lab");
    assert.equal(at(`${HOME}/work/course/results/a9`), "course/results/a9");
    assert.equal(at(`${HOME}/work`), "");
    assert.equal(at(`${HOME}/worksheets/a9`), null);
    assert.equal(at("/tmp/a9"), null);
  }
});

Deno.test("a folder of another machine has none, whatever it is called", () => {
  const config = { serverRoot: `${HOME}/work` };
  assert.equal(pathOnServer(place(`${HOME}/work/a9`, ""), config, "/lab"), null);
  assert.equal(pathOnServer(place(`${HOME}/work/a9`, "/mnt/n.ipynb"), config, "/lab"), null);
});

Deno.test("the address of a page of Notebook tells the root", () => {
  const at = (/** @type {string} */ address) =>
    pathOnServer(place(`${HOME}/work/course/results`), {}, address);
  assert.equal(at("/user/ada/notebooks/course/n.ipynb"), "course/results");
  assert.equal(at("/user/ada/notebooks/another.ipynb"), null);
  assert.equal(at("/somewhere"), null);
});
