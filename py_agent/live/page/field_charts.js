// SPDX-License-Identifier: MIT
// Any field by its declaration: an element each, or one user's, or all users' mean, least and most.

import { Chart } from "./chart.js";
import { cellColour, DASHES, runColour } from "./colours.js";
import { gridOf, slotsOn } from "./grid.js";
import { keyOf, valueOf } from "./run.js";

const MOST_LINES = 8;
const MOST_FIELDS = 8; // of a scenario that are all drawn at once, unless one is chosen
const ALL = "all";

export class FieldCharts {
  constructor(section, seek) {
    this.place = section.querySelector(".charts");
    this.help = section.querySelector("#field-help");
    this.select = section.querySelector("#field");
    this.seek = seek;
    this.charts = [];
    this.select.onchange = () => { this.key = null; };
  }

  // The fields that can be chosen are those of the first run.
  offer(run) {
    const before = this.select.value;
    const fields = [...run.fields.values()].filter((field) => !field.constant);
    this.all = fields.length <= MOST_FIELDS ? fields.map(keyOf) : [];
    this.select.replaceChildren(
      ...(this.all.length ? [new Option("all", ALL)] : []),
      ...fields.map((field) => new Option(titleOf(field), keyOf(field))),
    );
    const usual = run.field("sinr_dl_db") ? "observation.sinr_dl_db" : this.select.options[0]?.value;
    this.select.value = run.fields.has(before) || before === ALL && this.all.length ? before : usual;
    this.key = null;
  }

  draw(views, time, chosen) {
    const keys = this.select.value === ALL ? this.all : [this.select.value];
    const shown = keys.flatMap((key) => views.map(({ run }) => ({ run, field: run.fields.get(key) })))
      .filter(({ run, field }) => field && run.times.length);
    const key = [this.select.value, chosen, ...shown.map(({ run }) => run.id)].join();
    if (key !== this.key) this.prepare(shown, chosen, key);
    for (const { run, lines, chart } of this.charts) {
      const grid = gridOf([run]);
      const slots = slotsOn(grid, run);
      chart.set([grid, ...lines.map(({ of }) => slots.map((slot) => (slot < 0 ? null : of(slot))))], time);
    }
  }

  prepare(shown, chosen, key) {
    this.key = key;
    this.charts.forEach(({ chart }) => chart.remove());
    this.charts = shown.map(({ run, field }) => {
      const lines = linesOf(run, field, chosen);
      const chart = new Chart(this.place, {
        title: `${titleOf(field)}, ${run.told.name}`, unit: field.unit, series: lines, seek: this.seek,
        bounds: [null, null],
      });
      return { run, field, lines, chart };
    });
    this.help.textContent = shown.length && this.select.value !== ALL ? sayField(shown[0].field) : "";
  }
}

const titleOf = (field) => (field.source === "action" ? `${field.name} (decided)` : field.name);

function sayField(field) {
  const axes = field.dims.map((dim, i) => `${dim || "element"} ${field.shape[i]}`).join(" × ");
  const bounds = field.low === null ? "" : `; from ${field.low} to ${field.high}`;
  const missing = field.missing === null ? "" : `; ${field.missing} stands for “there is none”`;
  const labels = field.labels.length ? `; ${field.labels.map((l, i) => `${field.low + i}: ${l}`).join(", ")}` : "";
  return `${field.help} (${axes}${bounds}${missing}${labels})`;
}

function linesOf(run, field, chosen) {
  const count = field.shape.reduce((a, b) => a * b, 1);
  const one = (element, label, number) => ({
    label, colour: field.dims.includes("bs") ? cellColour(number) : runColour(number),
    dash: DASHES[Math.floor(number / 6) % DASHES.length],
    of: (slot) => valueOf(field, run.at(field, slot)[element]),
  });
  if (field.dims[0] === "ue" && chosen !== null) {
    const width = count / field.shape[0];
    return Array.from({ length: Math.min(width, MOST_LINES) }, (_, i) =>
      one(chosen * width + i, partOf(field, i, `user ${chosen}`), i));
  }
  if (count <= MOST_LINES) {
    return Array.from({ length: count }, (_, i) => one(i, partOf(field, i, field.name), i));
  }
  const over = (fold, start) => (slot) => {
    let [result, n] = [start, 0];
    for (const raw of run.at(field, slot)) {
      const value = valueOf(field, raw);
      if (value !== null) [result, n] = [fold(result, value), n + 1];
    }
    return n ? { result, n } : null;
  };
  const sum = over((a, b) => a + b, 0);
  const least = over(Math.min, Infinity);
  const most = over(Math.max, -Infinity);
  return [
    { label: "mean", colour: runColour(0), of: (s) => { const r = sum(s); return r && r.result / r.n; } },
    { label: "least", colour: runColour(4), dash: DASHES[1], of: (s) => least(s)?.result ?? null },
    { label: "most", colour: runColour(1), dash: DASHES[1], of: (s) => most(s)?.result ?? null },
  ];
}

function partOf(field, i, whole) {
  const dim = field.dims[field.dims.length - 1];
  const width = field.shape[field.shape.length - 1];
  if (width === 1) return whole;
  if (field.dims.length === 1 && dim === "ue") return whole === field.name ? `user ${i}` : whole;
  if (dim === "bs") return `${whole === field.name ? "" : `${whole}, `}station ${i % width}`;
  return dim === "xy" ? `${whole}, ${"xy"[i % 2]}` : `${whole}, ${dim || "element"} ${i}`;
}
