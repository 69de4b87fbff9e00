// SPDX-License-Identifier: MIT
// The map: stations, users, where they have been, who serves whom, and what happened just now.

import { prepared } from "./canvas.js";
import { cellColour, faded, themed } from "./colours.js";
import { niceAbove } from "./numbers.js";

const TRAIL_S = 8;
const SHOWN_S = 1.2; // how long a handover or a failure is marked
const EDGE = { left: 46, right: 10, top: 10, bottom: 34 };
const RING = 2.448; // standard deviations of both axes within which 95 % of places lie

export const nowhere = () => [Infinity, Infinity, -Infinity, -Infinity];

export class NetworkMap {
  // bounds: of what is seen in all maps beside each other; they only grow, so that they keep still.
  constructor(canvas, run, events, bounds, choose) {
    Object.assign(this, { canvas, run, events, bounds, fitted: 0 });
    this.places = run.field("position_m") ?? [...run.fields.values()].find(isPlaceOfUsers);
    this.sites = run.field("bs_position_m");
    canvas.addEventListener("click", (event) => choose(this.nearest(event)));
  }

  get isPossible() { return Boolean(this.places); }

  draw(time, height, chosen) {
    const index = this.run.indexAt(time);
    if (index < 0) return;
    this.index = index;
    const { context, width } = prepared(this.canvas, height);
    this.fit(width, height);
    this.drawCells(context);
    this.drawAxes(context, width, height);
    this.drawTrails(context, time);
    this.drawForecast(context, time, chosen);
    this.drawUsers(context, chosen);
    this.drawSites(context);
    this.drawEvents(context, time);
  }

  fit(width, height) {
    const run = this.run;
    const include = (flat) => {
      for (let i = 0; i + 1 < flat.length; i += 2) {
        if (!Number.isFinite(flat[i])) continue;
        this.bounds[0] = Math.min(this.bounds[0], flat[i]);
        this.bounds[1] = Math.min(this.bounds[1], flat[i + 1]);
        this.bounds[2] = Math.max(this.bounds[2], flat[i]);
        this.bounds[3] = Math.max(this.bounds[3], flat[i + 1]);
      }
    };
    if (this.fitted === 0 && this.sites) include(run.at(this.sites, 0));
    if (this.fitted > run.times.length) this.fitted = 0;
    for (; this.fitted < run.times.length; this.fitted += 1) include(run.at(this.places, this.fitted));
    const [x0, y0, x1, y1] = this.bounds;
    const inner = [width - EDGE.left - EDGE.right, height - EDGE.top - EDGE.bottom];
    const scale = Math.min(inner[0] / Math.max(x1 - x0, 1), inner[1] / Math.max(y1 - y0, 1)) / 1.08;
    const centre = [(x0 + x1) / 2, (y0 + y1) / 2];
    const middle = [EDGE.left + inner[0] / 2, EDGE.top + inner[1] / 2];
    this.scale = scale;
    this.x = (x) => middle[0] + (x - centre[0]) * scale;
    this.y = (y) => middle[1] - (y - centre[1]) * scale;
    this.area = { left: EDGE.left, top: EDGE.top, right: width - EDGE.right, bottom: height - EDGE.bottom };
  }

  // The part of the plane that is nearest to each station, as a tint: a help for the eye, no border.
  drawCells(context) {
    if (!this.sites) return;
    const { left, top, right, bottom } = this.area;
    const sites = this.run.at(this.sites, this.index);
    const key = [left, top, right, bottom, this.scale, ...this.bounds].join();
    if (this.tintKey !== key) {
      this.tintKey = key;
      this.tint = tintOf(this.area, sites, this.x, this.y);
    }
    context.drawImage(this.tint, left, top, right - left, bottom - top);
    context.strokeStyle = themed("grid");
    context.strokeRect(left, top, right - left, bottom - top);
  }

