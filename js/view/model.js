// The model of a view: listened to, and told of when nobody answers.

/**
 * What anywidget gives to a view; the two last come from watchAnswers.
 * @typedef {object} Model
 * @property {(name: string) => any} get
 * @property {Function} set
 * @property {() => void} save_changes
 * @property {(message: any, ...others: any[]) => void} send
 * @property {(event: string, callback: Function) => void} on
 * @property {(event: string, callback: Function) => void} off
 * @property {any} [widget_manager]
 * @property {boolean} [isSilent] Whether nobody answers.
 * @property {(callback: (silent: boolean) => void) => void} [onSilence]
 */

/**
 * Listen to traits until the view goes: returns the function that stops it.
 * @param {Model} model
 * @param {string[]} names
 * @param {() => void} callback
 */
export function listen(model, names, callback) {
  const events = names.map((name) => `change:${name}`);
  events.forEach((event) => model.on(event, callback));
  return () => events.forEach((event) => model.off(event, callback));
}

/**
 * Say when the kernel's side of a model is gone, as after a restart of the kernel.
 * The event does not tell which way it went, and comes before the connection is taken
 * apart, so a message that nobody listens to is sent a moment later: if it cannot be
 * sent, nothing can. Returns the function that stops it.
 * @param {Model} model
 * @param {(isGone: boolean) => void} callback
 */
export function followKernel(model, callback) {
  const look = () =>
    setTimeout(() => {
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

/**
 * Let a model hear its kernel that took more than two seconds to load, as on a busy
 * machine: anywidget passes nothing on to it from then on.
 * @param {Model} model
 */
export async function hearAgain(model) {
  const own = await model.widget_manager.get_model(model.get("_id"));
  if (!own.comm) return; // an exported page: there is no kernel
  const nothing = { content: { data: { method: "none" } }, buffers: [] };
  try {
    return await own._handle_comm_msg(nothing);
  } catch {
    // What anywidget has put its waiting before.
    const { _handle_comm_msg: hear } = Object.getPrototypeOf(Object.getPrototypeOf(own));
    own.comm.on_msg(hear.bind(own));
    own.comm.send({ method: "request_state" }); // what was said meanwhile
  }
}

export const SILENT =
  "The kernel does not answer. Wait if it is busy, else run the cell again in the notebook.";

const SILENT_MS = 5000;

/** What a page says by itself: nobody waits for an answer. */
const UNASKED = new Set(
  ["hello", "land", "look", "names", "pictures", "ping", "taken", "tile", "visible"],
);

/**
 * The model, whose `send` waits for the word that Python gives to each message. An
 * exported page has nobody who could answer, a restarted kernel does not know us, and
 * neither makes `send` fail.
 * @param {Model} model
 */
export function watchAnswers(model) {
  /** @type {Set<(silent: boolean) => void>} */
  const callbacks = new Set();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @param {boolean} silent */
  const say = (silent) => {
    clearTimeout(timer);
    timer = undefined;
    if (watched.isSilent === silent) return;
    watched.isSilent = silent;
    callbacks.forEach((callback) => callback(silent));
  };
  const heard = () => say(false);
  const watched = Object.create(model, {
    isSilent: { value: false, writable: true },
    onSilence: {
      value: (/** @type {(silent: boolean) => void} */ callback) => {
        callbacks.add(callback);
      },
    },
    send: {
      value: (/** @type {any} */ message, /** @type {any[]} */ ...others) => {
        const isAsked = !UNASKED.has(message.type);
        if (isAsked && !watched.isSilent) timer ??= setTimeout(() => say(true), SILENT_MS);
        try {
          const { secret, ...rest } = message;
          if (secret === undefined) return model.send(message, ...others);
          // Not in the content, which kernels write into their log when they debug.
          return model.send(rest, undefined, [new TextEncoder().encode(secret).slice().buffer]);
        } catch (error) {
          // followKernel wants to know; whoever else was not asked has nobody to tell.
          if (message.type === "ping") throw error;
          if (!isAsked) return;
          return say(true);
        }
      },
    },
  });
  model.on("msg:custom", heard);
  return {
    model: watched,
    stop: () => {
      clearTimeout(timer);
      model.off("msg:custom", heard);
    },
  };
}

/**
 * Set a trait from the page, unless it has the value already.
 * @param {Model} model
 * @param {string} name
 * @param {unknown} value
 */
export function setTrait(model, name, value) {
  if (model.get(name) === value) return;
  model.set(name, value);
  model.save_changes();
}
