// What leaves the page: to the clipboard, or as a file.

import { h, setText } from "./dom.js";

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
 * Save a file that Python sent, on the machine of whoever looks at the page.
 * @param {Record<string, any>} content
 * @param {ArrayBuffer[]} buffers
 */
export function saveFile(content, buffers) {
  if (content.type !== "file") return;
  const url = URL.createObjectURL(new Blob(buffers, { type: content.media_type }));
  h("a", { href: url, download: content.name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
