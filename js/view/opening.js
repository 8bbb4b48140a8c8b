// A file of a server, looked at in a tab of its own: the kernel fetches it, so that it opens
// where the browser could not reach it. What could run as a part of the notebook, such as a
// web page or a drawing, is shut in.

import { saveBlob, takeFile } from "./files.js";
import { bytes } from "./text.js";

/** @import { FileFacts } from "./files.js" */

/**
 * @param {import("./model.js").Model} model
 * @param {Record<string, unknown>} message What asks Python for the file.
 * @param {string} name What it is called.
 * @param {string} [href] Its own address.
 */
export async function openFile(model, message, name, href = "") {
  // Now, in the press: later the browser would take it for an advertisement.
  const tab = globalThis.open("", "_blank");
  const say = tab ? waitingIn(tab, name) : () => {};
  try {
    const { facts, blob } = await takeFile(model, message, (got, { size }) => {
      say(`${name}: ${bytes(got)} of ${bytes(size)}`);
    });
    if (!tab) saveBlob(blob, facts.name);
    else if (!tab.closed) showIn(tab, facts, blob, href);
  } catch (error) {
    say(/** @type {Error} */ (error).message);
  }
}

/**
 * @param {Window} tab
 * @param {string} name
 */
function waitingIn(tab, name) {
  const page = tab.document;
  page.title = name;
  page.documentElement.style.colorScheme = "light dark";
  page.body.style.cssText = "font: 14px system-ui, sans-serif; white-space: pre-line";
  const line = page.createElement("p");
  line.textContent = `Fetching ${name} …`;
  page.body.replaceChildren(line);
  return (/** @type {string} */ words) => {
    line.textContent = words;
  };
}

/**
 * @param {Window} tab
 * @param {FileFacts} facts
 * @param {Blob} blob
 * @param {string} href
 */
function showIn(tab, facts, blob, href) {
  const url = URL.createObjectURL(blob);
  setTimeout(() => URL.revokeObjectURL(url), 600_000);
  const page = tab.document;
  page.title = facts.name;
  if (facts.way === "drawing") {
    // In an image no script runs, and nothing that it names is fetched.
    const image = page.createElement("img");
    image.src = url;
    image.alt = facts.name;
    image.style.maxWidth = "100%";
    page.body.replaceChildren(image);
  } else if (facts.way === "page") page.body.replaceChildren(...shutIn(page, facts, url, href));
  else tab.location.replace(url);
}

/**
 * @param {Document} page
 * @param {FileFacts} facts
 * @param {string} url
 * @param {string} href
 */
function shutIn(page, facts, url, href) {
  const line = page.createElement("p");
  line.style.cssText = "margin: 8px 12px";
  line.append(`${facts.name}, as the kernel got it, without its scripts. `);
  if (/^https?:/i.test(href)) {
    const link = page.createElement("a");
    link.href = href;
    link.rel = "noopener noreferrer";
    link.textContent = "Open its address";
    line.append(link);
  }
  // Of no origin, and without scripts, forms and windows.
  const frame = page.createElement("iframe");
  frame.setAttribute("sandbox", "");
  frame.referrerPolicy = "no-referrer";
  frame.title = facts.name;
  frame.style.cssText = "flex: 1; border: 0; background: #fff";
  frame.src = url;
  page.body.style.cssText = "margin: 0; height: 100vh; display: flex; flex-direction: column;" +
    " font: 14px system-ui, sans-serif";
  return [line, frame];
}
