// SPDX-License-Identifier: MIT
// Buttons, slider and keys: of the simulation while it is live, else of what has been.

import { lastAtMost } from "./numbers.js";

const SPEEDS = [0.1, 0.25, 0.5, 1, 2, 4, 8];

export class Controls {
  // ask: sends a request to the simulation, or null.
  constructor(playback, ask, bounds) {
    Object.assign(this, { playback, ask, bounds, canPause: false, paused: false });
    for (const id of ["play", "step", "speed", "slider", "time", "live"]) {
      this[id] = document.getElementById(id);
    }
    for (const speed of SPEEDS) {
      this.speed.append(new Option(`× ${speed}`, speed, speed === 1, speed === 1));
    }
    this.speed.onchange = () => { playback.speed = Number(this.speed.value); };
    this.play.onclick = () => this.toggle();
    this.step.onclick = () => this.move(1);
    this.live.onclick = () => this.goOn();
    this.slider.oninput = () => playback.goTo(Number(this.slider.value));
    document.addEventListener("keydown", (event) => this.key(event));
  }

  // Whether pause and step are the simulation's.
  get isOfSimulation() { return this.playback.follows && this.canPause && this.bounds().isRunning; }

  toggle() {
    const { playback } = this;
    const { first, last } = this.bounds();
    if (this.isOfSimulation) this.ask(this.paused ? "go" : "pause");
    else if (playback.plays || playback.follows) playback.stop();
    else if (this.paused && playback.time >= last - 1e-9) this.goOn();
    else playback.play(first, last);
  }

  // To the newest slot; a simulation that waits for us goes on.
  goOn() {
    this.playback.follow();
    if (this.paused) this.ask("go");
  }

  move(slots) {
    if (this.isOfSimulation && slots > 0) {
      this.ask(this.paused ? "step" : "pause");
      return;
    }
    const { times } = this.bounds();
    if (!times.length) return;
    const to = lastAtMost(times, this.playback.time + 1e-6) + slots;
    this.playback.goTo(times[Math.min(Math.max(to, 0), times.length - 1)]);
  }

  key(event) {
    if (event.target.matches("select, input[type=text]")) return;
    if (event.altKey || event.ctrlKey || event.metaKey) return; // the browser's own
    if (event.key === " " && event.target.matches("button")) return; // presses it
    const actions = { " ": () => this.toggle(), ArrowRight: () => this.move(1), ArrowLeft: () => this.move(-1) };
    if (!actions[event.key]) return;
    event.preventDefault();
    actions[event.key]();
  }

  draw() {
    const { first, last, isRunning } = this.bounds();
    const { playback } = this;
    const moves = this.isOfSimulation ? !this.paused : playback.plays || (playback.follows && isRunning);
    const label = moves ? "Pause" : "Play";
    if (this.play.textContent !== label) this.play.textContent = label;
    this.live.hidden = !isRunning;
    this.live.setAttribute("aria-pressed", playback.follows);
    [this.slider.min, this.slider.max] = [first, Math.max(last, first + 1e-3)];
    if (document.activeElement !== this.slider || playback.follows || playback.plays) {
      this.slider.value = playback.time;
    }
    this.time.textContent = `${playback.time.toFixed(2)} s of ${last.toFixed(2)} s`;
  }
}
