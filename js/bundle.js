// Bundles the views into ogc_widgets/static: `deno task bundle`, or `make js`.
//
// Each view becomes one script with its style sheet inside. What all of them share (view/)
// is a script of its own, which a page loads once: see view/load.js.

import * as esbuild from "esbuild";
import uPlot from "uplot/dist/uPlot.esm.js" with { type: "text" };
import uPlotStyle from "uplot/dist/uPlot.min.css" with { type: "text" };
import uPlotLicence from "uplot/LICENSE" with { type: "text" };

const HERE = import.meta.dirname;
const VIEWS = [
  "app/code_view",
  "app/for_each",
  "app/frame",
  "app/header",
  "app/run_bar",
  "batches/batch_view",
  "batches/recent_batches",
  "charts/chart",
  "deploy/deploy_panel",
  "downloads/download_bar",
  "form/form",
  "map/items/items_table",
  "map/overlay",
  "map/rasters/raster_settings",
  "panel/history_table",
  "panel/item_search",
  "panel/job_panel",
  "panel/job_table",
  "panel/progress_bar",
  "panel/server_card",
  "panel/sign_in",
  "runs/run_head",
  "viewers/dataset_viewer",
  "viewers/file_viewer",
  "viewers/outputs_view",
  "viewers/picture_viewer",
  "viewers/raster_viewer",
  "viewers/table_viewer",
  "viewers/text_viewer",
  "viewers/tree_viewer",
  "viewers/value_viewer",
];

/** @type {esbuild.BuildOptions} */
const OPTIONS = { bundle: true, minify: true, format: "esm", target: "es2022", charset: "utf8" };

/** Style sheets that a script imports, as short texts. */
/** @type {esbuild.Plugin} */
const styles = {
  name: "styles",
  setup(build) {
    build.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const source = await Deno.readTextFile(path);
      const { code } = await esbuild.transform(source, {
        loader: "css",
        minify: true,
        charset: "utf8",
      });
      return { contents: code.trim(), loader: "text" };
    });
  },
};

/** The charting library, which Deno keeps; its licence goes along with it. */
/** @type {esbuild.Plugin} */
const library = {
  name: "library",
  setup(build) {
    build.onResolve({ filter: /^uplot\b/ }, ({ path }) => ({ path, namespace: "library" }));
    build.onLoad({ filter: /uplot$/, namespace: "library" }, () => ({
      contents: `/*! uPlot\n${uPlotLicence}\n*/\n${uPlot}`,
    }));
    build.onLoad({ filter: /\.css$/, namespace: "library" }, () => ({
      contents: uPlotStyle,
      loader: "text",
    }));
  },
};

/** Whatever a view imports of view/ is in the shared script. */
/** @type {esbuild.Plugin} */
const shared = {
  name: "shared",
  setup(build) {
    build.onResolve({ filter: /\/view\/[a-z_]+\.js$/ }, () => ({
      path: "ogc_widgets/view",
      external: true,
    }));
  },
};

/**
 * Make all bundles in a folder.
 * @param {string} folder
 */
export async function bundle(folder) {
  /**
   * @param {string} entry
   * @param {string} name
   * @param {esbuild.Plugin[]} plugins
   */
  const make = (entry, name, plugins) =>
    esbuild.build({
      ...OPTIONS,
      entryPoints: [`${HERE}/${entry}.js`],
      outfile: `${folder}/${name}.js`,
      plugins,
    });
  try {
    await make("view/load", "load", []);
    await make("view/shared", "view", [styles]);
    for (const view of VIEWS) {
      await make(view, view.slice(view.lastIndexOf("/") + 1), [shared, library, styles]);
    }
  } finally {
    await esbuild.stop();
  }
}

if (import.meta.main) await bundle(Deno.args[0] ?? `${HERE}/../ogc_widgets/static`);
