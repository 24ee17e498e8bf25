// The run's JSON, as far as the report reads it; what an older or newer engine leaves out is not told.

export interface RunReport {
  scenario?: string;
  seed?: number | string;
  digest?: string | null;
  events?: number;
  results?: number;
  simulated_s?: number;
  warmup_s?: number;
  bottleneck?: { sentence?: string } | null;
  expect?: { claim: string; holds: boolean; value: string; why: string }[];
  clients?: Record<string, ClientReport>;
  nodes?: Record<string, NodeReport>;
}

export interface ClientReport {
  offered?: number;
  completed?: number;
  attempts?: number;
  error_rate?: number | null;
  goodput_rps?: number | null;
  latency_ms?: Latency;
}

export interface NodeReport {
  kind?: string;
  requests?: number;
  utilization?: number | null;
  queue?: { max?: number; mean?: number | null };
  instances?: { min?: number; mean?: number; max?: number };
  latency_ms?: Latency;
}

export interface Latency {
  mean?: number | null;
  p50?: number | null;
  p95?: number | null;
  p99?: number | null;
}
