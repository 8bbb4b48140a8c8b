// The sign-in box. What is typed is sent once, in one message, and the field is emptied:
// it is never a trait, because traits are saved in the notebook, and base.js keeps it out
// of the content, which is logged.

import { focusedElement, h, setText, show, uniqueId } from "./dom.js";
import { copyButton } from "./files.js";
import { listen } from "./model.js";

/**
 * 598 -> "9:58".
 * @param {number} seconds
 */
function timeLeft(seconds) {
  const s = Math.max(0, Math.ceil(seconds));
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
}

/**
 * The box of a model with a trait `sign_in`: {element, stop}.
 * @param {import("./model.js").Model} model
 */
export function signInBox(model) {
  const now = () => performance.now() / 1000;
  const state = () => model.get("sign_in") ?? {};
  let chosen = 0;
  let drawn = "";
  let received = now();
  /** @type {HTMLInputElement | null} */
  let field = null;

  const title = h("h4", { class: "ogcw-signin-title" });
  const ways = h("div", {
    class: "ogcw-signin-ways",
    role: "group",
    "aria-label": "Way to sign in",
  });
  const head = h("div", { class: "ogcw-signin-head" }, title, ways);
  const fields = h("div", { class: "ogcw-signin-fields" });
  const button = h("button", { type: "submit", class: "ogcw-btn ogcw-btn-primary" }, "Sign in");
  // JupyterLab would take Enter for a command of the notebook.
  const form = h(
    "form",
    {
      class: "ogcw-signin-form",
      autocomplete: "off",
      novalidate: true,
      "data-lm-suppress-shortcuts": "true",
    },
    fields,
    button,
  );
  const hint = h("div", { class: "ogcw-hint ogcw-signin-hint" });
  const problem = h("div", { class: "ogcw-error ogcw-signin-problem", role: "alert" });

  const link = h("a", { target: "_blank", rel: "noopener noreferrer", class: "ogcw-link" });
  const code = h("code", { class: "ogcw-signin-code" });
  const copy = copyButton("copy", () => state().code?.user_code ?? "", {
    "aria-label": "Copy the code",
  });
  const left = h("span", { class: "ogcw-hint ogcw-signin-left" });
  const cancel = h("button", {
    type: "button",
    class: "ogcw-btn",
    onclick: () => model.send({ type: "sign_in_stop" }),
  }, "Cancel");
  const steps = h(
    "div",
    { class: "ogcw-signin-steps" },
    h(
      "div",
      { class: "ogcw-signin-step" },
      h("span", {}, "Open "),
      link,
      h("span", {}, "and enter the code "),
      code,
      copy,
    ),
    h("div", { class: "ogcw-signin-step ogcw-signin-waiting" }, left, cancel),
  );

  const done = h("span");
  const again = h("button", {
    type: "button",
    class: "ogcw-link",
    onclick: () => model.send({ type: "sign_in_again" }),
  }, "sign in again");
  const finished = h("div", { class: "ogcw-signin-done", role: "status" }, done, again);

  const element = h(
    "section",
    { class: "ogcw-signin", "aria-label": "Sign in" },
    head,
    form,
    steps,
    finished,
    hint,
    problem,
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });

  /** Take what was typed out of the fields and send it. */
  function send() {
    /** @type {Record<string, unknown>} */
    const message = { type: "sign_in", way: chosen };
    if (state().busy || state().code) return;
    for (const input of fields.querySelectorAll("input")) {
      message[input.name] = input.value;
      if (input.type === "password") input.value = "";
    }
    model.send(message);
  }

  /**
   * @param {string} name
   * @param {string} label
   */
  function input(name, label, attributes = {}) {
    const id = uniqueId("signin");
    const made = h("input", {
      id,
      name,
      class: "ogcw-input",
      autocomplete: "off",
      autocapitalize: "none",
      spellcheck: "false",
      onkeydown: (/** @type {KeyboardEvent} */ event) => {
        if (event.key !== "Enter" || event.isComposing) return;
        event.preventDefault();
        send();
      },
      ...attributes,
    });
    return h(
      "div",
      { class: "ogcw-signin-field" },
      h("label", { class: "ogcw-label", for: id }, label),
      made,
    );
  }

  /**
   * The fields of the chosen way; they stay while only the words around them change.
   * @param {Record<string, any>} s
   */
  function drawFields(s) {
    const way = s.ways[chosen];
    const key = JSON.stringify([chosen, way]);
    if (key === drawn) return;
    const hadFocus = fields.contains(focusedElement());
    drawn = key;
    /** @param {string} label */
    const secret = (label) => input("secret", label, { type: "password" });
    /** @type {Record<string, () => HTMLElement[]>} */
    const parts = {
      token: () => [secret("Token")],
      password: () => [input("user", "User"), secret("Password")],
      "api-key": () => [
        ...(way.header ? [] : [input("header", "Header", { placeholder: "X-Api-Key" })]),
        secret(way.header ? `Key (${way.header})` : "Key"),
      ],
      device: () => (way.client_id ? [input("client_id", "Client id")] : []),
    };
    fields.replaceChildren(...(way ? parts[way.kind]() : []));
    field = fields.querySelector("input");
    if (hadFocus) field?.focus({ preventScroll: true });
  }

  /** @param {Record<string, any>} s */
  function drawWays(s) {
    const key = JSON.stringify(s.ways);
    if (ways.dataset.key !== key) {
      ways.dataset.key = key;
      chosen = 0;
      ways.replaceChildren(
        ...s.ways.map((/** @type {Record<string, any>} */ way, /** @type {number} */ index) =>
          h("button", {
            type: "button",
            onclick: () => {
              chosen = index;
              draw();
            },
          }, way.label)
        ),
      );
    }
    ways.querySelectorAll("button").forEach((one, index) => {
      one.setAttribute("aria-pressed", String(index === chosen));
      one.disabled = Boolean(s.busy);
    });
  }

  /**
   * @param {Record<string, any>} s
   * @param {Record<string, any>} [way]
   */
  function hintOf(s, way) {
    if (s.busy === "looking") return "Asking the server how to sign in …";
    if (!way) return "";
    if (s.is_open_line) {
      return `The line to ${s.server} is not encrypted: what you enter can be read on the way.`;
    }
    if (way.kind === "device") {
      const who = way.client_id ? " The people who run the server give you the client id." : "";
      return `You sign in on a page of ${way.host}, with a short code.${who}`;
    }
    return `Sent to ${s.server} only; not kept in the notebook.`;
  }

  function draw() {
    const s = state();
    const hadFocus = element.contains(focusedElement());
    show(element, Boolean(s.server));
    if (!s.server) {
      for (const one of fields.querySelectorAll("input")) one.value = "";
      return;
    }
    drawWays(s);
    drawFields(s);
    const way = s.ways[chosen];
    const asks = !s.code && !s.is_signed_in;
    setText(title, `Sign in to ${s.server}`);
    show(head, !s.is_signed_in);
    show(ways, asks && s.ways.length > 1);
    show(form, asks && Boolean(way));
    show(steps, Boolean(s.code) && !s.is_signed_in);
    show(finished, s.is_signed_in);
    setText(done, `Signed in to ${s.server}.`);
    setText(
      button,
      s.busy === "checking" ? "Signing in …" : way?.kind === "device" ? "Get a code" : "Sign in",
    );
    button.disabled = Boolean(s.busy);
    form.toggleAttribute("aria-busy", Boolean(s.busy));
    setText(hint, [hintOf(s, way), s.busy === "looking" ? "" : s.note].filter(Boolean).join(" "));
    show(hint, asks && !s.problem);
    hint.dataset.tone = s.is_open_line ? "warn" : "soft";
    setText(problem, s.problem);
    show(problem, s.problem !== "");
    if (s.code) {
      link.href = s.code.href;
      setText(link, s.code.address);
      setText(code, s.code.user_code);
    }
    tick();
    // What had the focus may have gone: hand it to what comes next.
    const active = focusedElement();
    const isLost = !active || !element.contains(active) || active.matches(":disabled") ||
      active.closest("[hidden]");
    if (hadFocus && isLost) {
      (s.code ? link : s.is_signed_in ? again : field ?? button).focus({ preventScroll: true });
    }
  }

  function tick() {
    const s = state();
    if (!s.code) return;
    const seconds = s.code.left_s - (now() - received);
    setText(
      left,
      seconds > 0
        ? `Waiting for you; valid for ${timeLeft(seconds)}`
        : "The code is no longer valid.",
    );
  }

  const stop = listen(model, ["sign_in"], () => {
    if (!left.isConnected || left.dataset.code !== state().code?.user_code) {
      received = now();
      left.dataset.code = state().code?.user_code ?? "";
    }
    draw();
  });
  const timer = setInterval(tick, 500);
  draw();
  return {
    element,
    stop: () => {
      clearInterval(timer);
      stop();
    },
  };
}
