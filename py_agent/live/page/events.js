// SPDX-License-Identifier: MIT
// What happened to users: handovers, failures, lost connections, found by comparing slots.

const FAILED = "failed";

export class Events {
  constructor(run) {
    this.run = run;
    this.list = []; // in order of time
    this.seen = 0; // slots
    this.forgotten = 0;
    this.serving = []; // last station of each user
  }

  // All events until now.
  update() {
    const run = this.run;
    if (run.forgotten !== this.forgotten) { // slots went: start over with those that are left
      Object.assign(this, { list: [], seen: 0, serving: [], forgotten: run.forgotten });
    }
    const serving = run.field("serving_bs");
    if (!serving) return this.list;
    const outcome = run.field("handover_state");
    const losses = run.field("connection_losses");
    const present = run.field("present");
    const failed = outcome ? outcome.labels.indexOf(FAILED) + outcome.low : -1;
    for (; this.seen < run.times.length; this.seen++) {
      const index = this.seen;
      const now = run.at(serving, index);
      const outcomes = run.at(outcome, index);
      const before = index > 0 ? run.at(outcome, index - 1) : outcomes;
      const lost = run.at(losses, index);
      const there = run.at(present, index);
      const lostBefore = index > 0 ? run.at(losses, index - 1) : lost;
      for (let ue = 0; ue < now.length; ue++) {
        const from = this.serving[ue] ?? now[ue];
        if (now[ue] >= 0 && from >= 0 && now[ue] !== from) this.add(index, "handover", ue, from, now[ue]);
        const hasFailed = outcomes && outcome.labels.includes(FAILED)
          && outcomes[ue] === failed && before[ue] !== failed;
        const isLost = lost && lost[ue] > lostBefore[ue];
        if (hasFailed) this.add(index, "failure", ue, from, -1);
        else if (isLost) this.add(index, "lost", ue, from, -1);
        if (hasFailed || isLost || there?.[ue] === 0) delete this.serving[ue]; // it begins anew
        else if (now[ue] >= 0) this.serving[ue] = now[ue];
      }
    }
    return this.list;
  }

  add(index, kind, ue, from, to) {
    this.list.push({ time: this.run.times[index], index, kind, ue, from, to });
  }
}

export function sayEvent({ kind, ue, from, to }) {
  if (kind === "handover") return `user ${ue}: station ${from} → ${to}`;
  if (kind === "failure") return `user ${ue}: handover from station ${from} failed`;
  return `user ${ue}: lost its connection to station ${from}`;
}
