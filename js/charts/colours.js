// Colours of the theme, for a canvas: styles change colours by themselves, a canvas does not.

import { h } from "../view/dom.js";

const NAMES = ["text-soft", "line", "line-strong"];
const SERIES = 8;

/** @typedef {{ soft: string, line: string, faint: string, series: string[] }} Palette */

export class Colours {
  /** @param {() => void} changed The theme is another one. */
  constructor(changed) {
    this.named = NAMES.map((name) => h("i", { style: `color: var(--ogcw-${name})` }));
    this.series = Array.from(
      { length: SERIES },
      (_, at) => h("i", { class: `ogcw-chart-series-${at}` }),
    );
    this.element = h("span", { hidden: true }, this.named, this.series);
    this.observer = new MutationObserver(changed);
    const attributeFilter = ["class", "data-jp-theme-light", "data-jp-theme-name"];
    for (const element of [document.documentElement, document.body]) {
      this.observer.observe(element, { attributes: true, attributeFilter });
    }
  }

  /** @returns {Palette} */
  get now() {
    const [soft, line, faint] = this.named.map((probe) => getComputedStyle(probe).color);
    const series = this.series.map((probe) => getComputedStyle(probe).backgroundColor);
    return { soft, line, faint, series };
  }

  remove() {
    this.observer.disconnect();
  }
}
