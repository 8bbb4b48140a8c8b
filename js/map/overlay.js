// The view that lies on an ipyleaflet map: it finds the map of its own box, and from then
// on the kernel is asked nothing while somebody draws, pans, zooms or selects.

import { enable, focusedElement, h, setText, show } from "../view/dom.js";
import { keepKeys } from "../view/focus.js";
import { listen, setTrait } from "../view/model.js";
import { problemLine, view } from "../view/view.js";
import { OtherAreas } from "./areas.js";
import { MapCanvas } from "./canvas.js";
import {
  Graticule,
  legendEntry,
  noticeLine,
  scaleBar,
  TileWatch,
  toolButton,
} from "./furniture.js";
import { covers, extentOf } from "./geo.js";
import { ImportPanel } from "./import.js";
import { Land } from "./land.js";
import { ShapeTool } from "./shape.js";
import style from "./overlay.css" with { type: "text" };

/** @import { Area, Box, Feature, LeafletMap } from "./geo.js" */
/** @import { Model } from "../view/model.js" */

/**
 * @param {Model} model
 * @param {HTMLElement} el
 * @param {AbortSignal} signal
 */
async function leafletMapOf(model, el, signal) {
  const id = model.get("map_model").replace("IPY_MODEL_", "");
  const mapModel = await model.widget_manager.get_model(id);
  for (let wait = 40; !signal.aborted; wait = Math.min(wait * 1.2, 1000)) {
    const box = el.closest(".ogcw-map");
    if (box) {
      const views = await Promise.all(Object.values(mapModel.views ?? {}));
      const view = views.find((candidate) => candidate.obj && box.contains(candidate.el));
      if (view) {
        withoutVainReports(model, view);
        return view.obj;
      }
    }
    await new Promise((done) => setTimeout(done, wait));
  }
  return null;
}

/**
 * ipyleaflet reports every move of the mouse to the kernel, also where nobody listens.
 * @param {Model} model
 * @param {any} view ipyleaflet's view of the map.
 */
function withoutVainReports(model, view) {
  const vain = new Set(["mousemove", "mouseover", "mouseout", "mousedown", "mouseup", "preclick"]);
  const send = view.send.bind(view);
  view.send = (/** @type {any} */ message, /** @type {any[]} */ ...rest) => {
    const isVain = message?.event === "interaction" && vain.has(message.type);
    if (!isVain || model.get("reports_mouse")) send(message, ...rest);
  };
}

const SHAPES = ["rectangle", "polygon", "line", "point"];
const DRAW_TOOLS = [...SHAPES, "view", "from", "edit", "clear"];

/** @typedef {{ latlng: { lat: number, lng: number }, containerPoint: { x: number, y: number } }} MapEvent */

class Overlay {
  /**
   * @param {Model} model
   * @param {HTMLElement} el
   * @param {LeafletMap} map
   */
  constructor(model, el, map) {
    this.isBuilt = false;
    this.model = model;
    this.el = el;
    this.map = map;
    /** The box around the map and this view. @type {HTMLElement} */
    this.box = el.closest(".ogcw-map") ?? el;
    // Focus on the map itself, and on its zoom, is outside of el.
    /** @type {(() => void)[]} */
    this.stops = [keepKeys(this.box)];
    this.frame = 0;
    // The first group of the canvas lies lowest.
    const canvas = new MapCanvas(map);
    this.canvas = canvas;
    this.land = new Land(model, canvas);
    this.pictures = canvas.group("pictures");
    const labels = h("svg", { class: "ogcw-map-labels", "aria-hidden": "true" });
    this.graticule = new Graticule(map, canvas, labels);
    this.contextGroup = canvas.group("context");
    this.footprintGroup = canvas.group("footprints");
    this.others = new OtherAreas({ canvas, onChoose: (id) => this.choose(id) });
    const cover = h("div", { class: "ogcw-map-cover", hidden: true });
    const hint = h("div", { class: "ogcw-map-hint", role: "status", hidden: true });
    this.shapes = new ShapeTool({
      map,
      canvas,
      cover,
      hint,
      onDrawn: (geometry) => {
        model.send({ type: "draw", geometry });
        this.paintChrome();
      },
      onMode: (mode) => this.setMode(mode),
      onChange: () => this.others.paintNames(),
    });
    this.scale = scaleBar(map);
    this.buttons = this.makeButtons();
    const button = this.buttons.from;
    this.imports = new ImportPanel({ model, map, button, drop: this.box });
    this.legend = h("div", { class: "ogcw-map-legend" });
    this.tip = h("div", { class: "ogcw-map-tip", hidden: true });
    this.note = h("span", { class: "ogcw-map-note", role: "status" });
    this.drawTools = this.toolGroup("Area of interest", DRAW_TOOLS);
    this.tiles = new TileWatch(map, () => this.paintChrome());
    const tools = h(
      "div",
      { class: "ogcw-map-tools" },
      this.toolGroup("Map", ["zoomIn", "zoomOut", "fit"]),
      this.drawTools,
    );
    for (const name of ["mousedown", "dblclick", "click", "wheel", "pointerdown"]) {
      tools.addEventListener(name, (event) => event.stopPropagation());
    }
    const foot = h("div", { class: "ogcw-map-foot" }, this.scale.element, this.note);
    const said = h(
      "div",
      { class: "ogcw-map-said" },
      hint,
      this.imports.element,
      problemLine(model),
      noticeLine(model),
    );
    el.append(labels, cover, tools, said, this.tip, foot, this.legend);
    this.isBuilt = true;
    canvas.onRedraw(() => this.paintFeatures());
    this.follow();
    this.resize();
    canvas.redraw();
  }

