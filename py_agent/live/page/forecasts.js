// SPDX-License-Identifier: MIT
// What the twin expected of a user beside what ns-3 then showed.

import { Chart } from "./chart.js";
import { runColour } from "./colours.js";
import { gridOf, slotsOn } from "./grid.js";
import { valueOf } from "./run.js";

const Z_95 = 1.96; // standard deviations on both sides of a mean that hold 95 %

export class Forecasts {
  constructor(section, seek) {
    this.section = section;
    this.title = section.querySelector("h2");
    this.place = section.querySelector(".charts");
    this.seek = seek;
    this.charts = [];
  }

  draw(views, time, chosen) {
    const view = views.find(({ run }) => run.forecasts.length);
    this.section.hidden = !view;
    if (!view) return;
    const { run } = view;
    const ue = chosen ?? 0;
    this.title.textContent = `The twin beside ns-3: user ${ue}, ${run.told.name}`;
    this.prepare(run);
    const grid = gridOf([run]);
    const slots = slotsOn(grid, run);
    for (const { chart, field, part } of this.charts) {
      const element = (slot) => this.elementOf(run, field, part, ue, slot);
      const line = grid.map((_, i) => {
        const at = slots[i] < 0 ? null : element(slots[i]);
        return at === null ? null : valueOf(field, run.at(field, slots[i])[at]);
      });
      chart.set([grid, line], time, this.marksOf(run, field, element, ue));
    }
  }

  marksOf(run, field, element, ue) {
    const marks = [];
    for (const forecast of run.forecasts) {
      const slot = run.indexAt(forecast.for_s);
      const at = slot < 0 || forecast.for_s > run.lastTime + 0.5 ? null : element(slot);
      const values = forecast.values[field.name];
      if (at === null || !values || values.mean[at] === null) continue;
      // One standard deviation serves both axes of a place.
      const sd = values.sd.length === values.mean.length ? values.sd[at] : values.sd[ue];
      const mean = values.mean[at];
      marks.push({ time: forecast.for_s, mean, low: mean - Z_95 * sd, high: mean + Z_95 * sd });
    }
    return marks;
  }

  // Which element of a field is the user's: x or y of its place, its link to the station that serves it.
  elementOf(run, field, part, ue, slot) {
    if (field.dims[1] === undefined) return ue;
    if (field.dims[1] === "xy") return ue * field.shape[1] + part;
    const serving = run.at(run.field("serving_bs"), slot);
    return serving && serving[ue] >= 0 ? ue * field.shape[1] + serving[ue] : null;
  }

  prepare(run) {
    if (this.shown === run) return;
    this.shown = run;
    this.charts.forEach(({ chart }) => chart.remove());
    const series = [{ label: run.told.name, colour: runColour(run.number) }];
    this.charts = Object.keys(run.forecasts[0].values).flatMap((name) => {
      const field = run.field(name);
      if (!field) return [];
      const parts = field.dims[1] === "xy" ? ["x", "y"] : [""];
      return parts.map((axis, part) => ({
        field,
        part,
        chart: new Chart(this.place, {
          title: [titleOf(field), axis].join(" ").trim(), unit: field.unit, series, seek: this.seek,
          bounds: name === "accuracy" ? [0, 1] : [null, null],
        }),
      }));
    });
  }
}

const titleOf = (field) =>
  field.dims[1] === "bs" ? `${field.name} of the serving station` : field.name;
