// SPDX-License-Identifier: MIT
// Every user: the delay of its tasks, and how accurate its model is.

import { prepared } from "./canvas.js";
import { cellColour, themed } from "./colours.js";
import { niceAbove, short } from "./numbers.js";
import { WINDOW_S } from "./task_delays.js";

const EDGE = { left: 46, right: 10 };
const PLOT = 74; // px
const GAP = 22;

export class UserBars {
  // scales: as of CellBars.
  constructor(run, delays, scales) {
    Object.assign(this, { run, delays, scales });
  }

  get isPossible() { return this.run.size("ue") > 0 && Boolean(this.run.field("oldest_age_s")); }

  draw(canvas, index, time, chosen) {
    const run = this.run;
    const accuracy = run.at(run.field("accuracy"), index);
    const height = (accuracy ? 2 * (PLOT + GAP) : PLOT + GAP) + 14;
    const { context, width } = prepared(canvas, height);
    const n = run.size("ue");
    const step = (width - EDGE.left - EDGE.right) / n;
    const middle = (ue) => EDGE.left + (ue + 0.5) * step;
    const serving = run.at(run.field("serving_bs"), index);
    const colour = (ue) => (serving && serving[ue] >= 0 ? cellColour(serving[ue]) : themed("unserved"));
    let top = 16;
    this.drawDelays(context, top, middle, step, colour, index, time, width);
    if (accuracy) {
      top += PLOT + GAP;
      this.drawAccuracy(context, top, middle, step, colour, accuracy, width);
    }
    this.drawUsers(context, top + PLOT, middle, step, n, chosen, width);
  }

  drawDelays(context, top, middle, step, colour, index, time, width) {
    const run = this.run;
    const oldest = run.at(run.field("oldest_age_s"), index);
    const means = Array.from(oldest, (_, ue) => this.delays.mean(Math.min(time, run.recordsUntil), ue));
    const most = Math.max(this.scales.delay_s ?? 1, niceAbove(Math.max(...means, ...oldest)));
    this.scales.delay_s = most;
    const y = (value) => top + PLOT - (PLOT * value) / most;
    scale(context, top, width, [0, most / 2, most], y);
    title(context, `delay [s] (bar: tasks done in ${WINDOW_S} s; line: oldest task)`, top);
    for (let ue = 0; ue < oldest.length; ue++) {
      const wide = Math.max(step * 0.7, 1);
      context.fillStyle = colour(ue);
      context.fillRect(middle(ue) - wide / 2, y(means[ue] ?? 0), wide, top + PLOT - y(means[ue] ?? 0));
      context.fillStyle = themed("text");
      if (oldest[ue] > 0) context.fillRect(middle(ue) - wide / 2, y(oldest[ue]) - 1, wide, 2);
    }
  }

  drawAccuracy(context, top, middle, step, colour, accuracy, width) {
    const y = (value) => top + PLOT - PLOT * value;
    const target = this.run.told.target_accuracy;
    const hasTarget = target !== null && target !== undefined;
    scale(context, top, width, [0, 0.5, 1], y);
    title(context, `accuracy of models${hasTarget ? ` (dashed: target ${target})` : ""}`, top);
    if (hasTarget) {
      context.strokeStyle = themed("text");
      context.lineWidth = 1;
      context.setLineDash([4, 3]);
      context.beginPath();
      context.moveTo(EDGE.left, y(target));
      context.lineTo(width - EDGE.right, y(target));
      context.stroke();
      context.setLineDash([]);
    }
    accuracy.forEach((value, ue) => {
      const wide = Math.max(step * 0.7, 1);
      context.fillStyle = colour(ue);
      context.globalAlpha = hasTarget && value < target ? 1 : 0.55;
      context.fillRect(middle(ue) - wide / 2, y(value), wide, top + PLOT - y(value));
      context.globalAlpha = 1;
    });
  }

  drawUsers(context, bottom, middle, step, n, chosen, width) {
    const every = Math.max(1, Math.ceil(22 / step));
    context.textAlign = "center";
    for (let ue = 0; ue < n; ue++) {
      if (ue % every && ue !== chosen) continue;
      context.fillStyle = themed(ue === chosen ? "text" : "muted");
      context.font = `${ue === chosen ? "bold " : ""}11px system-ui, sans-serif`;
      context.fillText(ue, middle(ue), bottom + 9);
    }
    context.font = "12px system-ui, sans-serif";
    context.fillStyle = themed("muted");
    context.textAlign = "right";
    context.fillText("user", EDGE.left - 6, bottom + 9);
  }
}

function scale(context, top, width, values, y) {
  context.textAlign = "right";
  for (const value of values) {
    context.fillStyle = themed("grid");
    context.fillRect(EDGE.left, y(value), width - EDGE.left - EDGE.right, 1);
    context.fillStyle = themed("muted");
    context.fillText(short(value), EDGE.left - 6, y(value));
  }
}

function title(context, text, top) {
  context.textAlign = "left";
  context.fillStyle = themed("muted");
  context.fillText(text, EDGE.left, top - 9);
}
