// SPDX-License-Identifier: MIT
// Bars of every cell, of which each user has its piece: the band, and the work that waits at servers.

import { prepared } from "./canvas.js";
import { cellColour, faded, themed } from "./colours.js";
import { niceAbove, short } from "./numbers.js";

const BAND_S = 0.5; // the band is shown as its mean over so long a time: slots alone would flicker
const EDGE = { left: 66, right: 76, top: 6, bottom: 30 };

export class CellBars {
  // scales: how far axes reach, of all runs beside each other; they only grow.
  constructor(run, scales) {
    Object.assign(this, { run, scales });
  }

  get n() { return this.run.size("bs"); }

  get rowHeight() { return this.n <= 4 ? 26 : this.n <= 10 ? 20 : 12; }

  hasBand() { return Boolean(this.run.field("rb_used_ul") && this.run.field("cell_rb_available")); }

  hasServers() { return Boolean(this.run.field("compute_backlog_cycles") && this.run.field("compute_capacity_hz")); }

  // Share of each cell's resource blocks that its users were granted of late, uplink.
  drawBand(canvas, index, chosen) {
    const run = this.run;
    const available = run.at(run.field("cell_rb_available"), index);
    const first = Math.max(run.indexAt(run.times[index] - BAND_S) + 1, Math.min(index, 1));
    const cells = Array.from({ length: this.n }, () => new Map());
    for (let slot = first; slot <= index; slot++) {
      const serving = run.at(run.field("serving_bs"), slot);
      run.at(run.field("rb_used_ul"), slot).forEach((blocks, ue) => {
        const bs = serving[ue];
        if (!(bs >= 0 && blocks > 0)) return;
        const share = (100 * blocks) / available[bs] / (index - first + 1);
        cells[bs].set(ue, (cells[bs].get(ue) ?? 0) + share);
      });
    }
    const pieces = cells.map((of) => [...of].map(([ue, size]) => ({ ue, size })));
    const label = (bs) => `${Math.round(pieces[bs].reduce((sum, { size }) => sum + size, 0))} %`;
    this.draw(canvas, pieces, label, 100, `uplink band granted, last ${BAND_S} s [%]`, chosen);
  }

  // Time that each server needs for what it holds: tasks in colour, retraining jobs hatched.
  drawServers(canvas, index, chosen) {
    const run = this.run;
    const [work, capacity, busy] = ["compute_backlog_cycles", "compute_capacity_hz", "compute_utilisation"]
      .map((name) => run.at(run.field(name), index));
    const [training, serving] = ["training_backlog_cycles", "serving_bs"].map((name) =>
      run.at(run.field(name), index));
    const n = this.n;
    const cells = Array.from({ length: n }, () => []);
    for (let ue = 0; ue * n < work.length; ue++) {
      for (let bs = 0; bs < n; bs++) {
        const size = work[ue * n + bs] / capacity[bs];
        if (size > 0) cells[bs].push({ ue, size });
      }
    }
    training?.forEach((cycles, ue) => {
      const bs = serving[ue]; // jobs follow their user
      if (cycles > 0 && bs >= 0) cells[bs].push({ ue, size: cycles / capacity[bs], hatched: true });
    });
    const label = (bs) => (busy ? `${Math.round(100 * busy[bs])} % busy` : "");
    const title = training ? "work at the server [s], hatched: retraining" : "work at the server [s]";
    this.draw(canvas, cells, label, null, title, chosen);
  }

  draw(canvas, cells, label, fixed, title, chosen) {
    const row = this.rowHeight;
    const { context, width, height } = prepared(canvas, EDGE.top + EDGE.bottom + row * this.n);
    const sums = cells.map((pieces) => pieces.reduce((sum, piece) => sum + piece.size, 0));
    const most = fixed ?? Math.max(this.scales.work_s ?? 0, niceAbove(Math.max(...sums, 0.1)));
    if (fixed === null) this.scales.work_s = most;
    const inner = width - EDGE.left - EDGE.right;
    const x = (value) => EDGE.left + (inner * value) / most;
    const bottom = height - EDGE.bottom;
    context.textAlign = "center";
    for (const part of [0, 0.5, 1]) {
      context.fillStyle = themed("muted");
      context.fillText(short(part * most), x(part * most), bottom + 9);
      context.fillStyle = themed("grid");
      context.fillRect(x(part * most), EDGE.top, 1, bottom - EDGE.top);
    }
    context.fillStyle = themed("muted");
    context.fillText(title, EDGE.left + inner / 2, height - 7);
    cells.forEach((pieces, bs) => {
      const top = EDGE.top + bs * row + 2;
      context.textAlign = "right";
      context.fillStyle = themed("text");
      context.fillText(`station ${bs}`, EDGE.left - 6, top + row / 2 - 2);
      let sum = 0;
      for (const piece of pieces) {
        this.drawPiece(context, piece, bs, x(sum), x(Math.min(sum + piece.size, most)), top, row - 5, chosen);
        sum += piece.size;
      }
      context.textAlign = "left";
      context.fillStyle = themed("muted");
      context.fillText(label(bs), EDGE.left + inner + 6, top + row / 2 - 2);
    });
  }

  drawPiece(context, { ue, hatched }, bs, from, to, top, height, chosen) {
    const wide = Math.max(to - from, 0.5);
    context.fillStyle = faded(cellColour(bs), hatched ? 0.25 : ue % 2 ? 0.95 : 0.65);
    context.fillRect(from, top, wide, height);
    if (hatched) hatch(context, from, top, wide, height, cellColour(bs));
    if (ue === chosen) {
      context.strokeStyle = themed("text");
      context.lineWidth = 2;
      context.strokeRect(from, top, wide, height);
    }
    if (wide > 18) {
      context.fillStyle = hatched ? themed("text") : "#fff";
      context.textAlign = "center";
      context.font = "11px system-ui, sans-serif";
      context.fillText(ue, from + wide / 2, top + height / 2 + 0.5);
      context.font = "12px system-ui, sans-serif";
    }
  }
}

function hatch(context, left, top, width, height, colour) {
  context.save();
  context.beginPath();
  context.rect(left, top, width, height);
  context.clip();
  context.strokeStyle = colour;
  context.lineWidth = 1.2;
  for (let x = left - height; x < left + width; x += 5) {
    context.beginPath();
    context.moveTo(x, top + height);
    context.lineTo(x + height, top);
    context.stroke();
  }
  context.restore();
}
