// In each page of JupyterLab that is measured: what came from the kernel, when a picture
// is complete, and how often the screen is drawn.
(() => {
  const seen = window.seen = { bytes: 0, shapes: 0, frames: [], drawn: 0 };

  // Every frame of every web socket.
  const sizeOf = (data) => data.byteLength ?? data.size ?? data.length;
  window.WebSocket = class extends WebSocket {
    constructor(...all) {
      super(...all);
      this.addEventListener("message", ({ data }) => { seen.bytes += sizeOf(data); });
    }
  };

  // What WebGL is told to draw in one frame: vertices of triangles, and instances.
  const inFrame = { elements: 0, instances: 0, context: null };
  const hook = (name, count, instances) => {
    const method = WebGL2RenderingContext.prototype[name];
    WebGL2RenderingContext.prototype[name] = function (...all) {
      inFrame.context = this;
      inFrame.elements += all[count];
      inFrame.instances += instances === null ? 1 : all[instances];
      return method.apply(this, all);
    };
  };
  hook("drawArrays", 2, null);
  hook("drawElements", 1, null);
  hook("drawArraysInstanced", 2, 3);
  hook("drawElementsInstanced", 1, 4);
  window.webgl = inFrame;

  const last = (selector) => [...document.querySelectorAll(selector)].at(-1);

  // How many shapes are in the picture now.
  const counts = {
    "ours": () => {
      const canvas = last("canvas.ogcw-map-items");
      const drawn = Number(canvas?.dataset.drawn ?? 0);
      // Reading a pixel waits until what was told to the canvas is done.
      if (drawn) canvas.getContext("2d").getImageData(0, 0, 1, 1);
      return drawn;
    },
    "GeoJSON layer": () => {
      const pane = last(".leaflet-container")?.querySelector(".leaflet-overlay-pane");
      return pane?.querySelectorAll("path.leaflet-interactive").length ?? 0;
    },
    "lonboard": () => {
      const { context, elements } = inFrame;
      if (!elements) return 0;
      context.readPixels(0, 0, 1, 1, context.RGBA, context.UNSIGNED_BYTE, new Uint8Array(4));
      return elements / 6; // two triangles
    },
  };

  // Resolves with the time, in ms since 1970, at which all are on the screen.
  window.complete = (name, number) => new Promise((done) => {
    const step = () => {
      // After all other callbacks of this frame, before it is shown.
      queueMicrotask(() => {
        seen.shapes = counts[name]();
        inFrame.elements = inFrame.instances = 0;
        if (seen.shapes < number || seen.shapes >= 2 * number) return requestAnimationFrame(step);
        requestAnimationFrame(() => requestAnimationFrame(() => done(Date.now())));
      });
    };
    requestAnimationFrame(step);
  });

  // Times of all frames until it is stopped.
  window.watchFrames = () => {
    seen.frames = [];
    const step = (time) => {
      seen.frames.push(time);
      seen.watching = requestAnimationFrame(step);
    };
    seen.watching = requestAnimationFrame(step);
  };
  window.stopWatching = () => {
    cancelAnimationFrame(seen.watching);
    return seen.frames;
  };

  // How long after a move of the mouse the tip is seen, and after a click the outline of
  // what was chosen.
  window.watchAnswers = () => {
    seen.moves = [];
    seen.clicks = [];
    const after = (selector, list) => ({ timeStamp }) => {
      requestAnimationFrame(() => requestAnimationFrame(() => {
        const found = last(selector);
        if (found && !found.hidden) list.push(performance.now() - timeStamp);
      }));
    };
    document.addEventListener("mousemove", after(".ogcw-map-tip", seen.moves), true);
    document.addEventListener("click", after(".ogcw-map-selected", seen.clicks), true);
  };

  // From the message that asks the kernel for a tile to the frame in which it is seen.
  window.watchTiles = () => {
    seen.tiles = [];
    seen.asked = 0;
    const send = WebSocket.prototype.send;
    const words = new TextDecoder();
    WebSocket.prototype.send = function (data) {
      const text = typeof data === "string" ? data : words.decode(data);
      if (/"type": ?"tile"/.test(text)) seen.asked = performance.now();
      return send.call(this, data);
    };
    const known = new WeakSet();
    new MutationObserver(() => {
      for (const image of document.querySelectorAll(".ogcw-map-rasters image")) {
        if (known.has(image)) continue;
        known.add(image);
        image.decode().then(() => {
          requestAnimationFrame(() => seen.tiles.push(performance.now() - seen.asked));
        });
      }
    }).observe(document.body, { subtree: true, childList: true });
  };
})();
