// SPDX-License-Identifier: MIT
// An agent without Python: npm install; node agent.mjs ADDRESS [bridge.proto]
//
// It asks the gateway what the scenario declares, plays one episode with the middle of each
// action's range, and prints the return. bridge/PROTOCOL.md describes the messages.
import protobuf from "protobufjs";
import { Dealer } from "zeromq";

const VERSION = 1;
const RUN = 1;
const SIZES = { uint8: 1, int32: 4, int64: 8, float32: 4, float64: 8 };

const [address, proto = new URL("../../bridge/proto/bridge.proto", import.meta.url).pathname] =
  process.argv.slice(2);
if (!address) {
  console.error("usage: node agent.mjs ADDRESS [bridge.proto]");
  process.exit(2);
}
const messages = await protobuf.load(proto);
const Request = messages.lookupType("ns3_twin.v1.Request");
const Reply = messages.lookupType("ns3_twin.v1.Reply");
const { RUNNING } = messages.lookupEnum("ns3_twin.v1.Status").values;

const socket = new Dealer({
  heartbeatInterval: 1000, // ZMQ answers for us while we think
  heartbeatTimeout: 4000,
  receiveTimeout: 15_000, // the gateway sends heartbeats: silence means that it is gone
  receiveHighWaterMark: 0, // never full, however long we think
  linger: 0,
});
socket.connect(address);

let session = new Uint8Array();
let number = 0;

/** Send a request, wait for its answer: [reply, raw frames]. */
async function ask(body, frames = []) {
  const asked = body.hello ? 0 : ++number;
  await socket.send([Request.encode({ session, number: asked, ...body }).finish(), ...frames]);
  for (;;) {
    const [control, ...tensors] = await socket.receive();
    const reply = Reply.decode(control);
    if (reply.error && [0, asked].includes(Number(reply.number))) {
      throw new Error(reply.error.message);
    }
    if (Number(reply.number) === asked && !reply.heartbeat && !reply.queued) {
      return [reply, tensors];
    }
  }
}

/** The action block with every element in the middle of its range. */
function middle(schema) {
  const block = Buffer.alloc(schema.action_bytes);
  for (const field of schema.actions) {
    const count = field.shape.reduce((product, length) => product * length, 1);
    for (let i = 0; i < count; ++i) {
      const at = field.offset + i * SIZES[field.dtype];
      const value = (field.low + field.high) / 2;
      switch (field.dtype) {
        case "float32":
          block.writeFloatLE(value, at);
          break;
        case "float64":
          block.writeDoubleLE(value, at);
          break;
        case "int64":
          block.writeBigInt64LE(BigInt(Math.floor(value)), at);
          break;
        default:
          block.writeIntLE(Math.floor(value), at, SIZES[field.dtype]);
      }
    }
  }
  return block;
}

const [{ welcome }] = await ask({
  hello: { protocolVersion: VERSION, agent: "ns3-twin example (JavaScript)" },
});
session = welcome.session;
const { name, schema } = JSON.parse(welcome.descriptionJson);
const action = middle(schema);

let [{ observation }] = await ask({ reset: { run: RUN } });
let total = 0;
while (observation.status === RUNNING) {
  [{ observation }] = await ask({ step: {} }, [action]);
  total += observation.reward;
}
await ask({ bye: {} });
console.log(`${name}: ${observation.slot} slots, return ${total.toFixed(3)} ${schema.reward.unit}`);
socket.close();