  /** @returns {Record<string, HTMLButtonElement>} */
  makeButtons() {
    const { map } = this;
    /** @param {string} mode */
    const toggle = (mode) => () => {
      this.setMode(this.shapes.mode === mode ? "" : mode);
      if (this.shapes.mode) map.getContainer().focus({ preventScroll: true }); // for its arrow keys
    };
    const from = toolButton("import", "Area from text or a file", () => this.imports.toggle());
    from.setAttribute("aria-expanded", "false");
    return {
      zoomIn: toolButton("zoomIn", "Zoom in", () => map.zoomIn()),
      zoomOut: toolButton("zoomOut", "Zoom out", () => map.zoomOut()),
      fit: toolButton("fit", "Zoom to what is drawn", () => this.fit()),
      rectangle: toolButton("rectangle", "Draw a rectangle", toggle("rectangle")),
      polygon: toolButton("polygon", "Draw a polygon", toggle("polygon")),
      line: toolButton("line", "Draw a line", toggle("line")),
      point: toolButton("point", "Draw a point", toggle("point")),
      view: toolButton("view", "Take the current view as the area", () => this.takeView()),
      from,
      edit: toolButton("edit", "Change the area", toggle("edit")),
      clear: toolButton("clear", "Delete the area", () => {
        this.shapes.setShape({});
        this.model.send({ type: "draw", geometry: null });
        this.paintChrome();
      }),
    };
  }

  /**
   * @param {string} label
   * @param {string[]} names
   */
  toolGroup(label, names) {
    return h(
      "div",
      { class: "ogcw-map-toolgroup", role: "group", "aria-label": label },
      names.map((name) => this.buttons[name]),
    );
  }

  /** @param {string} mode What is being drawn; empty for nothing. */
  setMode(mode) {
    const { model } = this;
    model.set({ mode, ...(mode ? { problem: "", notice: "" } : {}) });
    model.save_changes();
    this.shapes.setMode(mode);
    this.paintChrome();
  }

  follow() {
    const { model, map, el } = this;
    /**
     * @param {string[]} names
     * @param {() => void} f
     */
    const on = (names, f) => {
      this.stops.push(listen(model, names, f));
      f();
    };
    on(["shape", "shape_revision", "areas", "active_area"], () => {
      /** @type {Area[]} */
      const areas = model.get("areas");
      const active = model.get("active_area");
      this.shapes.setTone(areas.find(({ id }) => id === active)?.tone ?? 0);
      this.shapes.setShape(model.get("shape"));
      this.others.set(areas, active, () => this.shapes.geometry());
      this.paintChrome();
    });
    on(["mode"], () => this.modeFromPython());
    this.stops.push(
      listen(model, ["import_revision"], () => this.imports.answered(model.get("problem") === "")),
    );
    on(["footprints", "context"], () => {
      this.paintFeatures();
      this.paintChrome();
    });
    on(["selected", "marked"], () => {
      this.paintFeatures();
    });
    on(["pictures"], () => this.paintFeatures());
    on(["tools", "footprint_note", "graticule"], () => this.paintChrome());
    on(["fit_request"], () => this.fitOnRequest());
    // The wheel scrolls the notebook until somebody has clicked into the map.
    const wheel = map.scrollWheelZoom;
    const events = {
      mousedown: () => wheel.enable(),
      click: (/** @type {MapEvent} */ event) => this.click(event),
      mousemove: (/** @type {MapEvent} */ event) => this.hover(event),
      "mouseout movestart": () => show(this.tip, false),
    };
    const leave = () => wheel.disable();
    el.parentElement?.addEventListener("mouseleave", leave);
    this.stops.push(() => el.parentElement?.removeEventListener("mouseleave", leave));
    for (const [names, f] of Object.entries(events)) {
      map.on(names, f);
      this.stops.push(() => map.off(names, f));
    }
  }

