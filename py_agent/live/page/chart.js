// SPDX-License-Identifier: MIT
// A chart over ns-3 time (uPlot), with a line at the time that is shown; a click goes there.

import { themed } from "./colours.js";
import { niceAbove, short, withUnit } from "./numbers.js";

const HEIGHT = 190;

export class Chart {
  // series: [{ label, colour, dash }]; bounds: [low, high], null where the data decide.
  constructor(place, { title, unit, series, bounds = [0, null], seek, xTitle = "ns-3 time [s]" }) {
    this.marks = [];
    this.now = 0;
    this.element = document.createElement("figure");
    this.element.className = "chart";
    const caption = document.createElement("figcaption");
    caption.textContent = withUnit(title, unit);
    this.element.append(caption);
    place.append(this.element);
    const axis = {
      stroke: () => themed("muted"),
      grid: { stroke: () => themed("grid"), width: 1 },
      ticks: { stroke: () => themed("grid"), width: 1, size: 4 },
      font: "12px system-ui, sans-serif",
    };
    this.plot = new globalThis.uPlot({
      width: this.width,
      height: HEIGHT,
      legend: { show: false },
      cursor: { drag: { x: false, y: false }, points: { show: false }, y: false },
      scales: { x: { time: false }, y: { range: (_, low, high) => this.range(low, high, bounds) } },
      axes: [
        { ...axis, values: (_, values) => values.map(short), label: xTitle, labelSize: 18, labelFont: axis.font, size: 28, space: 44 },
        { ...axis, values: (_, values) => values.map(short), size: 52 },
      ],
      series: [{}, ...series.map((s) => ({
        label: s.label, stroke: s.colour, dash: s.dash, width: 1.6, points: { show: false }, spanGaps: false,
      }))],
      hooks: { draw: [(plot) => this.drawOver(plot)] },
    }, [[], ...series.map(() => [])], this.element);
    this.plot.over.addEventListener("click", () => seek(this.plot.posToVal(this.plot.cursor.left, "x")));
    if (series.length > 1) this.element.append(legendOf(series));
  }

  get width() { return Math.max(200, this.element.clientWidth); }

  range(low, high, [least, most]) {
    for (const mark of this.marks) {
      low = Math.min(low ?? mark.low, mark.low);
      high = Math.max(high ?? mark.high, mark.high);
    }
    if (low === null || high === null) return [least ?? 0, most ?? 1];
    const room = 0.08 * Math.max(high - low, 1e-9);
    const top = most ?? (least === 0 ? niceAbove(high) : high + room);
    const bottom = least ?? low - room;
    return top > bottom ? [bottom, top] : [bottom - 1, bottom + 1];
  }

  // now: time that is shown, or null; marks: [{ time, mean, low, high }].
  set(data, now, marks = []) {
    Object.assign(this, { marks, now });
    const width = this.width;
    if (width !== this.plot.width) this.plot.setSize({ width, height: HEIGHT });
    this.plot.setData(data);
  }

  drawOver(plot) {
    const context = plot.ctx;
    const { left, top, width, height } = plot.bbox;
    const scale = window.devicePixelRatio || 1;
    context.save();
    context.beginPath();
    context.rect(left, top, width, height);
    context.clip();
    context.strokeStyle = context.fillStyle = themed("text");
    context.lineWidth = scale;
    for (const mark of this.marks) {
      const x = plot.valToPos(mark.time, "x", true);
      const [y, low, high] = [mark.mean, mark.low, mark.high].map((v) => plot.valToPos(v, "y", true));
      context.fillRect(x - 0.5 * scale, high, scale, low - high);
      context.fillRect(x - 3 * scale, high, 6 * scale, scale);
      context.fillRect(x - 3 * scale, low, 6 * scale, scale);
      context.beginPath();
      context.arc(x, y, 2.6 * scale, 0, 2 * Math.PI);
      context.fill();
    }
    if (this.now !== null) {
      context.globalAlpha = 0.55;
      context.fillRect(plot.valToPos(this.now, "x", true), top, scale, height);
    }
    context.restore();
  }

  remove() {
    this.plot.destroy();
    this.element.remove();
  }
}

function legendOf(series) {
  const legend = document.createElement("div");
  legend.className = "legend";
  for (const { label, colour, dash } of series) {
    const item = document.createElement("span");
    const swatch = document.createElement("canvas");
    [swatch.width, swatch.height] = [26, 8];
    const context = swatch.getContext("2d");
    context.strokeStyle = colour;
    context.lineWidth = 2;
    context.setLineDash(dash ?? []);
    context.beginPath();
    context.moveTo(0, 4);
    context.lineTo(26, 4);
    context.stroke();
    item.append(swatch, label);
    legend.append(item);
  }
  return legend;
}
