// What the run so far tells beyond its frames: pools, failures by reason, claims. Asked for every few seconds while it is looked at.
import type { TheoryLine } from '../engine/protocol';
import { studio } from '../state/studio.svelte';
import { panel } from './parameters.svelte';

/** What is read of the engine's report; see `escala run --json`. */
export interface Report {
  measured_s?: number;
  clients?: Record<string, ClientReport>;
  nodes?: Record<string, NodeReport>;
  bottleneck?: { sentence: string } | null;
  expect?: { claim: string; value: string; holds: boolean; why: string }[];
}

export interface ClientReport {
  failed: Record<string, number>;
  goodput_rps: number | null;
}

export interface NodeReport {
  failed: Record<string, number>;
  pools: Record<string, { servers: number | null; utilization: number | null }>;
}

/** The engine also says what the law assumes. */
export type Law = TheoryLine & { assumptions?: string[] };

/** Between two questions, in ms; none is asked while something is dragged. */
const EVERY = 3_000;

class Reports {
  report = $state.raw<Report | null>(null);
  theory = $state.raw<Law[]>([]);

  /** Asks while something is open, until the result is called. To be called within an `$effect`. */
  follow(): () => void {
    const arm = studio.active;
    let isOver = false;
    let askedAt = -1;
    const ask = async () => {
      // A run that stands still tells the same again.
      if (studio.time === askedAt || !studio.arms[arm].isOpen || panel.isHeld) return;
      askedAt = studio.time;
      const [report, theory] = [await studio.engine.report<Report>(arm), await studio.engine.theory(arm)];
      if (isOver) return;
      if (report.ok) this.report = report.value;
      this.theory = theory.ok ? theory.value : [];
    };
    void ask();
    const timer = setInterval(() => void ask(), EVERY);
    return () => {
      isOver = true;
      clearInterval(timer);
    };
  }
}

export const reports = new Reports();
