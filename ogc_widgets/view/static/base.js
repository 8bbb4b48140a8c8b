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
  element.append(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false)
    .map((c) => (typeof c === "string" ? fewMarks(c) : c)));
  return element;
}

const STACK = /([\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{3})[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+/g;
/** Text for the page without the marks that a letter has beyond those that people write:
    thousands of them on one would be painted over what stands around. As in protocol/text.py. */
function fewMarks(text) {
  return text.replace(STACK, "$1").replace(/(\p{M}{5})\p{M}+/gu, "$1");
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
  const shown = fewMarks(String(text ?? ""));
  if (element.textContent !== shown) element.textContent = shown;
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
    const text = model.isSilent ? SILENT : model.get("problem") || "";
    setText(line, text);
    show(line, text !== "");
  };
  update();
  listen(model, ["problem"], update);
  model.onSilence(update);
  return line;
}

/** Put the shared style sheet before all others, once per page. */
function useTheme(css) {
  const id = "ogcw-theme";
  const style = document.getElementById(id) ?? h("style", { id });
  setText(style, css);
  if (!style.isConnected) document.head.prepend(style);
}

/** A button that can be pressed or not, and keeps the focus in either case: a disabled
    one would lose it. view() stops what is pressed here. */
function enable(button, isOn) {
  if (isOn) button.removeAttribute("aria-disabled");
  else button.setAttribute("aria-disabled", "true");
}

/** The module of a view: keys and focus stay in it, and a press is answered or told of. */
function view(render) {
  return {
    render({ model, el }) {
      const watched = watchAnswers(model);
      const stops = [keepKeys(el), keepFocus(el), watched.stop];
      const stop = render({ model: watched.model, el });
      return () => { stop?.(); stops.forEach((one) => one()); };
    },
  };
}

/** Keys that JupyterLab and VS Code get from inside our views as well: leave, save, commands. */
function belongsToHost(event) {
  if (event.key === "Escape" || /^F\d+$/.test(event.key)) return true;
  const key = event.key.toLowerCase();
  return (event.ctrlKey || event.metaKey) && !event.altKey && (key === "s" || (key === "c" && event.shiftKey));
}

/** Keep the keys pressed in an element from the notebook around it, which takes Enter,
    Ctrl+Z and Shift+Enter for itself, in text fields as well. Its listener sits on the
    document and gets what bubbles there, as that of a webview of VS Code does. */
function keepKeys(element) {
  const keep = (event) => { if (!belongsToHost(event)) event.stopPropagation(); };
  element.addEventListener("keydown", keep);
  return () => element.removeEventListener("keydown", keep);
}

const FOCUSABLE = "button, input, select, textarea, summary, a[href], [tabindex]:not([tabindex='-1'])";

/** What had the focus and was drawn anew or taken away leaves it to its successor: the
    control of the same name, else the next one where it stood. */
function keepFocus(el) {
  const nameOf = (node) => [node.tagName, node.id || node.getAttribute("aria-label") || node.textContent].join(" ");
  let last = null;
  const enter = ({ target }) => {
    const around = [];
    for (let node = target.parentElement; node && el.contains(node); node = node.parentElement) around.push(node);
    last = { node: target, name: nameOf(target), around };
  };
  // Left by the user: what is left is still there a moment later.
  const leave = ({ target }) => setTimeout(() => {
    if (last?.node === target && document.activeElement !== target && isThere(target)) last = null;
  });
  const press = ({ target }) => { if (last && !last.node.contains(target)) last = null; };
  const click = (event) => {
    if (!event.target.closest?.("[aria-disabled=true]")) return;
    event.preventDefault();
    event.stopPropagation();
  };
  const isThere = (node) => node.isConnected && node.checkVisibility({ visibilityProperty: true });
  const observer = new MutationObserver((records) => {
    if (!last || !el.checkVisibility()) return;
    const { node, name, around } = last;
    const now = document.activeElement;
    if (now !== document.body && now !== node) return;
    const moved = records.some(({ removedNodes }) => [...removedNodes].some((one) => one.contains(node)));
    if (isThere(node) && !(moved && now !== node)) return;
    if (isThere(node)) { node.focus({ preventScroll: true }); return; }
    for (const place of around.filter(isThere)) {
      const near = [...place.querySelectorAll(FOCUSABLE)].filter((one) => !one.disabled && isThere(one));
      const next = near.find((one) => nameOf(one) === name) ?? near[0];
      if (next) { next.focus({ preventScroll: true }); return; }
    }
    last = null;
  });
  observer.observe(el, { subtree: true, childList: true, attributes: true, attributeFilter: ["hidden"] });
  el.addEventListener("focusin", enter);
  el.addEventListener("focusout", leave);
  el.addEventListener("click", click, true);
  document.addEventListener("pointerdown", press, true);
  return () => {
    observer.disconnect();
    el.removeEventListener("focusin", enter);
    el.removeEventListener("focusout", leave);
    el.removeEventListener("click", click, true);
    document.removeEventListener("pointerdown", press, true);
  };
}

const SILENT = "The kernel does not answer. Wait if it is busy, else run the cell again in the notebook.";
const SILENT_MS = 5000;
/** What a page says by itself: nobody waits for an answer. */
const UNASKED = new Set(["hello", "land", "look", "pictures", "ping", "visible"]);

/** The model, whose `send` waits for the word that Python gives to each message. An
    exported page has nobody who could answer, a restarted kernel does not know us, and
    neither makes `send` fail. */
function watchAnswers(model) {
  const callbacks = new Set();
  let timer = null;
  const say = (silent) => {
    clearTimeout(timer);
    timer = null;
    if (watched.isSilent === silent) return;
    watched.isSilent = silent;
    callbacks.forEach((callback) => callback(silent));
  };
  const heard = () => say(false);
  const watched = Object.create(model, {
    isSilent: { value: false, writable: true },
    onSilence: { value: (callback) => { callbacks.add(callback); } },
    send: { value: (message, ...others) => {
      const isAsked = !UNASKED.has(message.type);
      if (isAsked && !watched.isSilent) timer ??= setTimeout(() => say(true), SILENT_MS);
      try {
        const { secret, ...rest } = message;
        if (secret === undefined) return model.send(message, ...others);
        // Not in the content, which kernels write into their log when they debug.
        return model.send(rest, undefined, [new TextEncoder().encode(secret).slice().buffer]);
      } catch (error) {
        if (!isAsked) throw error;
        return say(true);
      }
    } },
  });
  model.on("msg:custom", heard);
  return { model: watched, stop: () => { clearTimeout(timer); model.off("msg:custom", heard); } };
}
