// The server that a notebook page comes from: JupyterLab and Notebook say on the page where
// it is, and which folder of its machine it shows.

/** @typedef {{ path: string, session: string, home: string }} Place */

/** What the page says of its server; empty elsewhere. @returns {Record<string, string>} */
function pageConfig() {
  try {
    return JSON.parse(document.getElementById("jupyter-config-data")?.textContent ?? "") ?? {};
  } catch {
    return {};
  }
}

/**
 * The path of a folder as the server has it, or null where it does not show it: the kernel
 * may run on another machine, or save somewhere else.
 * @param {Place} place What the kernel says: the folder, its notebook ("" where that does not
 *   lie on its machine), its home.
 * @param {Record<string, string>} config
 * @param {string} address Of the page.
 */
export function pathOnServer(place, config, address) {
  const { path, session, home } = place;
  if (!session) return null;
  const root = (config.serverRoot ?? "").replace(/^~(?=\/|$)/, home).replace(/\/$/, "");
  if (config.serverRoot) {
    return below(root, session) === null ? null : below(root, path);
  }
  // Notebook does not tell: the address of the page says which notebook it shows.
  const notebook = /\/(?:notebooks|tree)\/(.+)$/.exec(address)?.[1];
  const shown = notebook ? `/${decodeURIComponent(notebook)}` : "";
  return shown && session.endsWith(shown) ? below(session.slice(0, -shown.length), path) : null;
}

/**
 * @param {string} root
 * @param {string} path
 */
function below(root, path) {
  if (path === root) return "";
  return path.startsWith(`${root}/`) ? path.slice(root.length + 1) : null;
}

/** @param {string} path */
const quoted = (path) => path.split("/").map(encodeURIComponent).join("/");

/**
 * What makes a link of a folder that opens in the file browser: of JupyterLab in the same
 * window, by a command, else in a new one. Null where there is none.
 * @param {Place} place
 */
export function folderLink(place) {
  const config = pageConfig();
  const path = pathOnServer(place, config, location.pathname);
  if (path === null || !config.baseUrl) return null;
  const isLab = (config.appUrl ?? "").startsWith("/lab");
  const href = `${config.baseUrl}${isLab ? "lab/tree" : "tree"}/${quoted(path)}`;
  const link = { href, target: "_blank", rel: "noopener" };
  if (!isLab) return link;
  return {
    ...link,
    "data-commandlinker-command": "filebrowser:go-to-path",
    "data-commandlinker-args": JSON.stringify({ path: `/${path}` }),
  };
}

/**
 * Address at which the server gives a file of a folder, or null.
 * @param {Place} place
 * @param {string} name
 */
export function fileAddress(place, name) {
  const config = pageConfig();
  const path = pathOnServer(place, config, location.pathname);
  if (path === null || !config.baseUrl) return null;
  const file = [path, name].filter(Boolean).join("/");
  const url = new URL(`${config.baseUrl}files/${quoted(file)}`, location.href);
  url.searchParams.set("download", "1");
  const xsrf = /(?:^|; *)_xsrf=([^;]*)/.exec(document.cookie)?.[1];
  if (xsrf) url.searchParams.set("_xsrf", xsrf);
  return url.href;
}
