// SPDX-License-Identifier: MIT
// Delays of tasks, from the records of those that are done.

import { lastAtMost } from "./numbers.js";

export const WINDOW_S = 5; // delays are means over the tasks done in so long a time

export class TaskDelays {
  constructor(run) {
    this.run = run;
    this.rows = 0;
    this.done = []; // times, in order
    this.sums = [0]; // of delays
    this.users = new Map(); // of each user the same
  }

  update() {
    const table = this.run.tables.get("task");
    if (!table?.done_s || table.created_s.length === this.rows) return;
    this.rows = table.created_s.length;
    const order = [...table.done_s.keys()].filter((i) => table.done_s[i] !== null);
    order.sort((a, b) => table.done_s[a] - table.done_s[b]);
    Object.assign(this, { done: [], sums: [0] });
    this.users.clear();
    for (const i of order) {
      const delay = table.done_s[i] - table.created_s[i];
      append(this, table.done_s[i], delay);
      const ue = table.ue[i];
      if (!this.users.has(ue)) this.users.set(ue, { done: [], sums: [0] });
      append(this.users.get(ue), table.done_s[i], delay);
    }
  }

  // Mean delay of the tasks done in the window before a time, or null; of one user, or of all.
  mean(time, ue = null) {
    if (time > this.run.recordsUntil + 1e-6) return null;
    const series = ue === null ? this : this.users.get(ue);
    if (!series) return null;
    const last = lastAtMost(series.done, time);
    const first = lastAtMost(series.done, time - WINDOW_S);
    return last > first ? (series.sums[last + 1] - series.sums[first + 1]) / (last - first) : null;
  }
}

function append(series, done, delay) {
  series.done.push(done);
  series.sums.push(series.sums[series.sums.length - 1] + delay);
}
