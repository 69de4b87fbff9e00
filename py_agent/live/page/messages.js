// SPDX-License-Identifier: MIT
// What comes from a server, or lies in a page that was sent: docs/reference/live-messages.md.

const decoder = new TextDecoder();

export function decodeSlot(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  const slot = JSON.parse(decoder.decode(new Uint8Array(buffer, 4, length)));
  slot.values = new Float32Array(buffer, 4 + length);
  return slot;
}

export const decode = (data) => (typeof data === "string" ? JSON.parse(data) : decodeSlot(data));

// Messages of a page that holds its runs itself: compressed, columns of slots' values, each as what
// differs from the slot before.
export async function* inlined(element) {
  const packed = Uint8Array.from(atob(element.textContent), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const buffer = await new Response(stream).arrayBuffer();
  const length = new DataView(buffer).getUint32(0, true);
  const told = JSON.parse(decoder.decode(new Uint8Array(buffer, 4, length)));
  let start = 4 + length;
  for (const run of told.runs) {
    yield run.before;
    const slots = run.slot.length;
    const columns = new Uint32Array(buffer, start, slots * run.n_values);
    start += columns.byteLength;
    const rows = rowsOf(columns, slots, run.n_values);
    for (let i = 0; i < slots; i++) {
      const values = rows.subarray(i * run.n_values, (i + 1) * run.n_values);
      yield { kind: "slot", run: run.before.run, slot: run.slot[i], time_s: run.time_s[i],
        reward: run.reward[i], values };
    }
    yield* run.after;
  }
}

function rowsOf(columns, slots, width) {
  const rows = new Uint32Array(columns.length);
  for (let column = 0; column < width; column++) {
    let bits = 0;
    for (let slot = 0; slot < slots; slot++) {
      bits ^= columns[column * slots + slot];
      rows[slot * width + column] = bits;
    }
  }
  return new Float32Array(rows.buffer);
}
