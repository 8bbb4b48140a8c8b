// Which part of the world the map shows: what is drawn is brought into view, and stays there.

import { setTrait } from "../view/model.js";
import { extentOf } from "./geo.js";

/** @import { Box, Geometry, LeafletMap } from "./geo.js" */
/** @import { Model } from "../view/model.js" */

export class Viewport {
  /**
   * @param {Model} model
   * @param {LeafletMap} map
   * @param {() => Geometry[]} drawn Everything that is on the map.
   */
  constructor(model, map, drawn) {
    this.model = model;
    this.map = map;
    this.drawn = drawn;
    this.frame = 0;
    /** @type {{ box: Box, center: any, zoom: number } | null} */
    this.fitted = null;
    // Leaflet only learns from its window that its size changed; notebooks change boxes.
    this.observer = new ResizeObserver(() => {
      cancelAnimationFrame(this.frame);
      this.frame = requestAnimationFrame(() => {
        map.invalidateSize({ animate: false });
        this.fitAgain();
        this.fitOnRequest();
      });
    });
    this.observer.observe(map.getContainer());
  }

  remove() {
    this.observer.disconnect();
    cancelAnimationFrame(this.frame);
  }

  fit() {
    const extent = extentOf(this.drawn());
    if (extent) this.showBox(extent);
  }

  /** @param {Box} box */
  showBox(box) {
    const [w, s, e, n] = box;
    this.map.fitBounds([[s, w], [n, e]], {
      paddingTopLeft: [56, 36],
      paddingBottomRight: [64, 64],
      maxZoom: 15,
      animate: false,
    });
    this.fitted = { box, center: this.map.getCenter(), zoom: this.map.getZoom() };
  }

  /** What was brought into view stays in view in a box of another size. */
  fitAgain() {
    const { fitted, map } = this;
    if (!fitted || fitted.zoom !== map.getZoom()) return;
    const moved = map.latLngToContainerPoint(fitted.center).distanceTo(map.getSize().divideBy(2));
    if (moved < 4) this.showBox(fitted.box);
  }

  fitOnRequest() {
    const { number, bounds } = this.model.get("fit_request");
    const size = this.map.getSize();
    if (!number || number === this.model.get("fitted") || size.x < 40 || size.y < 40) return;
    setTrait(this.model, "fitted", number);
    if (this.needsMove(bounds)) this.showBox(bounds);
  }

  /**
   * Nothing jumps: stay where everything can already be seen well.
   * @param {Box} bounds
   */
  needsMove([w, s, e, n]) {
    const view = this.map.getBounds();
    const inside = w >= view.getWest() && e <= view.getEast() && s >= view.getSouth() &&
      n <= view.getNorth();
    const share = Math.max(
      (e - w) / (view.getEast() - view.getWest()),
      (n - s) / (view.getNorth() - view.getSouth()),
    );
    return !inside || (share > 0 && share < 0.15);
  }

  /**
   * The box that is seen, without its edge.
   * @returns {Box}
   */
  box() {
    const view = this.map.getBounds().pad(-0.03);
    const wide = view.getEast() - view.getWest() >= 360;
    return [
      wide ? -180 : view.getWest(),
      Math.max(view.getSouth(), -90),
      wide ? 180 : view.getEast(),
      Math.min(view.getNorth(), 90),
    ];
  }
}
