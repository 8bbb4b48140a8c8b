// What all views share, as one script: a page loads it once, see load.js.

import bell from "./bell.css" with { type: "text" };
import linesTable from "./lines_table.css" with { type: "text" };
import searchBox from "./search_box.css" with { type: "text" };
import signInBox from "./sign_in_box.css" with { type: "text" };
import theme from "./theme.css" with { type: "text" };
import { useStyle } from "./view.js";

export * from "./bar.js";
export * from "./dom.js";
export * from "./files.js";
export * from "./first.js";
export * from "./focus.js";
export * from "./jupyter.js";
export * from "./lines_table.js";
export * from "./model.js";
export * from "./next_cell.js";
export * from "./opening.js";
export * from "./rows.js";
export * from "./rows_window.js";
export * from "./search_box.js";
export * from "./sign_in_box.js";
export * from "./text.js";
export * from "./told.js";
export * from "./unzipped.js";
export * from "./view.js";

// Were the theme a part of every style sheet, that of one view would come after, and undo,
// the own rules of another.
useStyle("theme", theme, true);
useStyle("bell", bell);
useStyle("lines-table", linesTable);
useStyle("search-box", searchBox);
useStyle("sign-in-box", signInBox);
