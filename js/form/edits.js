// What was typed, on its way to Python: sent in order, large texts when the typing pauses,
// and known until Python has echoed it.

/** @import { Draft } from "./controls.js" */

const LARGE_EDIT = 60_000; // characters of JSON

const ECHO_PATIENCE_MS = 20_000;

/**
 * @param {(id: string, draft: Draft) => void} send
 * @param {(id: string) => Draft} read What stands on the screen for an input.
 */
export function editQueue(send, read) {
  /** Edits that Python has not echoed yet. @type {Map<string, { json: string, at: number }[]>} */
  const sent = new Map();
  /** Timers of large edits. @type {Map<string, ReturnType<typeof setTimeout>>} */
  const delayed = new Map();

  /**
   * @param {string} id
   * @param {Draft} draft
   * @param {string} json
   */
  function sendNow(id, draft, json) {
    const waiting = sent.get(id) ?? [];
    waiting.push({ json, at: Date.now() });
    sent.set(id, waiting.slice(-200));
    send(id, draft);
  }
  /**
   * Send a large edit that waits for a pause.
   * @param {string} id
   */
  function flush(id) {
    if (!delayed.has(id)) return;
    clearTimeout(delayed.get(id));
    delayed.delete(id);
    const draft = read(id);
    sendNow(id, draft, JSON.stringify(draft));
  }
  return {
    flush,
    flushAll: () => [...delayed.keys()].forEach(flush),
    wasSent: (/** @type {string} */ id) => sent.has(id),
    /**
     * @param {string} id
     * @param {Draft} draft
     */
    edit(id, draft) {
      const json = JSON.stringify(draft);
      clearTimeout(delayed.get(id));
      delayed.delete(id);
      if (json.length <= LARGE_EDIT) sendNow(id, draft, json);
      else delayed.set(id, setTimeout(() => flush(id), 300));
    },
    /**
     * Whether what Python says of an input is older than an edit on its way there and back.
     * @param {string} id
     * @param {Draft} draft
     */
    isOnItsWay(id, draft) {
      if (delayed.has(id)) return true;
      const waiting = sent.get(id);
      if (!waiting) return false;
      const json = JSON.stringify(draft);
      const at = waiting.findLastIndex((one) => one.json === json);
      const rest = waiting.slice(at + 1).filter((one) => Date.now() - one.at < ECHO_PATIENCE_MS);
      if (rest.length === 0) sent.delete(id);
      else sent.set(id, rest);
      return rest.length > 0;
    },
  };
}
