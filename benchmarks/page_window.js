// In each page of JupyterLab that is measured: what goes through its web sockets, and when
// what a key or a click has changed is on the screen.
(() => {
  const seen = window.seen = { came: 0, went: 0, last: 0, times: [], clicks: [] };

  const sizeOf = (data) =>
    typeof data === "string" ? new TextEncoder().encode(data).length : data.byteLength ?? data.size;
  window.WebSocket = class extends WebSocket {
    constructor(...all) {
      super(...all);
      this.addEventListener("message", ({ data }) => {
        seen.came += sizeOf(data);
        seen.last = performance.now();
      });
    }
    send(data) {
      seen.went += sizeOf(data);
      return super.send(data);
    }
  };

  // Resolves when nothing has come for so many ms.
  window.quiet = (ms) => new Promise((done) => {
    seen.last = performance.now();
    const look = () => performance.now() - seen.last >= ms ? done() : setTimeout(look, 50);
    look();
  });

  // After the next frame was drawn.
  const drawn = (done) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => done(performance.now());
    port2.postMessage(0);
  });

  // From each press of a key to the frame in which the field says something else of what
  // stands in it: ours by aria-invalid, the other by its border, whose sides are set one by
  // one, so that style.border stays empty.
  window.watchField = (box) => {
    const field = box.closest(".widget-text") ?? box;
    const says = () => box.getAttribute("aria-invalid") === "true" ||
      (field !== box && field.style.borderTopColor === "red");
    let pressed = null;
    let before = false;
    box.addEventListener("keydown", ({ timeStamp }) => {
      [pressed, before] = [timeStamp, says()];
    }, true);
    new MutationObserver(() => {
      if (pressed === null || says() === before) return;
      const at = pressed;
      pressed = null;
      drawn((now) => seen.times.push(now - at));
    }).observe(field, { attributes: true, subtree: true });
  };

  // From a click on a tab to the frame in which it is open.
  window.watchTabs = (tabs) => {
    tabs.addEventListener("click", ({ timeStamp }) => {
      drawn((now) => seen.clicks.push(now - timeStamp));
    }, true);
  };
})();
