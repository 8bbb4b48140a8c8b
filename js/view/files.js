// What leaves the page, to the clipboard or as a file, and files that come in.

import { h, setText, uniqueId } from "./dom.js";

/**
 * A button that copies text and says so. textOf is called when it is pressed.
 * @param {string} label
 * @param {() => string | Promise<string>} textOf
 */
export function copyButton(label, textOf, attributes = {}) {
  const button = h("button", { type: "button", class: "ogcw-link", ...attributes }, label);
  button.addEventListener("click", async () => {
    const done = await copyText(await textOf());
    setText(button, done ? "copied" : "press Ctrl+C");
    setTimeout(() => setText(button, label), 1500);
  });
  return button;
}

/** @param {string} text */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Not a secure context, or not permitted: the old way still works on http hubs.
    const area = h("textarea", { style: "position:fixed;opacity:0", "aria-hidden": "true" });
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

/**
 * What Python says of a file that it sends: its name, size in bytes, media type, and in what
 * way it is shown or saved.
 * @typedef {{ ticket: string, name: string, size: number, media_type: string, way: string }}
 *   FileFacts
 */

/**
 * Ask Python for a file, and take it part by part; see view/transfer.py.
 * @param {import("./model.js").Model} model
 * @param {Record<string, unknown>} message What asks for it.
 * @param {(got: number, facts: FileFacts) => void} [progress] Called with bytes that are here.
 * @returns {Promise<{ facts: FileFacts, blob: Blob }>} Rejected with what Python says.
 */
export function takeFile(model, message, progress = () => {}) {
  const ticket = uniqueId("file");
  return new Promise((resolve, reject) => {
    /** @type {any[]} */
    const parts = [];
    let got = 0;
    /** @type {FileFacts | undefined} */
    let facts;
    /**
     * @param {Record<string, any>} content
     * @param {DataView[]} buffers
     */
    const told = (content, buffers) => {
      if (content.ticket !== ticket) return;
      if (content.type === "no file") {
        model.off("msg:custom", told);
        reject(new Error(content.why));
        return;
      }
      if (content.type === "file") facts = /** @type {FileFacts} */ (content);
      else {
        parts.push(buffers[0]);
        got += buffers[0].byteLength;
        model.send({ type: "taken", ticket });
      }
      if (!facts) return;
      progress(got, facts);
      if (got < facts.size) return;
      model.off("msg:custom", told);
      resolve({ facts, blob: new Blob(parts, { type: facts.media_type }) });
    };
    model.on("msg:custom", told);
    model.send({ ...message, ticket });
  });
}

/**
 * Save bytes on the machine of whoever looks at the page.
 * @param {Blob} blob
 * @param {string} name
 */
export function saveBlob(blob, name) {
  const url = URL.createObjectURL(blob);
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

// One message must fit through Jupyter's web socket (10 MB by default).
export const PART_BYTES = 3_000_000;

/**
 * Give a file to Python in parts; see view/transfer.py.
 * @param {File} file
 * @param {(part: { name: string, base64: string, part: number, parts: number }) => void} send
 */
export async function sendFile(file, send) {
  const parts = Math.max(1, Math.ceil(file.size / PART_BYTES));
  for (let part = 0; part < parts; part += 1) {
    const base64 = await base64Of(file.slice(part * PART_BYTES, (part + 1) * PART_BYTES));
    send({ name: file.name, base64, part, parts });
  }
}

/**
 * Bytes as a message can hold them.
 * @param {Blob} blob
 */
async function base64Of(blob) {
  const data = new Uint8Array(await blob.arrayBuffer());
  let binary = "";
  for (let i = 0; i < data.length; i += 0x8000) {
    binary += String.fromCharCode(...data.subarray(i, i + 0x8000));
  }
  return btoa(binary);
}
