// SPDX-License-Identifier: MIT
// What time is shown: the newest slot, or one that a person has chosen.

export class Playback {
  constructor() {
    this.time = 0;
    this.follows = true; // the newest slot
    this.plays = false; // through what has been
    this.speed = 1; // seconds of ns-3 per second
  }

  // Time passes for whoever looks on; `first` and `last` bound what there is to see.
  pass(elapsed_s, first, last) {
    if (this.follows) this.time = last;
    else if (this.plays) {
      this.time += elapsed_s * this.speed;
      if (this.time >= last) this.plays = false;
    }
    this.time = Math.min(Math.max(this.time, first), last);
  }

  goTo(time) {
    this.follows = this.plays = false;
    this.time = time;
  }

  follow() {
    this.follows = true;
    this.plays = false;
  }

  play(first, last) {
    if (this.time >= last - 1e-9) this.time = first;
    this.follows = false;
    this.plays = true;
  }

  stop() {
    this.follows = this.plays = false;
  }
}