  /** Leaflet only learns from its window that its size changed; notebooks change boxes. */
  resize() {
    const observer = new ResizeObserver(() => {
      cancelAnimationFrame(this.frame);
      this.frame = requestAnimationFrame(() => {
        this.map.invalidateSize({ animate: false });
        this.fitAgain();
        this.fitOnRequest();
      });
    });
    observer.observe(this.map.getContainer());
    this.stops.push(() => {
      observer.disconnect();
      cancelAnimationFrame(this.frame);
    });
  }

  modeFromPython() {
    const mode = this.model.get("mode");
    if (this.shapes.mode !== mode) {
      this.shapes.setMode(mode);
      // Who asked for it in the form by keyboard goes on with the keyboard here.
      if (mode && focusedElement()?.closest(".ogcw-f-area button")) {
        this.map.getContainer().focus({ preventScroll: true });
      }
    }
    this.paintChrome();
  }

  /** @param {string} id */
  choose(id) {
    this.model.set({ active_area: id, problem: "", notice: "" });
    this.model.save_changes();
    this.others.set(this.model.get("areas"), id, () => this.shapes.geometry());
    this.paintChrome();
  }

  // -- footprints ----------------------------------------------------------------------

  paintFeatures() {
    const { model, canvas } = this;
    const selected = model.get("selected");
    /**
     * @param {Feature} feature
     * @param {string} name
     */
    const path = (feature, name) => h("path", { class: name, d: canvas.path(feature.geometry) });
    const marked = new Set(model.get("marked"));
    /** @type {Feature[]} */
    const scenes = model.get("context");
    this.contextGroup.replaceChildren(
      ...scenes.filter((f) => !marked.has(f.id)).map((f) => path(f, "ogcw-map-scene")),
      ...scenes.filter((f) => marked.has(f.id)).map((f) =>
        path(f, "ogcw-map-scene ogcw-map-marked")
      ),
    );
    /** @type {Feature[]} */
    const features = model.get("footprints");
    const chosen = features.filter((f) => f.id === selected);
    this.footprintGroup.replaceChildren(
      ...features.filter((f) => f.id !== selected).map((f) => path(f, "ogcw-map-footprint")),
      ...chosen.map((f) => path(f, "ogcw-map-casing")),
      ...chosen.map((f) => path(f, "ogcw-map-footprint ogcw-map-selected")),
    );
    /** @type {{ url: string, bounds: Box }[]} */
    const pictures = model.get("pictures");
    this.pictures.replaceChildren(...pictures.flatMap((picture) => this.pictureNodes(picture)));
  }

  /** @param {{ url: string, bounds: Box }} picture */
  pictureNodes({ url, bounds: [w, s, e, n] }) {
    return this.canvas.turns([w, s, e, n]).map((turn) => {
      const [a, b] = [this.canvas.point([w + turn, n]), this.canvas.point([e + turn, s])];
      return h("image", {
        href: url,
        x: a.x,
        y: a.y,
        width: b.x - a.x,
        height: b.y - a.y,
        preserveAspectRatio: "none",
      });
    });
  }

  /** @param {MapEvent} event */
  under(event) {
    const { lat, lng } = event.latlng;
    const turns = [0, -360, 360, -720, 720];
    /** @type {Feature[]} */
    const footprints = this.model.get("footprints");
    return footprints.filter((f) => turns.some((turn) => covers(f.geometry, [lng + turn, lat])));
  }

  /**
   * Select what was clicked; where several lie on each other, the next one each time.
   * @param {MapEvent} event
   */
  click(event) {
    const found = this.under(event);
    if (!found.length) {
      const area = this.shapes.mode
        ? null
        : this.others.under([event.latlng.lng, event.latlng.lat]);
      if (area) this.choose(area.id);
      return;
    }
    const at = found.findIndex((f) => f.id === this.model.get("selected"));
    setTrait(this.model, "selected", found[(at + 1) % found.length].id);
    this.hover(event);
  }

