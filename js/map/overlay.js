// The view that lies on an ipyleaflet map: it finds the map of its own box, and from then
// on the kernel is asked nothing while somebody draws, pans, zooms or selects.

import { enable, focusedElement, h, show } from "../view/dom.js";
import { drawnFirst } from "../view/first.js";
import { keepKeys } from "../view/focus.js";
import { listen } from "../view/model.js";
import { problemLine, view } from "../view/view.js";
import { OtherAreas } from "./areas.js";
import { MapCanvas } from "./canvas.js";
import { colourBy } from "./colour_by.js";
import {
  Graticule,
  legendEntry,
  noticeLine,
  scaleBar,
  TileWatch,
  toolButton,
} from "./furniture.js";
import { Features } from "./features.js";
import { rectangleGeometry } from "./geo.js";
import { ImportPanel } from "./import.js";
import { ChartLine } from "./chart_line.js";
import { Land } from "./land.js";
import { leafletMapOf } from "./leaflet.js";
import { ShapeTool } from "./shape.js";
import { RasterStills } from "./rasters/raster_stills.js";
import { StateAreas } from "./state_areas.js";
import { RasterTiles } from "./rasters/tiles.js";
import { Viewport } from "./viewport.js";
import style from "./overlay.css" with { type: "text" };

/** @import { MapEvent } from "./features.js" */
/** @import { Area, Feature, LeafletMap } from "./geo.js" */
/** @import { Model } from "../view/model.js" */

