// A search for STAC items: what to search for above, rows to pick from below. The rows
// scroll in a place of fixed height; nothing moves when they arrive.

import { focusedElement, h, setText, show, uniqueId } from "../view/dom.js";
import { focusWhenShown, keepLetters } from "../view/focus.js";
import { listen, setTrait } from "../view/model.js";
import { keepRows } from "../view/rows.js";
import { problemLine, view } from "../view/view.js";
import style from "./item_search.css" with { type: "text" };

/** @import { Model } from "../view/model.js" */

/** @type {Record<string, string>} */
const SEARCH_BUSY = {
  opening: "Opening the catalogue…",
  searching: "Searching…",
  more: "Searching for more…",
};
/** @type {Record<string, string>} */
const SEARCH_START = {
  start: "Give the address of a STAC API and press Enter.",
  ready: "Choose what to search for, then press Search.",
};

class ItemSearchView {
  /**
   * @param {Model} model
   * @param {HTMLElement} el
   */
  constructor(model, el) {
    this.model = model;
    this.el = el;
    // By the key of a row: its box, the place of its picture, the address of that.
    /** @type {Map<string, HTMLInputElement | null>} */
    this.boxes = new Map();
    /** @type {Map<string, Element | null>} */
    this.images = new Map();
    /** @type {Map<string, string>} */
    this.urls = new Map();
    this.offered = "";
    /** @type {string[]} */
    this.shown = [];
    const ids = Object.fromEntries(
      ["title", "address", "list", "collection", "start", "end", "clouds"].map((
        name,
      ) => [name, uniqueId(name)]),
    );
    /**
     * @param {string} text
     * @param {string} name
     */
    const label = (text, name) => h("label", { for: ids[name], class: "ogcw-search-label" }, text);
    const plainInput = { autocomplete: "off", spellcheck: "false" };
    this.title = h("span", { class: "ogcw-search-for", dir: "auto" });
    this.address = h("input", {
      id: ids.address,
      type: "text",
      inputmode: "url",
      class: "ogcw-input",
      list: ids.list,
      placeholder: "https://…",
      ...plainInput,
    });
    this.offers = h("datalist", { id: ids.list });
    this.about = h("div", { class: "ogcw-hint ogcw-search-about", dir: "auto" });
    this.collection = h("select", { id: ids.collection, class: "ogcw-input", dir: "auto" });
    this.start = h("input", {
      id: ids.start,
      type: "date",
      class: "ogcw-input",
      "aria-label": "First day",
    });
    this.end = h("input", { type: "date", class: "ogcw-input", "aria-label": "Last day" });
    this.clouds = h("input", {
      id: ids.clouds,
      type: "text",
      inputmode: "decimal",
      class: "ogcw-input",
      placeholder: "any",
      ...plainInput,
    });
    this.area = h("input", { type: "checkbox" });
    this.areaLabel = h("label", { class: "ogcw-search-area" }, this.area, "in the drawn area");
    this.go = h("button", { type: "submit", class: "ogcw-btn ogcw-search-go" }, "Search");
    const close = h("button", {
      type: "button",
      class: "ogcw-link",
      onclick: () => this.model.send({ type: "hide" }),
    }, "Back to the form");
    const form = h(
      "form",
      {
        class: "ogcw-search-form",
        onsubmit: (/** @type {Event} */ event) => {
          event.preventDefault();
          this.submit();
        },
      },
      label("Catalogue", "address"),
      h("div", {}, this.address, this.offers, this.about),
      label("Collection", "collection"),
      this.collection,
      label("Days", "start"),
      h(
        "div",
        { class: "ogcw-search-line" },
        this.start,
        h("span", { class: "ogcw-search-to" }, "to"),
        this.end,
      ),
      label("Clouds", "clouds"),
      h(
        "div",
        { class: "ogcw-search-line" },
        h("span", {}, "up to"),
        this.clouds,
        h("span", {}, "%"),
        this.areaLabel,
        this.go,
      ),
    );
    this.list = h("ul", { class: "ogcw-search-rows", "aria-label": "Items that were found" });
    // Words stand where the rows would; while there are rows, beside the button.
    this.status = h("div", { class: "ogcw-search-status", role: "status", dir: "auto" });
    this.count = h("div", { class: "ogcw-search-count", role: "status", dir: "auto" });
    this.more = h("button", {
      type: "button",
      class: "ogcw-link ogcw-search-more",
      onclick: () => this.model.send({ type: "more" }),
    }, "Show more");
    this.found = h(
      "div",
      { class: "ogcw-search-found", tabindex: "-1" },
      this.status,
      this.list,
      this.more,
    );
    this.add = h("button", {
      type: "button",
      class: "ogcw-btn ogcw-btn-primary",
      onclick: () => this.model.send({ type: "add_picked" }),
    });
    this.el.append(
      h(
        "div",
        { class: "ogcw-search-head" },
        h("h3", { id: ids.title, class: "ogcw-search-title" }, "Search for items ", this.title),
        close,
      ),
      form,
      this.found,
      h("div", { class: "ogcw-search-foot" }, this.add, this.count),
      problemLine(this.model),
    );
    this.el.setAttribute("role", "region");
    this.el.setAttribute("aria-labelledby", ids.title);
    for (const input of [this.collection, this.start, this.end, this.clouds, this.area]) {
      input.addEventListener("change", () => this.keep());
    }
    this.address.addEventListener(
      "change",
      () => this.model.send({ type: "open", address: this.address.value }),
    );
    this.address.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      const isOpen = this.model.get("catalogue").collections &&
        this.address.value === this.model.get("address");
      if (isOpen) this.submit();
      else this.model.send({ type: "open", address: this.address.value });
    });
    this.el.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.model.send({ type: "hide" });
    });
    keepLetters(this.el);
    this.stops = [
      listen(model, ["is_open", "opened"], () => this.opened()),
      listen(
        model,
        ["address", "offers", "catalogue", "query", "has_area", "label"],
        () => this.fill(),
      ),
      listen(model, ["rows"], () => this.drawRows()),
      listen(model, ["phase", "words", "has_more", "picked", "takes_one"], () => this.draw()),
    ];
    this.onPicture = (
      /** @type {Record<string, any>} */ content,
      /** @type {ArrayBuffer[]} */ buffers,
    ) => this.picture(content, buffers);
    model.on("msg:custom", this.onPicture);
    this.fill();
    this.drawRows();
    this.draw();
    this.opened();
    if (model.get("rows").length > 0) model.send({ type: "pictures" });
  }

  opened() {
    const opened = this.model.get("opened");
    // Made when it is opened, or drawn anew with the page, which is no opening.
    if (!this.model.get("is_open") || opened === this.model.get("focused")) return;
    setTrait(this.model, "focused", opened);
    focusWhenShown(this.address, () => {
      if (!this.model.get("is_open")) return;
      // Until a catalogue has been read there are no collections to choose from.
      (this.collection.disabled ? this.address : this.collection).focus({ preventScroll: true });
    });
  }

  submit() {
    this.keep();
    this.model.send({ type: "search", address: this.address.value });
  }

  /** What is filled in is kept at once: the page may be drawn anew at any time. */
  keep() {
    const before = this.model.get("query");
    const collection = this.collection.disabled ? before.collection : this.collection.value;
    const query = {
      ...before,
      collection,
      start: this.start.value,
      end: this.end.value,
      clouds: this.clouds.value,
    };
    if (!this.area.disabled) query.in_area = this.area.checked;
    if (JSON.stringify(query) === JSON.stringify(before)) return;
    setTrait(this.model, "query", query);
  }

  fill() {
    const { model } = this;
    /**
     * @param {HTMLInputElement} input
     * @param {string} value
     */
    const put = (input, value) => {
      if (input.value !== value && focusedElement() !== input) input.value = value;
    };
    setText(this.title, model.get("label") ? `for “${model.get("label")}”` : "");
    put(this.address, model.get("address"));
    this.offers.replaceChildren(
      ...model.get("offers").map((/** @type {[string, string]} */ [address, name]) =>
        h("option", { value: address }, name)
      ),
    );
    const { title, collections } = model.get("catalogue");
    const count = collections?.length ?? 0;
    setText(
      this.about,
      collections
        ? [title, count === 1 ? "1 collection" : `${count.toLocaleString("en")} collections`]
          .filter(Boolean).join(" · ")
        : "",
    );
    const query = model.get("query");
    const wanted = JSON.stringify(collections ?? []);
    if (this.offered !== wanted) {
      this.offered = wanted;
      this.collection.replaceChildren(
        h("option", { value: "" }, "All collections"),
        ...(collections ?? []).map((/** @type {[string, string]} */ [id, name]) =>
          h("option", { value: id }, name)
        ),
      );
    }
    this.collection.disabled = count === 0;
    this.collection.value = count === 0 ? "" : query.collection;
    put(this.start, query.start);
    put(this.end, query.end);
    put(this.clouds, String(query.clouds ?? ""));
    const hasArea = model.get("has_area");
    this.area.disabled = !hasArea;
    this.area.checked = hasArea && query.in_area;
    this.areaLabel.title = hasArea ? "" : "Draw an area on the map first.";
    this.areaLabel.classList.toggle("ogcw-search-off", !hasArea);
  }

  drawRows() {
    /** @type {Record<string, any>[]} */
    const rows = this.model.get("rows");
    const keys = rows.map((row) => JSON.stringify([row.key, row]));
    const isLonger = this.shown.every((key, i) => keys[i] === key);
    if (!isLonger) this.found.scrollTop = 0;
    this.shown = keys;
    const lines = keepRows(
      this.list,
      rows.map((row, i) => ({
        key: keys[i],
        make: () => this.row(row),
      })),
    );
    this.boxes = new Map(
      rows.map((row, i) => [row.key, lines[i].querySelector("input")]),
    );
    this.images = new Map(
      rows.map((row, i) => [row.key, lines[i].querySelector(".ogcw-search-picture")]),
    );
    for (const [key, url] of this.urls) {
      if (this.images.get(key)?.firstElementChild) continue;
      URL.revokeObjectURL(url);
      this.urls.delete(key);
    }
    this.draw();
  }

  /** @param {Record<string, any>} row */
  row(row) {
    const { model } = this;
    const box = h("input", { type: "checkbox", onchange: () => this.pick(row.key, box.checked) });
    const image = h("span", { class: "ogcw-search-picture", "aria-hidden": "true" });
    const facts = [row.date, row.clouds].filter(Boolean);
    const node = h(
      "li",
      {},
      h(
        "label",
        { class: "ogcw-search-row" },
        box,
        image,
        h(
          "span",
          { class: "ogcw-search-text" },
          h("bdi", { class: "ogcw-search-id", title: row.id }, row.id),
          h(
            "span",
            { class: "ogcw-search-facts" },
            facts.map((fact, i) => [i > 0 ? " · " : "", h("bdi", {}, fact)]),
          ),
        ),
      ),
    );
    /** @param {string} key */
    const mark = (key) => {
      setTrait(model, "marked", key);
    };
    node.addEventListener("mouseenter", () => mark(row.key));
    node.addEventListener("mouseleave", () => mark(""));
    node.addEventListener("focusin", () => mark(row.key));
    node.addEventListener("focusout", () => mark(""));
    return node;
  }

  /**
   * @param {string} key
   * @param {boolean} chosen
   */
  pick(key, chosen) {
    /** @type {string[]} */
    const all = this.model.get("picked");
    const before = this.model.get("takes_one") ? [] : all.filter((other) => other !== key);
    const order = [...this.boxes.keys()];
    const picked = (chosen ? [...before, key] : before).sort((a, b) =>
      order.indexOf(a) - order.indexOf(b)
    );
    setTrait(this.model, "picked", picked);
    this.draw();
  }

  draw() {
    const { model } = this;
    const phase = model.get("phase");
    const busy = SEARCH_BUSY[phase];
    const picked = new Set(model.get("picked"));
    for (const [key, box] of this.boxes) if (box) box.checked = picked.has(key);
    this.found.setAttribute("aria-busy", String(Boolean(busy)));
    show(this.more, model.get("has_more") && !busy);
    const words = busy ?? (model.get("words") || SEARCH_START[phase] || "");
    const beside = model.get("rows").length > 0;
    const places = new Map([[this.status, beside ? "" : words], [this.count, beside ? words : ""]]);
    for (const [place, text] of places) {
      setText(place, text);
      place.classList.toggle("ogcw-search-bad", phase === "failed");
    }
    show(this.status, !beside);
    this.go.disabled = phase === "opening";
    this.add.disabled = picked.size === 0;
    setText(
      this.add,
      model.get("takes_one")
        ? "Use this item"
        : picked.size === 0
        ? "Add items"
        : picked.size === 1
        ? "Add 1 item"
        : `Add ${picked.size} items`,
    );
  }

  /**
   * @param {Record<string, any>} content
   * @param {ArrayBuffer[]} buffers
   */
  picture(content, buffers) {
    const place = this.images.get(content.key);
    if (content.type !== "picture" || !place) return;
    URL.revokeObjectURL(this.urls.get(content.key) ?? "");
    const url = URL.createObjectURL(new Blob(buffers, { type: content.media_type }));
    this.urls.set(content.key, url);
    place.replaceChildren(h("img", { src: url, alt: "" }));
  }

  remove() {
    for (const stop of this.stops) stop();
    for (const url of this.urls.values()) URL.revokeObjectURL(url);
    this.model.off("msg:custom", this.onPicture);
  }
}

/** @param {import("../view/view.js").Context} context */
function render({ model, el }) {
  el.classList.add("ogcw", "ogcw-search");
  const view = new ItemSearchView(model, el);
  return () => view.remove();
}

export default view(render, { name: "item-search", style });
