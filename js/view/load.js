// What a view carries itself. Its script, and the one that all views share, are models of
// their own, so that a page loads each once and a saved notebook holds each once.

/** Addresses of the scripts that this page has, by their text. */
const addresses = (globalThis.ogcwScripts ??= new Map());

function addressOf(code) {
  if (!addresses.has(code)) {
    addresses.set(code, URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
  }
  return addresses.get(code);
}

async function codeOf(manager, reference) {
  const script = await manager.get_model(reference.replace("IPY_MODEL_", ""));
  return script.get("code");
}

export default {
  async render({ model, el }) {
    const references = model.get("_scripts");
    const [shared, own] = await Promise.all(
      references.map((one) => codeOf(model.widget_manager, one)),
    );
    const code = own.replaceAll('"ogc_widgets/view"', JSON.stringify(addressOf(shared)));
    const { default: view } = await import(addressOf(code));
    return view.render({ model, el });
  },
};
