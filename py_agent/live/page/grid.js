// SPDX-License-Identifier: MIT
// Times at which curves of many runs are drawn together.

const MOST = 700; // points of a curve; a screen shows no more

export function gridOf(runs) {
  const first = Math.min(...runs.map((run) => run.firstTime));
  const last = Math.max(...runs.map((run) => run.lastTime));
  const longest = runs.reduce((a, b) => (b.times.length > a.times.length ? b : a));
  if (longest.times.length <= MOST && longest.firstTime === first && longest.lastTime === last) {
    return longest.times.slice();
  }
  return Array.from({ length: MOST }, (_, i) => first + ((last - first) * i) / (MOST - 1));
}

// The slot of each time of a grid, or -1 outside the run.
export function slotsOn(grid, run) {
  const slots = new Array(grid.length);
  let index = -1;
  grid.forEach((time, i) => {
    while (index + 1 < run.times.length && run.times[index + 1] <= time + 1e-6) index++;
    slots[i] = time > run.lastTime + 1e-6 ? -1 : index;
  });
  return slots;
}
