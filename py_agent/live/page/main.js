// SPDX-License-Identifier: MIT
// Puts the page together: messages go to runs, runs are drawn at the time that playback says.

import { listen } from "./connection.js";
import { Controls } from "./controls.js";
import { Curves } from "./curves.js";
import { FieldCharts } from "./field_charts.js";
import { Forecasts } from "./forecasts.js";
import { nowhere } from "./map.js";
import { Playback } from "./playback.js";
import { PointCharts } from "./point_charts.js";
import { RunCard } from "./run_card.js";
import { RunChoice } from "./run_choice.js";
import { Run } from "./run.js";

const CATCHING_UP = 8; // slots between two pictures: there is a past to be taken in first
const SELDOM_MS = 300;
const CHARTS_EVERY_MS = 200; // curves are long; maps are drawn as often as the screen shows them

const get = (id) => document.getElementById(id);
const runs = new Map();
const playback = new Playback();
const seek = (time) => playback.goTo(time);
const curves = new Curves(get("curves"), seek);
const forecasts = new Forecasts(get("forecasts"), seek);
const fields = new FieldCharts(get("fields"), seek);
const points = new PointCharts(get("points"));
const choice = new RunChoice(get("choice"), showRuns);
let cards = [];
let chosen = null; // user
let shared = null; // bounds of maps and scales of bars beside each other
let connection = "connecting";
let arrived = 0; // slots since the last picture
let tickedAt = 0;
let drawnAt = 0;
let chartsAt = 0;
let drawn = ""; // what cards and charts show
let charted = "";

const ask = listen(take, (state) => { connection = state; });
const controls = new Controls(playback, ask, bounds);
requestAnimationFrame(tick);

function take(message) {
  if (message.kind === "clock") {
    controls.canPause = message.can_pause;
    controls.paused = message.paused;
    return;
  }
  if (message.kind === "begin") {
    if (!runs.has(message.run)) begin(message);
    return;
  }
  if (message.kind === "points") {
    points.add(message);
    return;
  }
  const run = runs.get(message.run);
  if (!run) return;
  if (message.kind === "slot") {
    run.addSlot(message);
    arrived++;
  }
  if (message.kind === "records") run.addRecords(message.tables);
  else if (message.kind === "forecast") run.addForecast(message);
  else if (message.kind === "end") run.end(message);
}

function begin(message) {
  const run = new Run(message, runs.size);
  if (!runs.size && message.recorded) playback.play(0, Infinity);
  runs.set(message.run, run);
  get("scenario").textContent = message.scenario.split("/").pop();
  choice.add(run);
}

function showRuns() {
  cards.forEach((card) => card.remove());
  shared = { bounds: nowhere(), scales: {} };
  const choose = (ue) => { chosen = ue; };
  cards = choice.shown.map((run) => new RunCard(get("runs"), run, shared, choose));
  get("runs").dataset.count = cards.length;
  get("legend").hidden = !cards.some((card) => card.map.isPossible);
  curves.show(cards);
  fields.offer(choice.shown[0]);
  drawn = charted = "";
}

// What there is to see of the runs that are shown. While some go on, all are shown up to where the
// slowest of these is, so that they are compared at one time.
function bounds() {
  const shown = choice.shown.filter((run) => run.times.length);
  if (!shown.length) return { first: 0, last: 0, isRunning: false, times: [] };
  const going = connection === "open" ? shown.filter((run) => run.isRunning) : [];
  const lasts = (of) => of.map((run) => run.lastTime);
  return {
    first: Math.min(...shown.map((run) => run.firstTime)),
    last: going.length ? Math.min(...lasts(going)) : Math.max(...lasts(shown)),
    isRunning: going.length > 0,
    times: shown[0].times,
  };
}

function tick(now) {
  requestAnimationFrame(tick);
  const { first, last } = bounds();
  playback.pass(Math.min(now - tickedAt, 200) / 1000, first, last);
  tickedAt = now;
  controls.draw();
  sayState();
  if (arrived > CATCHING_UP && now - drawnAt < SELDOM_MS) return;
  arrived = 0;
  drawnAt = now;
  const key = [playback.time, chosen, innerWidth, matchMedia("(prefers-color-scheme: dark)").matches,
    fields.select.value, ...choice.shown.map((run) => run.version)].join();
  if (key !== drawn) {
    drawn = key;
    drawCards();
    globalThis.ns3TwinDrawn = (globalThis.ns3TwinDrawn ?? 0) + 1; // for tests
  }
  if (key !== charted && now - chartsAt >= CHARTS_EVERY_MS) {
    [charted, chartsAt] = [key, now];
    curves.draw(playback.time);
    forecasts.draw(cards, playback.time, chosen);
    fields.draw(cards, playback.time, chosen);
  }
}

// Axes that one run has made longer hold for those that were drawn before it, too.
function drawCards() {
  const before = JSON.stringify(shared);
  const draw = (card) => card.draw(playback.time, chosen, cards.length === 1);
  cards.forEach(draw);
  if (cards.length > 1 && JSON.stringify(shared) !== before) cards.forEach(draw);
}

function sayState() {
  const { isRunning } = bounds();
  const all = [...runs.values()];
  let text = "waiting for the first slot …";
  if (controls.paused && isRunning) text = "paused: ns-3 waits";
  else if (isRunning) text = playback.follows ? "live" : "live; looking back";
  else if (connection === "closed" && all.some((run) => run.isRunning)) text = "connection lost";
  else if (all.some((run) => run.status === "failed")) text = "a run failed";
  else if (all.some((run) => run.told.recorded)) text = "recorded";
  else if (all.length) text = "ended: all slots can be replayed";
  const state = get("state");
  if (state.textContent !== text) state.textContent = text;
  document.body.dataset.state = controls.paused && isRunning ? "paused" : isRunning ? "live" : "ended";
}
