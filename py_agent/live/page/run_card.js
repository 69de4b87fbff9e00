// SPDX-License-Identifier: MIT
// All that is shown of one run in one slot: map, cells, users, what happened last.

import { CellBars } from "./cell_bars.js";
import { runColour } from "./colours.js";
import { Events, sayEvent } from "./events.js";
import { NetworkMap } from "./map.js";
import { meanAccuracy, tasksInSystem } from "./measures.js";
import { short, unitOf } from "./numbers.js";
import { TaskDelays, WINDOW_S } from "./task_delays.js";
import { UserBars } from "./user_bars.js";

const MOST_EVENTS = 5;

export class RunCard {
  // shared: bounds of maps and scales of bars that all runs beside each other have.
  constructor(parent, run, shared, choose) {
    this.run = run;
    this.events = new Events(run);
    this.delays = new TaskDelays(run);
    this.element = document.createElement("article");
    this.element.className = "run";
    this.element.dataset.run = run.id;
    this.title = this.add(this.element, "h2");
    this.title.style.borderColor = runColour(run.number);
    this.numbers = this.add(this.element, "p", "numbers");
    this.parts = this.add(this.element, "div", "parts");
    this.mapCanvas = this.add(this.parts, "canvas", "map");
    this.side = this.add(this.parts, "div", "side");
    this.bandCanvas = this.add(this.side, "canvas");
    this.serverCanvas = this.add(this.side, "canvas");
    this.userCanvas = this.add(this.side, "canvas");
    this.log = this.add(this.side, "ol", "events");
    this.map = new NetworkMap(this.mapCanvas, run, this.events, shared.bounds, choose);
    this.cells = new CellBars(run, shared.scales);
    this.users = new UserBars(run, this.delays, shared.scales);
    this.mapCanvas.hidden = !this.map.isPossible;
    this.bandCanvas.hidden = !this.cells.hasBand();
    this.serverCanvas.hidden = !this.cells.hasServers();
    this.userCanvas.hidden = !this.users.isPossible;
    this.log.hidden = !run.field("serving_bs");
    parent.append(this.element);
  }

  add(parent, name, className = "") {
    const element = document.createElement(name);
    element.className = className;
    parent.append(element);
    return element;
  }

  // isAlone: no other run is beside it, so there is room for a large map.
  draw(time, chosen, isAlone) {
    const { run } = this;
    this.events.update();
    this.delays.update();
    const index = run.indexAt(time);
    this.title.textContent = `${run.told.name} · ${this.sayState(index)}`;
    if (index < 0) return;
    this.sayNumbers(index, time);
    if (this.map.isPossible) this.map.draw(time, this.mapHeight(isAlone), chosen);
    if (this.cells.hasBand()) this.cells.drawBand(this.bandCanvas, index, chosen);
    if (this.cells.hasServers()) this.cells.drawServers(this.serverCanvas, index, chosen);
    if (this.users.isPossible) this.users.draw(this.userCanvas, index, time, chosen);
    this.sayEvents(time);
  }

  sayNumbers(index, time) {
    const { run } = this;
    const said = [];
    const delay = this.delays.mean(Math.min(time, run.recordsUntil));
    if (delay !== null) said.push([delay.toFixed(2), `s mean delay (${WINDOW_S} s)`]);
    if (run.field("tasks_uploading")) {
      const tasks = tasksInSystem(run, index);
      said.push([tasks, tasks === 1 ? "task in the system" : "tasks in the system"]);
    }
    if (run.field("accuracy")) said.push([meanAccuracy(run, index)?.toFixed(3) ?? "–", "mean accuracy"]);
    this.numbers.replaceChildren(...said.flatMap(([value, what]) => {
      const number = document.createElement("strong");
      number.textContent = value;
      return [number, ` ${what}  `];
    }));
  }

  mapHeight(isAlone) {
    const width = this.mapCanvas.clientWidth;
    return Math.round(Math.min(Math.max(0.85 * width, 260), isAlone ? 560 : 350));
  }

  sayState(index) {
    const { run } = this;
    const slot = index < 0 ? "begins" : `slot ${run.slots[index]}${run.told.slots ? ` of ${run.told.slots}` : ""}`;
    const reward = index < 0 ? "" : `, reward ${short(run.rewards[index])} ${unitOf(run.told.reward.unit)}`;
    const isNews = !["running", "recorded", "finished"].includes(run.status);
    return slot + reward + (isNews ? ` · ${run.status}` : "");
  }

  sayEvents(time) {
    const past = this.events.list.filter((event) => event.time <= time + 1e-6).slice(-MOST_EVENTS);
    const key = past.map((event) => `${event.time} ${event.ue}`).join();
    if (key === this.eventsKey) return;
    this.eventsKey = key;
    this.log.replaceChildren(...past.reverse().map((event) => {
      const item = document.createElement("li");
      item.className = event.kind;
      item.textContent = `${event.time.toFixed(2)} s  ${sayEvent(event)}`;
      return item;
    }));
  }

  remove() { this.element.remove(); }
}
