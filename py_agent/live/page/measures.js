// SPDX-License-Identifier: MIT
// Numbers that sum up how a network stands in a slot.

const STAGES = ["tasks_uploading", "tasks_computing", "tasks_downloading"];

export function tasksInSystem(run, index) {
  return STAGES.reduce((sum, name) => sum + total(run.at(run.field(name), index)), 0);
}

export function meanAccuracy(run, index) {
  const present = run.at(run.field("present"), index);
  let [sum, count] = [0, 0];
  run.at(run.field("accuracy"), index).forEach((value, ue) => {
    if (present && !(present[ue] > 0)) return;
    sum += value;
    count++;
  });
  return count ? sum / count : null;
}

export function total(values) {
  let sum = 0;
  if (values) for (const value of values) sum += value;
  return sum;
}
