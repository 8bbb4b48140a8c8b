// Every module of controls, each of which puts its own into CONTROLS.

import "./area.js";
import "./choice.js";
import "./code.js";
import "./dates.js";
import "./group.js";
import "./lists.js";
import "./maps.js";
import "./special.js";
import "./stac.js";
import "./text.js";
import "./union.js";
