// Small pictures of rasters below their tiles: seen at once, until the kernel sends these,
// and on pages that were exported, where nobody does.

import { listen } from "../../view/model.js";

/** @import { MapCanvas } from "../canvas.js" */
/** @import { Box } from "../geo.js" */
/** @import { Model } from "../../view/model.js" */

export class RasterStills {
  constructor(
    /** @type {Model} */ model,
    /** @type {MapCanvas} */ canvas,
  ) {
    this.model = model;
    this.canvas = canvas;
    this.group = canvas.lowGroup("raster-stills");
    /** Layers whose tiles come. @type {Set<string>} */
    this.answered = new Set();
    canvas.onRedraw(() => this.paint());
    this.stop = listen(model, ["raster_stills", "rasters"], () => this.paint());
    this.receive = (/** @type {Record<string, any>} */ content) => {
      if (content.type !== "tile" || content.failed || this.answered.has(content.layer)) return;
      this.answered.add(content.layer);
      this.paint();
    };
    model.on("msg:custom", this.receive);
  }

  paint() {
    /** @type {Record<string, { url: string, bounds: Box }>} */
    const stills = this.model.get("raster_stills") ?? {};
    /** @type {{ id: string, opacity?: number }[]} */
    const rasters = this.model.get("rasters") ?? [];
    const waiting = rasters.filter(({ id }) => stills[id] && !this.answered.has(id));
    this.group.replaceChildren(
      ...waiting.flatMap(({ id, opacity = 1 }) => this.canvas.images(stills[id], { opacity })),
    );
  }

  remove() {
    this.stop();
    this.model.off("msg:custom", this.receive);
  }
}
