// One chart of the strip: uPlot with the colours of the page, axes of few round numbers, and no cursor of its own.
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { colours } from '../style/colours';
import { tickText, type Chart, type Line } from './lines';
import { paths } from './paths';
import { rangeOf, valueTicks, type Range } from './ticks';

export interface Frame {
  width: number;
  height: number;
  /** Room for the axis at the left, beside it at the right, and for words at the top. */
  gutter: number;
  right: number;
  top: number;
  /** The end of the time axis and where its lines are, in seconds. */
  end: number;
  ticks: number[];
  isLog: boolean;
}

const FONT = "12px system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";
const DASH = [5, 3];

export class Plot {
  readonly #chart: Chart;
  readonly #plot: uPlot;
  #frame: Frame;
  #range: Range;

  constructor(host: HTMLElement, chart: Chart, frame: Frame) {
    this.#chart = chart;
    this.#frame = frame;
    this.#range = rangeOf([], frame.isLog, chart.atLeast);
    this.#plot = new uPlot(this.#options(), this.#nothing(), host);
  }

  /** Draws these values: as many series as the chart has lines, each as long as `times`. */
  draw(times: Float64Array, values: Float64Array[]): void {
    this.#range = rangeOf(values, this.#frame.isLog, this.#chart.atLeast, this.#chart.atMost);
    this.#plot.setData(times.length > 0 ? ([times, ...values] as unknown as uPlot.AlignedData) : this.#nothing());
  }

  /** Another size or another end of time; a logarithmic axis takes another plot. */
  reframe(frame: Frame): void {
    const { width, height } = this.#frame;
    this.#frame = frame;
    if (width !== frame.width || height !== frame.height) this.#plot.setSize({ width: frame.width, height: frame.height });
    else this.#plot.setData(this.#plot.data);
  }

  /** After the colours have changed. */
  restyle(): void {
    this.#plot.redraw(false, true);
  }

  destroy(): void {
    this.#plot.destroy();
  }

  /** With no data uPlot draws no axes, so there are two instants of which nothing is known. */
  #nothing(): uPlot.AlignedData {
    const times = Float64Array.of(0, this.#frame.end);
    return [times, ...this.#chart.lines.map(() => Float64Array.of(NaN, NaN))] as unknown as uPlot.AlignedData;
  }

  #options(): uPlot.Options {
    const { width, height, isLog, top, right } = this.#frame;
    const grid = { stroke: () => colours().grid, width: 1 };
    return {
      width,
      height,
      padding: [top, right, 4, 0],
      pxAlign: 1,
      cursor: { show: false },
      legend: { show: false },
      scales: {
        x: { time: false, range: () => [0, this.#frame.end] },
        y: { distr: isLog ? 3 : 1, range: () => [this.#range.low, this.#range.high] },
      },
      axes: [
        { size: 0, gap: 0, splits: () => this.#frame.ticks, values: (_, splits) => splits.map(() => ''), grid, ticks: { show: false } },
        this.#valueAxis(grid),
      ],
      series: [{}, ...this.#chart.lines.map(series)],
    };
  }

  #valueAxis(grid: uPlot.Axis.Grid): uPlot.Axis {
    const { key } = this.#chart;
    return {
      size: () => this.#frame.gutter,
      gap: 4,
      font: FONT,
      stroke: () => colours().faint,
      splits: () => this.#splits(),
      filter: (_, splits) => splits,
      // In a low chart the zero would touch the words of the next one, and the line itself says it.
      values: (_, splits) => splits.map((value) => (value === 0 && this.#frame.height < 96 ? '' : tickText(key, value))),
      grid,
      ticks: { show: false },
    };
  }

  #splits(): number[] {
    const { isLog, height, top } = this.#frame;
    const ticks = valueTicks(this.#range, isLog, height - top);
    // Half an instance is none.
    return this.#chart.key === 'instances' ? ticks.filter((value) => Number.isInteger(value)) : ticks;
  }
}

function series(line: Line): uPlot.Series {
  const colour = () => colours()[line.colour] ?? colours().ink;
  return {
    scale: 'y',
    stroke: colour,
    width: line.width,
    dash: line.isDashed ? DASH : [],
    ...(line.isFilled ? { fill: () => faded(colour()) } : {}),
    paths: paths(line.isStepped, line.isFilled),
    points: { show: false },
  };
}

function faded(colour: string): string {
  return colour.replace(/^rgb\((.*)\)$/, 'rgba($1, 0.22)');
}