  /** @param {MapEvent} event */
  hover(event) {
    const found = this.shapes.mode ? [] : this.under(event);
    this.map.getContainer().classList.toggle("ogcw-map-over", found.length > 0);
    show(this.tip, found.length > 0);
    if (!found.length) return;
    const at = Math.max(
      0,
      found.findIndex((f) => f.id === this.model.get("selected")),
    );
    const more = found.length > 1 ? ` (${at + 1} of ${found.length} here)` : "";
    setText(this.tip, `${found[at].label}${more}`);
    const { x, y } = event.containerPoint;
    const right = x > this.map.getSize().x / 2;
    this.tip.style.transform = `translate(${x}px, ${y}px) translate(${
      right ? "calc(-100% - 12px)" : "14px"
    }, 14px)`;
  }

  // -- what is seen --------------------------------------------------------------------

  drawn() {
    const { model, shapes } = this;
    /** @type {Area[]} */
    const areas = model.get("areas");
    /** @type {Feature[]} */
    const features = [...model.get("footprints"), ...model.get("context")];
    const others = areas.filter(({ id }) => id !== model.get("active_area"));
    const geometries = [shapes.geometry(), ...[...features, ...others].map((f) => f.geometry)];
    return geometries.filter((geometry) => geometry !== null);
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

  takeView() {
    const view = this.map.getBounds().pad(-0.03);
    const wide = view.getEast() - view.getWest() >= 360;
    /** @type {Box} */
    const box = [
      wide ? -180 : view.getWest(),
      Math.max(view.getSouth(), -90),
      wide ? 180 : view.getEast(),
      Math.min(view.getNorth(), 90),
    ];
    this.shapes.finish({ bbox: this.shapes.snappedBox(box) });
  }

  paintChrome() {
    const { model, buttons, shapes } = this;
    if (!this.isBuilt) return;
    const tools = model.get("tools");
    const area = Boolean(shapes.geometry());
    const drawable = tools.length > 0;
    show(this.drawTools, drawable);
    for (const shape of SHAPES) {
      show(buttons[shape], tools.includes(shape));
    }
    show(buttons.view, tools.includes("rectangle"));
    enable(buttons.edit, area);
    enable(buttons.clear, area);
    enable(buttons.fit, this.drawn().length > 0);
    for (const mode of [...SHAPES, "edit"]) {
      buttons[mode].setAttribute("aria-pressed", String(shapes.mode === mode));
    }
    const footprints = model.get("footprints").length > 0;
    /** @type {Feature[]} */
    const scenes = model.get("context");
    this.legend.replaceChildren(
      ...(this.others.severalAreas
        ? this.others.legendEntries()
        : area
        ? [legendEntry("area", "area of interest")]
        : []),
      ...[...new Set(scenes.map((f) => f.kind))].map((kind) => legendEntry("scene", kind)),
      ...(footprints
        ? [legendEntry("footprint", "result footprint"), legendEntry("selected", "selected")]
        : []),
    );
    show(this.legend, this.legend.childNodes.length > 0);
    const offline = this.tiles.failed.length > 0;
    const retry = () =>
      h(
        "button",
        { type: "button", class: "ogcw-link", onclick: () => this.tiles.retry() },
        "try again",
      );
    this.note.replaceChildren(
      model.get("footprint_note"),
      ...(offline ? [" No background map: ", retry()] : []),
    );
    show(this.note, this.note.textContent !== "");
    const { classList } = this.box;
    classList.toggle("ogcw-map-tiles", this.tiles.shown);
    this.land.show(this.tiles.isBare);
    classList.toggle("ogcw-map-plain", !model.get("graticule"));
  }

  remove() {
    for (const stop of this.stops) stop();
    for (
      const part of [
        this.land,
        this.graticule,
        this.shapes,
        this.scale,
        this.tiles,
        this.canvas,
        this.imports,
      ]
    ) part.remove();
    // jupyter-leaflet never lets go of its map, which goes on following the window and
    // would tell a model that is closed.
    this.map.off();
  }
}

/** @param {import("../view/view.js").Context} context */
function render({ model, el }) {
  el.classList.add("ogcw", "ogcw-map-overlay");
  const abort = new AbortController();
  /** @type {Overlay | null} */
  let overlay = null;
  leafletMapOf(model, el, abort.signal).then((map) => {
    if (map && !abort.signal.aborted) overlay = new Overlay(model, el, map);
  }).catch((error) => {
    el.append(
      h(
        "p",
        { class: "ogcw-error" },
        `The map cannot be shown here; the area can be typed. (${error.message})`,
      ),
    );
  });
  return () => {
    abort.abort();
    overlay?.remove();
  };
}

export default view(render, { name: "overlay", style });
