// SPDX-License-Identifier: MIT
// One run: what its fields mean, and all that has come of it.

import { lastAtMost } from "./numbers.js";

const MOST_NUMBERS = 48e6; // of one run, 192 MB; beyond, every other slot is forgotten

export class Run {
  constructor(begin, number) {
    this.told = begin;
    this.id = begin.run;
    this.number = number;
    this.fields = new Map(begin.fields.map((field) => [keyOf(field), field]));
    this.status = begin.recorded ? "recorded" : "running";
    this.reason = "";
    this.folder = "";
    this.slots = [];
    this.times = [];
    this.rewards = [];
    this.values = [];
    this.forecasts = [];
    this.tables = new Map();
    this.recordsUntil = -Infinity;
    this.version = 0; // grows with whatever is added
    this.forgotten = 0; // grows when slots are forgotten
  }

  addSlot({ slot, time_s, reward, values }) {
    if (this.slots.length && slot <= this.slots[this.slots.length - 1]) return;
    this.slots.push(slot);
    this.times.push(time_s);
    this.rewards.push(reward);
    this.values.push(values);
    this.version++;
    if (this.values.length * values.length > MOST_NUMBERS) this.forgetSome();
  }

  addRecords(tables) {
    for (const [name, columns] of Object.entries(tables)) {
      if (!this.tables.has(name)) this.tables.set(name, {});
      const all = this.tables.get(name);
      for (const [column, values] of Object.entries(columns)) {
        all[column] = (all[column] ?? []).concat(values);
      }
    }
    this.recordsUntil = this.told.recorded ? Infinity : this.lastTime; // then all come at once
    this.version++;
  }

  addForecast(forecast) {
    this.forecasts.push(forecast);
    this.version++;
  }

  end({ status, reason, folder }) {
    Object.assign(this, { status, reason, folder });
    this.version++;
  }

  get isRunning() { return this.status === "running"; }
  get firstTime() { return this.times[0] ?? 0; }
  get lastTime() { return this.times[this.times.length - 1] ?? 0; }

  // The field of that name that is observed, or decided with source "action".
  field(name, source = "observation") { return this.fields.get(`${source}.${name}`); }

  size(dim) {
    for (const field of this.fields.values()) {
      const axis = field.dims.indexOf(dim);
      if (axis >= 0) return field.shape[axis];
    }
    return 0;
  }

  indexAt(time) { return lastAtMost(this.times, time + 1e-6); }

  // All elements of a field in a slot, or null where there is no such field.
  at(field, index) {
    if (!field || index < 0) return null;
    if (field.constant) return field.constant;
    const count = field.shape.reduce((a, b) => a * b, 1);
    return this.values[index].subarray(field.at, field.at + count);
  }

  forgetSome() {
    const stays = (_, i) => i % 2 === 0;
    for (const name of ["slots", "times", "rewards", "values"]) this[name] = this[name].filter(stays);
    this.forgotten++;
  }
}

export const keyOf = (field) => `${field.source}.${field.name}`;

// A value of a field as a number, or null where it stands for "there is none".
export function valueOf(field, value) {
  return Number.isNaN(value) || (field.missing !== null && value === Math.fround(field.missing))
    ? null : value;
}
