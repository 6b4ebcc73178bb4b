import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import { beforeEach, expect, test } from 'vitest';
import { Connection } from '../../apps/api/src/subscriptions/connection.ts';

/** What a connection does with its socket, without the twelve seconds between two signs of life. */
class QuietSocket extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  bufferedAmount = 0;
  pings = 0;
  terminated = false;

  ping(): void {
    this.pings += 1;
  }

  terminate(): void {
    this.terminated = true;
  }
}

let socket: QuietSocket;
let connection: Connection;

beforeEach(() => {
  socket = new QuietSocket();
  connection = new Connection(socket as unknown as WebSocket, { headers: {} } as IncomingMessage);
});

test('a client that gives no sign of life is let go', () => {
  connection.checkLife();
  expect([socket.pings, socket.terminated]).toEqual([1, false]);
  connection.checkLife();
  expect([socket.pings, socket.terminated]).toEqual([1, true]);
});

test('a client that answers is asked again and kept', () => {
  for (let times = 0; times < 3; times += 1) {
    connection.checkLife();
    socket.emit('pong');
  }
  expect([socket.pings, socket.terminated]).toEqual([3, false]);
});

test('a client for whom megabytes wait is let go at its next message', () => {
  socket.bufferedAmount = 4 * 1024 * 1024;
  expect(connection.admitMessage()).toBe(true);
  socket.bufferedAmount += 1;
  expect(connection.admitMessage()).toBe(false);
  expect(socket.terminated).toBe(true);
});