const SHAPES = ["rectangle", "polygon", "line", "point"];
const DRAW_TOOLS = [...SHAPES, "view", "from", "edit", "clear"];

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
    // The first group of the canvas lies lowest.
    const canvas = new MapCanvas(map);
    this.canvas = canvas;
    this.land = new Land(model, canvas);
    const pictures = canvas.lowGroup("pictures");
    this.rasterStills = new RasterStills(model, canvas);
    this.rasters = new RasterTiles(model, canvas, canvas.lowGroup("rasters"));
    const labels = h("svg", { class: "ogcw-map-labels", "aria-hidden": "true" });
    this.graticule = new Graticule(map, canvas, labels);
    this.states = new StateAreas(model, canvas);
    this.features = new Features(model, canvas, pictures, {
      isQuiet: () => this.shapes.mode !== "",
      below: (event) => this.states.words(event),
    });
    this.states.cover();
    this.others = new OtherAreas({ canvas, onChoose: (id) => this.choose(id) });
    const cover = h("div", { class: "ogcw-map-cover", hidden: true });
    const hint = h("div", { class: "ogcw-map-hint", role: "status", hidden: true });
    this.line = new ChartLine(model, canvas);
    this.shapes = new ShapeTool({
      map,
      canvas,
      cover,
      hint,
      onDrawn: (geometry) => {
        model.send({ type: "draw", geometry });
        this.paintChrome();
      },
      onLine: (geometry) => {
        this.line.set(geometry);
        model.send({ type: "along", geometry });
        this.paintChrome();
      },
      onMode: (mode) => this.setMode(mode),
      onChange: () => this.others.paintNames(),
    });
    this.viewport = new Viewport(model, map, () => this.drawn());
    this.scale = scaleBar(map);
    this.buttons = this.makeButtons();
    const button = this.buttons.from;
    this.imports = new ImportPanel({ model, map, button, drop: this.box });
    this.legend = h("div", { class: "ogcw-map-legend" });
    this.note = h("span", { class: "ogcw-map-note", role: "status" });
    this.drawTools = this.toolGroup("Area of interest", DRAW_TOOLS);
    this.tiles = new TileWatch(map, () => this.paintChrome());
    const tools = h(
      "div",
      { class: "ogcw-map-tools" },
      this.toolGroup("Map", ["zoomIn", "zoomOut", "fit", "along"]),
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
    el.append(
      labels,
      cover,
      tools,
      said,
      this.features.tip,
      foot,
      this.legend,
      colourBy(model, this.stops),
      this.rasters.values.element,
      this.rasters.swipe.element,
    );
    this.isBuilt = true;
    canvas.onRedraw(() => {
      this.states.paint();
      this.features.paint();
      this.rasters.paint();
    });
    this.follow();
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
      fit: toolButton("fit", "Zoom to what is drawn", () => this.viewport.fit()),
      rectangle: toolButton("rectangle", "Draw a rectangle", toggle("rectangle")),
      polygon: toolButton("polygon", "Draw a polygon", toggle("polygon")),
      line: toolButton("line", "Draw a line", toggle("line")),
      along: toolButton("along", "Draw the line that the chart follows", toggle("along")),
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
    on(["line", "takes_line"], () => {
      this.line.set(model.get("line"));
      this.paintChrome();
    });
    on(["mode"], () => this.modeFromPython());
    this.stops.push(
      listen(model, ["import_revision"], () => this.imports.answered(model.get("problem") === "")),
    );
    on(["state_areas"], () => {
      this.states.read();
      this.paintChrome();
    });
    on(["states"], () => this.states.look());
    on(["state_area"], () => {
      this.states.paintChosen();
      this.states.paintNames();
    });
    on(["footprints"], () => {
      this.features.read();
      this.features.paint();
      this.paintChrome();
    });
    on(["kept", "colours"], () => {
      this.features.look();
      this.features.paintPictures();
      this.features.paintChosen();
      this.paintChrome();
    });
    on(["context"], () => {
      this.features.paintScenes();
      this.paintChrome();
    });
    on(["selected"], () => this.features.paintChosen());
    on(["marked"], () => this.features.paintScenes());
    on(["rasters", "swipe"], () => this.rasters.values.again());
    on(["pictures", "rasters", "swipe"], () => {
      this.features.paintPictures();
      this.rasters.paint();
      this.paintChrome();
    });
    on(["tools", "footprint_note", "graticule"], () => this.paintChrome());
    on(["fit_request"], () => this.viewport.fitOnRequest());
    // The wheel scrolls the notebook until somebody has clicked into the map.
    const wheel = map.scrollWheelZoom;
    const events = {
      mousedown: () => wheel.enable(),
      click: (/** @type {MapEvent} */ event) => this.click(event),
      mousemove: (/** @type {MapEvent} */ event) => this.features.hover(event),
      "mouseout movestart": () => show(this.features.tip, false),
    };
    const leave = () => wheel.disable();
    el.parentElement?.addEventListener("mouseleave", leave);
    this.stops.push(() => el.parentElement?.removeEventListener("mouseleave", leave));
    for (const [names, f] of Object.entries(events)) {
      map.on(names, f);
      this.stops.push(() => map.off(names, f));
    }
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

  drawn() {
    const { model, shapes } = this;
    /** @type {Area[]} */
    const areas = model.get("areas");
    /** @type {Feature[]} */
    const features = model.get("context");
    const extents = [this.features, this.states].map(({ outlines }) => outlines.extent());
    const others = areas.filter(({ id }) => id !== model.get("active_area"));
    const geometries = [
      shapes.geometry(),
      this.line.isSeen ? this.line.geometry : null,
      ...extents.map((extent) => extent && rectangleGeometry(extent)),
      ...[...features, ...others].map((f) => f.geometry),
    ];
    return geometries.filter((geometry) => geometry !== null);
  }

  takeView() {
    this.shapes.finish({ bbox: this.shapes.snappedBox(this.viewport.box()) });
  }

  /**
   * A click selects a footprint; where none lies, it goes on with another area.
   * @param {MapEvent} event
   */
  click(event) {
    if (!this.shapes.mode) this.rasters.click(event);
    if (this.features.click(event) || this.shapes.mode) return;
    if (this.states.click(event)) return;
    const area = this.others.under([event.latlng.lng, event.latlng.lat]);
    if (area) this.choose(area.id);
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
    show(buttons.along, model.get("takes_line"));
    enable(buttons.edit, area);
    enable(buttons.clear, area);
    enable(buttons.fit, this.drawn().length > 0);
    for (const mode of [...SHAPES, "edit", "along"]) {
      buttons[mode].setAttribute("aria-pressed", String(shapes.mode === mode));
    }
    const footprints = this.features.outlines.count > 0;
    /** @type {Feature[]} */
    const scenes = model.get("context");
    const entries = [
      ...(this.others.severalAreas
        ? this.others.legendEntries()
        : area
        ? [legendEntry("area", "area of interest")]
        : []),
      ...[...new Set(scenes.map((f) => f.kind))].map((kind) => legendEntry("scene", kind)),
      ...(footprints && !model.get("colours").ramp
        ? [legendEntry("footprint", "result footprint")]
        : []),
      ...(footprints ? [legendEntry("selected", "selected")] : []),
      ...(this.line.isSeen ? [legendEntry("along", "line of the chart")] : []),
    ];
    this.legend.replaceChildren(
      ...this.rasters.legend(),
      ...(entries.length ? [h("div", { class: "ogcw-map-legend-entries" }, entries)] : []),
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
        this.rasterStills,
        this.rasters,
        this.graticule,
        this.features,
        this.states,
        this.shapes,
        this.scale,
        this.viewport,
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
  const drawn = leafletMapOf(model, el, abort.signal).then((map) => {
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
  drawnFirst(drawn);
  return () => {
    abort.abort();
    overlay?.remove();
  };
}

export default view(render, { name: "overlay", style });
