// Helpers shared by all views. Everything on the page is made by h(): children that are
// strings become text nodes, so nothing that a server says is ever parsed as HTML.

const SVG_TAGS = new Set(["svg", "path", "circle", "rect", "g", "line", "text", "image"]);

/** Make an element: h("button", {class: "x", onclick: f}, "text", child, ...). */
function h(tag, attributes = {}, ...children) {
  const element = SVG_TAGS.has(tag)
    ? document.createElementNS("http://www.w3.org/2000/svg", tag)
    : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value") element.value = value;
    else if (name === "checked" || name === "disabled" || name === "hidden") element[name] = true;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false));
  return element;
}

/** Server text made harmless for a line: control characters visible, length limited. */
function plain(text, limit = 4000) {
  const whole = String(text ?? "");
  const start = whole.length > limit ? whole.slice(0, limit) : whole;
  const visible = start.replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, (c) =>
    c === "\u007f" ? "\u2421" : String.fromCharCode(0x2400 + c.charCodeAt(0)));
  return whole.length > limit ? `${visible}… (${count(whole.length - limit)} more)` : visible;
}

function count(number) {
  return Number(number).toLocaleString("en");
}

/** Words of others next to ours: <bdi> keeps their writing direction to themselves. */
function foreign(text, limit) {
  return h("bdi", {}, plain(text, limit));
}

/** Show an element or hide it without removing it. */
function show(element, visible) {
  element.hidden = !visible;
}

/** Change the text only where it differs, so that screen readers do not repeat it. */
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

let lastId = 0;
/** An id that no other element of the page has. */
function uniqueId(stem) {
  lastId += 1;
  return `ogcw-${stem}-${Date.now().toString(36)}-${lastId}`;
}

/** 46 -> "0:46", 3723 -> "1:02:03". */
function clock(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  const pad = (n) => String(n).padStart(2, "0");
  const hours = Math.floor(s / 3600);
  const minutes = Math.floor((s % 3600) / 60);
  return hours ? `${hours}:${pad(minutes)}:${pad(s % 60)}` : `${minutes}:${pad(s % 60)}`;
}

/** 1234567 -> "1.2 MB". */
function bytes(count) {
  if (!Number.isFinite(count)) return "";
  const units = ["B", "kB", "MB", "GB", "TB"];
  let i = 0;
  while (count >= 1000 && i < units.length - 1) { count /= 1000; i += 1; }
  return `${i === 0 || count >= 100 ? Math.round(count) : count.toFixed(1)} ${units[i]}`;
}

/** A button that copies text and says so. textOf is called when it is pressed. */
function copyButton(label, textOf, attributes = {}) {
  const button = h("button", { type: "button", class: "ogcw-link", ...attributes }, label);
  button.addEventListener("click", async () => {
    const done = await copyText(textOf());
    setText(button, done ? "copied" : "press Ctrl+C");
    setTimeout(() => setText(button, label), 1500);
  });
  return button;
}

async function copyText(text) {
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

/** Save a file that Python sent, on the machine of whoever looks at the page. */
function saveFile(content, buffers) {
  if (content.type !== "file") return;
  const url = URL.createObjectURL(new Blob(buffers, { type: content.media_type }));
  h("a", { href: url, download: content.name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Listen to traits until the view goes: returns the function that stops it. */
function listen(model, names, callback) {
  const events = names.map((name) => `change:${name}`);
  events.forEach((event) => model.on(event, callback));
  return () => events.forEach((event) => model.off(event, callback));
}

/** Say when the kernel's side of a model is gone, as after a restart of the kernel.
    The event does not tell which way it went, and comes before the connection is taken
    apart, so a message that nobody listens to is sent a moment later: if it cannot be
    sent, nothing can. Returns the function that stops it. */
function followKernel(model, callback) {
  const look = () => setTimeout(() => {
    try {
      model.send({ type: "ping" });
      callback(false);
    } catch {
      callback(true);
    }
  }, 300);
  model.on("comm_live_update", look);
  return () => model.off("comm_live_update", look);
}

/** A line for errors of callbacks, present in every view. */
function problemLine(model) {
  const line = h("div", { class: "ogcw-error", role: "alert" });
  const update = () => {
    const text = model.get("problem") || "";
    setText(line, text);
    show(line, text !== "");
  };
  update();
  listen(model, ["problem"], update);
  return line;
}

/** Put the shared style sheet before all others, once per page. */
function useTheme(css) {
  const id = "ogcw-theme";
  const style = document.getElementById(id) ?? h("style", { id });
  setText(style, css);
  if (!style.isConnected) document.head.prepend(style);
}
