// How uPlot draws a line: with gaps where nothing is known, stepped or straight, filled or not.
import type uPlot from 'uplot';

interface Pen {
  path: Path2D;
  /** Whether it is on the paper. */
  isDown: boolean;
  /** The area under the line, if it is filled. */
  area: Path2D | null;
  ground: number;
  x: number;
  y: number;
}

/** A builder for lines, or for steps that hold a value until the next one. */
export function paths(isStepped: boolean, isFilled: boolean): uPlot.Series.PathBuilder {
  return (plot, series, first, last) => {
    const times = plot.data[0] as unknown as Float64Array;
    const values = plot.data[series] as unknown as Float64Array;
    const scale = plot.series[series]?.scale ?? 'y';
    const { low, isLog } = lowest(plot, scale);
    const { top, height } = plot.bbox;
    const pen: Pen = { path: new Path2D(), isDown: false, area: isFilled ? new Path2D() : null, ground: top + height, x: 0, y: 0 };
    for (let index = first; index <= last; index += 1) {
      const value = values[index] as number;
      if (!Number.isFinite(value)) {
        lift(pen);
        continue;
      }
      const x = Math.round(plot.valToPos(times[index] as number, 'x', true));
      const y = plot.valToPos(isLog ? Math.max(value, low) : value, scale, true);
      moveTo(pen, x, y, isStepped);
    }
    lift(pen);
    return { stroke: pen.path, fill: pen.area, flags: 0 } as uPlot.Series.Paths;
  };
}

function lowest(plot: uPlot, scale: string): { low: number; isLog: boolean } {
  const found = plot.scales[scale];
  return { low: found?.min ?? 0, isLog: found?.distr === 3 };
}

function moveTo(pen: Pen, x: number, y: number, isStepped: boolean): void {
  if (!pen.isDown) {
    pen.path.moveTo(x, y);
    // A value with gaps on both sides is a dot rather than nothing.
    pen.path.lineTo(x + 0.5, y);
    pen.area?.moveTo(x, pen.ground);
    pen.area?.lineTo(x, y);
    pen.isDown = true;
  } else {
    if (isStepped && y !== pen.y) {
      pen.path.lineTo(x, pen.y);
      pen.area?.lineTo(x, pen.y);
    }
    pen.path.lineTo(x, y);
    pen.area?.lineTo(x, y);
  }
  [pen.x, pen.y] = [x, y];
}

function lift(pen: Pen): void {
  if (!pen.isDown) return;
  pen.area?.lineTo(pen.x, pen.ground);
  pen.area?.closePath();
  pen.isDown = false;
}
