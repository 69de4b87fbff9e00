// SPDX-License-Identifier: MIT
// What the runs are compared by, over time: one curve per run.

import { Chart } from "./chart.js";
import { runColour, runDash } from "./colours.js";
import { gridOf, slotsOn } from "./grid.js";
import { meanAccuracy, tasksInSystem, total } from "./measures.js";
import { WINDOW_S } from "./task_delays.js";

// What can be drawn of a run: a value of a slot, or of a time.
const CURVES = [
  {
    title: "tasks in the system", unit: "tasks",
    fits: ({ run }) => run.field("tasks_uploading"),
    at: ({ run }, index) => tasksInSystem(run, index),
  },
  {
    title: `mean delay of the tasks done in ${WINDOW_S} s`, unit: "s",
    fits: ({ run }) => run.told.tables.some((table) => table.name === "task"),
    atTime: ({ delays }, time) => delays.mean(time),
  },
  {
    title: "mean accuracy of users' models", unit: "", bounds: [0, 1],
    fits: ({ run }) => run.field("accuracy"),
    at: ({ run }, index) => meanAccuracy(run, index),
  },
  {
    title: "retraining jobs under way", unit: "samples",
    fits: ({ run }) => run.field("training_backlog_samples"),
    at: ({ run }, index) => total(run.at(run.field("training_backlog_samples"), index)),
  },
  {
    title: "reward of a slot", bounds: [null, null],
    unitOf: (run) => run.told.reward?.unit ?? "1",
    fits: ({ run }) => !run.field("tasks_uploading"),
    at: ({ run }, index) => run.rewards[index],
  },
];

export class Curves {
  constructor(place, seek) {
    Object.assign(this, { place, seek, charts: [], views: [] });
  }

  // Other runs are shown.
  show(views) {
    this.charts.forEach(({ chart }) => chart.remove());
    this.views = views;
    this.charts = CURVES.filter((curve) => views.some((view) => curve.fits(view))).map((curve) => ({
      curve,
      chart: new Chart(this.place, {
        title: curve.title, unit: curve.unit ?? curve.unitOf(views[0].run), bounds: curve.bounds, seek: this.seek,
        series: views.map(({ run }) => ({
          label: run.told.name, colour: runColour(run.number), dash: runDash(run.number),
        })),
      }),
    }));
  }

  draw(time) {
    const runs = this.views.map((view) => view.run).filter((run) => run.times.length);
    if (!runs.length) return;
    const grid = gridOf(runs);
    const slots = new Map(this.views.map((view) => [view, slotsOn(grid, view.run)]));
    for (const { curve, chart } of this.charts) {
      const lines = this.views.map((view) => {
        if (!curve.fits(view)) return grid.map(() => null);
        return grid.map((at, i) => {
          const slot = slots.get(view)[i];
          if (slot < 0) return null;
          return curve.at ? curve.at(view, slot) : curve.atTime(view, at);
        });
      });
      chart.set([grid, ...lines], time);
    }
  }
}
