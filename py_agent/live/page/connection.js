// SPDX-License-Identifier: MIT
// Where messages come from: the server of this page, or the page itself.

import { decode, inlined } from "./messages.js";

// Calls `take` with each message; `tell` with "open", "closed" or "complete". Returns what sends a
// request, or null where there is nobody to ask.
export function listen(take, tell) {
  const element = document.getElementById("recorded");
  if (element) {
    readAll(element, take, tell);
    return null;
  }
  const address = new URL("live", location.href); // beside the page, under its token
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(address);
  socket.binaryType = "arraybuffer";
  socket.onmessage = (event) => take(decode(event.data));
  socket.onopen = () => tell("open");
  socket.onclose = () => tell("closed");
  return (kind) => socket.readyState === WebSocket.OPEN && socket.send(JSON.stringify({ kind }));
}

async function readAll(element, take, tell) {
  for await (const message of inlined(element)) take(message);
  tell("complete");
}
