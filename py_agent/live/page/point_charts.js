// SPDX-License-Identifier: MIT
// Curves of a training: values with their intervals over the steps that were trained.

import { Chart } from "./chart.js";

export class PointCharts {
  constructor(place) {
    this.place = place;
    this.curves = new Map();
  }

  add({ title, x, points }) {
    if (!this.curves.has(title)) {
      const chart = new Chart(this.place, {
        title, unit: "", xTitle: x, bounds: [null, null], seek: () => {},
        series: [{ label: title, colour: "#0072b2" }],
      });
      this.curves.set(title, { chart, points: [] });
    }
    const curve = this.curves.get(title);
    curve.points.push(...points);
    const marks = curve.points.map((p) => ({ time: p.x, ...p }));
    curve.chart.set([curve.points.map((p) => p.x), curve.points.map((p) => p.mean)], null, marks);
  }
}
