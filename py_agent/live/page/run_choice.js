// SPDX-License-Identifier: MIT
// Which runs are shown: the newest by themselves, until a person chooses.

import { runColour } from "./colours.js";

const MOST = 4; // beside each other
const MOST_LIVE = 2; // by themselves, of runs that go on: one that is over makes room for the next

export class RunChoice {
  constructor(place, changed) {
    Object.assign(this, { place, changed, runs: [], shown: [], chosen: false });
  }

  add(run) {
    this.runs.push(run);
    if (!this.chosen) {
      const most = run.told.recorded ? MOST : MOST_LIVE;
      const over = this.shown.findIndex((other) => !other.isRunning);
      if (this.shown.length >= most && !run.told.recorded && over >= 0) this.shown.splice(over, 1);
      if (this.shown.length < most) this.shown.push(run);
    }
    this.offer();
    this.changed();
  }

  offer() {
    this.place.hidden = this.runs.length < 2;
    this.place.replaceChildren(...this.runs.map((run) => {
      const button = document.createElement("button");
      button.textContent = run.told.name;
      button.style.borderColor = runColour(run.number);
      button.setAttribute("aria-pressed", this.shown.includes(run));
      button.onclick = () => this.toggle(run);
      return button;
    }));
  }

  toggle(run) {
    this.chosen = true;
    if (!this.shown.includes(run)) this.shown = [...this.shown, run].slice(-MOST);
    else if (this.shown.length > 1) this.shown = this.shown.filter((other) => other !== run);
    this.shown.sort((a, b) => a.number - b.number);
    this.offer();
    this.changed();
  }
}