  drawAxes(context, width, height) {
    const step = niceAbove(60 / this.scale, [1, 2, 5, 10]);
    const { left, top, right, bottom } = this.area;
    context.fillStyle = context.strokeStyle = themed("muted");
    context.lineWidth = 1;
    const each = (low, high, put) => {
      for (let at = Math.ceil(low / step) * step; at <= high; at += step) put(at);
    };
    const metres = (pixel, of) => (pixel - of(0)) / (of(1) - of(0));
    context.textAlign = "center";
    each(metres(left, this.x), metres(right, this.x), (at) => {
      line(context, this.x(at), bottom, this.x(at), bottom + 4);
      context.fillText(Math.round(at), this.x(at), bottom + 12);
    });
    context.textAlign = "right";
    each(metres(bottom, this.y), metres(top, this.y), (at) => {
      line(context, left - 4, this.y(at), left, this.y(at));
      context.fillText(Math.round(at), left - 7, this.y(at));
    });
    context.textAlign = "center";
    context.fillText(`x [${this.places.unit}]`, (left + right) / 2, height - 7);
    context.save();
    context.translate(8, (top + bottom) / 2);
    context.rotate(-Math.PI / 2);
    context.fillText(`y [${this.places.unit}]`, 0, 0);
    context.restore();
  }

  drawTrails(context, time) {
    const run = this.run;
    const serving = run.field("serving_bs");
    const first = Math.max(run.indexAt(time - TRAIL_S), 0);
    const stride = Math.max(1, Math.floor((this.index - first) / 60));
    const count = this.places.shape[0];
    context.lineWidth = 1.5;
    for (let from = first; from < this.index; from += stride) {
      const to = Math.min(from + stride, this.index);
      const [a, b, cells] = [run.at(this.places, from), run.at(this.places, to), run.at(serving, from)];
      const alpha = 0.1 + 0.5 * ((from - first) / Math.max(this.index - first, 1));
      for (let ue = 0; ue < count; ue++) {
        if (!this.isThere(ue, from) || !this.isThere(ue, to)) continue;
        const [x0, y0] = [this.x(a[2 * ue]), this.y(a[2 * ue + 1])];
        const [x1, y1] = [this.x(b[2 * ue]), this.y(b[2 * ue + 1])];
        context.strokeStyle = faded(shade(cells, ue), alpha);
        line(context, x0, y0, x1, y1);
      }
    }
  }

  // Where the twin expects users at the end of the frame, with the ring that holds 95 %.
  drawForecast(context, time, chosen) {
    const forecast = this.run.forecasts.findLast((f) => f.made_s <= time + 1e-6);
    const expected = forecast?.values[this.places.name];
    if (!expected || time > forecast.for_s + 1e-6) return;
    const now = this.run.at(this.places, this.index);
    context.strokeStyle = context.fillStyle = themed("text");
    for (let ue = 0; ue < this.places.shape[0]; ue++) {
      if (expected.mean[2 * ue] === null || !this.isThere(ue, this.index)) continue;
      const [x, y] = [this.x(expected.mean[2 * ue]), this.y(expected.mean[2 * ue + 1])];
      context.globalAlpha = ue === chosen ? 1 : 0.5;
      context.lineWidth = ue === chosen ? 1.5 : 1;
      context.setLineDash([2, 2]);
      line(context, this.x(now[2 * ue]), this.y(now[2 * ue + 1]), x, y);
      circle(context, x, y, Math.max(RING * expected.sd[ue] * this.scale, 4));
      context.stroke();
      context.setLineDash([]);
    }
    context.globalAlpha = 1;
  }

  drawUsers(context, chosen) {
    const run = this.run;
    const at = run.at(this.places, this.index);
    const serving = run.at(run.field("serving_bs"), this.index);
    const sites = run.at(this.sites, this.index);
    const uploading = run.at(run.field("tasks_uploading"), this.index);
    const count = this.places.shape[0];
    for (let ue = 0; ue < count; ue++) {
      if (!this.isThere(ue, this.index)) continue;
      const [x, y] = [this.x(at[2 * ue]), this.y(at[2 * ue + 1])];
      const colour = shade(serving, ue);
      if (serving && sites && serving[ue] >= 0) {
        context.strokeStyle = faded(colour, 0.55);
        context.lineWidth = ue === chosen ? 2 : 1;
        line(context, x, y, this.x(sites[2 * serving[ue]]), this.y(sites[2 * serving[ue] + 1]));
      }
      circle(context, x, y, 4 + Math.min(6, 1.5 * (uploading?.[ue] ?? 0)));
      context.fillStyle = colour;
      context.fill();
      context.strokeStyle = ue === chosen ? themed("text") : themed("surface");
      context.lineWidth = ue === chosen ? 2.5 : 1.2;
      context.stroke();
      if (count <= 60 || ue === chosen) {
        context.fillStyle = themed("text");
        context.textAlign = "left";
        context.font = `${ue === chosen ? "bold " : ""}11px system-ui, sans-serif`;
        context.fillText(ue, x + 7, y - 8);
      }
    }
    context.font = "12px system-ui, sans-serif";
  }

