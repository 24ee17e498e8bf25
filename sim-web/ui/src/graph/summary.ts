// A node in one sentence, for those who do not see the drawing.
import type { FrameView } from '../engine/frame';
import type { Description } from '../engine/protocol';
import { numbers } from '../language';
import { troubleWord } from './paint-card';
import { Readings, type NodeReading } from './readings';
import { kindWord, words } from './words';

/** By the position of the node; what it calls comes last. */
export function summaries(description: Description, frame: FrameView): string[] {
  const readings = new Readings(description);
  if (frame.isThere) readings.read(frame, 0);
  return readings.nodes.map((reading) => {
    readings.words(reading);
    return summary(reading, description, frame.isThere);
  });
}

function summary(reading: NodeReading, description: Description, isThere: boolean): string {
  const { node, index } = reading;
  const called = description.edges.filter((edge) => edge.from === index).map((edge) => description.nodes[edge.to]?.name);
  const calls = called.length > 0 ? words.toldCalls(called.join(', ')) : '';
  const parts = isThere ? measures(reading).filter((part) => part !== '') : [];
  const told = [parts.join(', '), calls].filter((part) => part !== '').join('. ');
  return words.told(node.name, kindWord(node.kind), told);
}

function measures(reading: NodeReading): string[] {
  const { text, node } = reading;
  if (node.client !== null) {
    return [
      troubleWord(reading.trouble),
      words.toldOffered(text.offered),
      words.toldGoodput(text.goodput),
      words.toldErrors(text.errors),
      `p99 ${text.p99}`,
    ];
  }
  return [
    troubleWord(reading.trouble),
    words.toldRate(text.rate),
    reading.waiting > 0 ? words.toldQueue(text.waiting) : '',
    text.use ? words.toldUse(text.use) : '',
    reading.holds ? words.toldHits(text.hit) : '',
    reading.grid.count > 1 ? words.toldInstances(numbers.count(reading.grid.count), reading.booting, reading.down) : '',
    `p99 ${text.p99}`,
  ];
}
