// Points and bars, drawn on the canvas of the chart: uPlot draws them in one colour each.

/** @import uPlot from "uplot" */
/** @import { Points } from "./points.js" */
/** @import { Palette } from "./colours.js" */

/** Pixels of the canvas in one of the page. @param {uPlot} u */
export function pixelRatio(u) {
  return u.ctx.canvas.width / u.width;
}

/**
 * Radius of points, in pixels, where so many share a width.
 * @param {number} count
 * @param {number} width
 */
export function radiusFor(count, width) {
  const room = width / Math.max(1, count);
  return room > 9 ? 3.5 : room > 4 ? 2.5 : 1.75;
}

/**
 * Points of one series. Of those that fall on one pixel the last is drawn; a pixel without a
 * point has none in the data either.
 * @param {uPlot} u
 * @param {Points} points
 * @param {number} series
 * @param {Palette} palette
 * @param {number} chosen The line, of several, that :func:`drawLines` has drawn with its points.
 * @returns {number} How many were drawn.
 */
export function drawPoints(u, points, series, palette, chosen) {
  const { ctx, bbox } = u;
  const ratio = pixelRatio(u);
  const { xs, ys, rows } = points;
  const values = ys[series];
  const [columns, lines] = [Math.ceil(bbox.width / ratio) + 1, Math.ceil(bbox.height / ratio) + 1];
  const taken = new Uint8Array(columns * lines);
  const seen = [];
  for (let at = rows.length - 1; at >= 0; at -= 1) {
    const value = values[at];
    if (value === null) continue;
    const left = u.valToPos(xs[at], "x", true);
    const top = u.valToPos(value, "y", true);
    const cell = Math.floor((top - bbox.top) / ratio) * columns +
      Math.floor((left - bbox.left) / ratio);
    if (taken[cell]) continue;
    // Drawn with its line.
    if (points.lineOf && points.line(rows[at]) === chosen) continue;
    taken[cell] = 1;
    seen.push([left, top, rows[at]]);
  }
  const isLined = points.lineOf !== null;
  const radius = isLined ? 2 * ratio : radiusFor(rows.length, bbox.width / ratio) * ratio;
  const plain = isLined ? palette.faint : palette.series[series];
  ctx.save();
  ctx.globalAlpha = 1;
  // The palest colours of a scale would not be seen on the page.
  ctx.strokeStyle = palette.soft;
  ctx.lineWidth = 0.75 * ratio;
  for (const [left, top, row] of seen.reverse()) {
    ctx.fillStyle = (series === 0 && points.colour(row)) || plain;
    if (radius < 2 * ratio) {
      ctx.fillRect(left - ratio, top - ratio, 2 * ratio, 2 * ratio);
      continue;
    }
    ctx.beginPath();
    ctx.arc(left, top, radius, 0, 2 * Math.PI);
    ctx.fill();
    if (points.colours && series === 0) ctx.stroke();
  }
  ctx.restore();
  return seen.length;
}

/**
 * Several lines in grey, and over them the one that is looked at, with its name.
 * @param {uPlot} u
 * @param {Points} points
 * @param {Palette} palette
 * @param {number} chosen Its number, or -1.
 */
export function drawLines(u, points, palette, chosen) {
  const { ctx, bbox } = u;
  const ratio = pixelRatio(u);
  /** @type {Map<number, [number, number][]>} */
  const lines = new Map();
  points.rows.forEach((row, at) => {
    const value = points.ys[0][at];
    if (value === null) return;
    const place = [u.valToPos(points.xs[at], "x", true), u.valToPos(value, "y", true)];
    const line = points.line(row);
    const known = lines.get(line);
    if (known) known.push(/** @type {[number, number]} */ (place));
    else lines.set(line, [/** @type {[number, number]} */ (place)]);
  });
  ctx.save();
  ctx.lineJoin = "round";
  ctx.globalAlpha = 0.6;
  const draw = (/** @type {[number, number][]} */ places) => {
    ctx.beginPath();
    for (const [left, top] of places) ctx.lineTo(left, top);
    ctx.stroke();
  };
  ctx.strokeStyle = palette.faint;
  ctx.lineWidth = ratio;
  for (const [line, places] of lines) {
    if (line !== chosen) draw(places);
  }
  const own = lines.get(chosen);
  if (own) {
    const colour = palette.series[0];
    ctx.globalAlpha = 1;
    ctx.strokeStyle = ctx.fillStyle = colour;
    ctx.lineWidth = 2 * ratio;
    draw(own);
    for (const [left, top] of own) {
      ctx.beginPath();
      ctx.arc(left, top, 3.5 * ratio, 0, 2 * Math.PI);
      ctx.fill();
    }
    ctx.textAlign = "right";
    ctx.textBaseline = "top";
    ctx.fillText(points.about.lines[chosen], bbox.left + bbox.width, bbox.top);
  }
  ctx.restore();
}

/**
 * The sides of the bar at a place of x, in pixels of the canvas.
 * @param {uPlot} u
 * @param {Points} points
 * @param {number} x
 * @returns {[number, number]}
 */
export function sidesOf(u, points, x) {
  const half = points.about.width / 2;
  const [left, right] = [x - half, x + half].map((one) => u.valToPos(one, "x", true));
  const gap = right - left > 5 * pixelRatio(u) ? pixelRatio(u) : 0;
  return [left + gap, right];
}

/**
 * Bars from zero. Where several stand on one pixel, each of them reaches as far as it does.
 * @param {uPlot} u
 * @param {Points} points
 * @param {Palette} palette
 */
export function drawBars(u, points, palette) {
  const { ctx } = u;
  const zero = u.valToPos(0, "y", true);
  ctx.save();
  points.xs.forEach((x, at) => {
    const value = points.ys[0][at];
    if (value === null) return;
    const [left, right] = sidesOf(u, points, x);
    const top = u.valToPos(value, "y", true);
    ctx.fillStyle = points.colour(points.rows[at]) ?? palette.series[0];
    const width = Math.max(right - left, pixelRatio(u));
    ctx.fillRect(
      left,
      Math.min(top, zero),
      width,
      Math.max(Math.abs(zero - top), pixelRatio(u) / 2),
    );
  });
  ctx.restore();
}