  drawSites(context) {
    const sites = this.run.at(this.sites, this.index) ?? [];
    for (let bs = 0; 2 * bs < sites.length; bs++) {
      const [x, y] = [this.x(sites[2 * bs]), this.y(sites[2 * bs + 1])];
      context.beginPath();
      context.moveTo(x, y - 10);
      context.lineTo(x + 9, y + 6);
      context.lineTo(x - 9, y + 6);
      context.closePath();
      context.fillStyle = cellColour(bs);
      context.fill();
      context.strokeStyle = themed("text");
      context.lineWidth = 1.5;
      context.stroke();
      context.font = "bold 12px system-ui, sans-serif";
      context.textAlign = "center";
      haloed(context, `station ${bs}`, x, y + 17);
    }
    context.font = "12px system-ui, sans-serif";
  }

  drawEvents(context, time) {
    for (const event of this.events.list) {
      if (event.time > time + 1e-6 || event.time < time - SHOWN_S) continue;
      const index = Math.min(event.index, this.index);
      const at = this.run.at(this.places, this.index) ?? this.run.at(this.places, index);
      const [x, y] = [this.x(at[2 * event.ue]), this.y(at[2 * event.ue + 1])];
      const age = (time - event.time) / SHOWN_S;
      context.globalAlpha = 1 - 0.8 * age;
      context.lineWidth = 2.5;
      context.strokeStyle = event.kind === "handover" ? cellColour(event.to) : themed("alarm");
      if (event.kind === "handover") {
        circle(context, x, y, 9 + 14 * age);
        context.stroke();
      } else {
        line(context, x - 10, y - 10, x + 10, y + 10);
        line(context, x - 10, y + 10, x + 10, y - 10);
      }
      context.globalAlpha = 1;
    }
  }

  isThere(ue, index) {
    const present = this.run.at(this.run.field("present"), index);
    return (!present || present[ue] > 0) && Number.isFinite(this.run.at(this.places, index)[2 * ue]);
  }

  // The user that was clicked at; null: none was near.
  nearest(event) {
    const at = this.run.at(this.places, this.index) ?? [];
    let [best, least] = [null, 20];
    for (let ue = 0; 2 * ue < at.length; ue++) {
      const distance = Math.hypot(this.x(at[2 * ue]) - event.offsetX, this.y(at[2 * ue + 1]) - event.offsetY);
      if (distance < least && this.isThere(ue, this.index)) [best, least] = [ue, distance];
    }
    return best;
  }
}

const isPlaceOfUsers = (f) => f.source === "observation" && f.dims.join() === "ue,xy" && f.unit === "m";

const shade = (serving, ue) => (!serving || serving[ue] < 0 ? themed("unserved") : cellColour(serving[ue]));

function line(context, x0, y0, x1, y1) {
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
}

function circle(context, x, y, radius) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
}

function haloed(context, text, x, y) {
  context.lineWidth = 3;
  context.strokeStyle = themed("surface");
  context.strokeText(text, x, y);
  context.fillStyle = themed("text");
  context.fillText(text, x, y);
}

function tintOf({ left, top, right, bottom }, sites, toX, toY) {
  const step = 3;
  const tint = document.createElement("canvas");
  tint.width = Math.max(1, Math.ceil((right - left) / step));
  tint.height = Math.max(1, Math.ceil((bottom - top) / step));
  const context = tint.getContext("2d");
  const points = [];
  for (let bs = 0; 2 * bs < sites.length; bs++) points.push([toX(sites[2 * bs]), toY(sites[2 * bs + 1])]);
  for (let j = 0; j < tint.height; j++) {
    for (let i = 0; i < tint.width; i++) {
      const [x, y] = [left + (i + 0.5) * step, top + (j + 0.5) * step];
      let [best, least] = [0, Infinity];
      points.forEach(([px, py], bs) => {
        const distance = (px - x) ** 2 + (py - y) ** 2;
        if (distance < least) [best, least] = [bs, distance];
      });
      context.fillStyle = faded(cellColour(best), 0.09);
      context.fillRect(i, j, 1, 1);
    }
  }
  return tint;
}
