// SPDX-License-Identifier: MIT
// Colours that colour-blind readers can tell apart (Okabe and Ito 2008).

const CELLS = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#b8a800"];
const RUNS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];
export const DASHES = [[], [7, 4], [2, 3], [9, 3, 2, 3]]; // lines differ without colours, too

export const cellColour = (bs) => CELLS[bs % CELLS.length];
export const runColour = (number) => RUNS[number % RUNS.length];
export const runDash = (number) => DASHES[number % DASHES.length];

// A colour of the style sheet, which differs between light and dark.
export function themed(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

export function faded(hex, alpha) {
  return hex + Math.round(255 * alpha).toString(16).padStart(2, "0");
}
