// What cards say of frames of a real run.
import { beforeAll, expect, test } from 'vitest';
import { FrameView } from '../engine/frame';
import { armOf, describe, startEngine } from '../engine/testing';
import { Readings } from './readings';
import { Trouble } from './trouble';

beforeAll(startEngine);

const TEXT = `(run: (duration: "2min"), nodes: {
  "users": Clients(to: "app", load: Open(rate: "50/s", shape: [Spike(at: "10s", for: "10s", rate: "500/s")])),
  "app": Service(cores: 1, queue: 100, serve: [Cpu(Exp("10ms"))]),
})`;

test('a run that stands is told as it is; one that goes on is told in peace', () => {
  const arm = armOf(TEXT);
  const description = describe(TEXT);
  const frame = new FrameView(description.frame);
  const readings = new Readings(description);
  const [app] = readings.nodes;
  if (!app) throw new Error('there is a service');
  const at = (time: number): void => {
    while (arm.now() < time) arm.advance(time, 100_000);
    frame.data = arm.frame(1);
  };
  at(19);
  readings.read(frame, 1000);
  const { rate } = readings.words(app);
  expect(app.trouble).toBeGreaterThanOrEqual(Trouble.Overloaded);

  // A moment later all is well: while it goes on, neither words nor trouble flicker.
  at(40);
  readings.read(frame, 1050);
  expect(readings.words(app).rate).toBe(rate);
  expect(app.trouble).toBeGreaterThanOrEqual(Trouble.Overloaded);

  readings.read(frame, 1051, true);
  expect(readings.words(app).rate).not.toBe(rate);
  expect(app.trouble).toBe(Trouble.None);
  readings.read(frame, 1100);
  expect(app.trouble).toBe(Trouble.None);
  arm.free();
});
