/** A name server that knows one answer: several replicas behind one name. */

import { createSocket } from "node:dgram";
import { once } from "node:events";
import { onTestFinished } from "vitest";

const HEADER_BYTES = 12;
const TYPE_A = 1;
/** A response without error to a query that wanted recursion. */
const FLAGS = 0x8180;
/** Points to the name of the question, right behind the header. */
const SAME_NAME = 0xc000 | HEADER_BYTES;
const TTL_S = 60;

/** Answers every question for IPv4 addresses with `hosts` until the end of the test; returns `HOST:PORT`. */
export async function serveName(hosts: readonly string[]): Promise<string> {
  const socket = createSocket("udp4");
  socket.on("message", (query, client) => socket.send(answer(query, hosts), client.port, client.address));
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  onTestFinished(async () => {
    socket.close();
    await once(socket, "close");
  });
  return `127.0.0.1:${socket.address().port}`;
}

function answer(query: Buffer, hosts: readonly string[]): Buffer {
  const nameEnd = query.indexOf(0, HEADER_BYTES) + 1;
  const records = query.readUInt16BE(nameEnd) === TYPE_A ? hosts.map(makeRecord) : [];
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(query.readUInt16BE(0), 0);
  header.writeUInt16BE(FLAGS, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(records.length, 6);
  return Buffer.concat([header, query.subarray(HEADER_BYTES, nameEnd + 4), ...records]);
}

function makeRecord(host: string): Buffer {
  const record = Buffer.alloc(16);
  record.writeUInt16BE(SAME_NAME, 0);
  record.writeUInt16BE(TYPE_A, 2);
  record.writeUInt16BE(1, 4); // class IN
  record.writeUInt32BE(TTL_S, 6);
  record.writeUInt16BE(4, 10); // bytes of the address
  for (const [index, part] of host.split(".").entries()) record.writeUInt8(Number(part), 12 + index);
  return record;
}
