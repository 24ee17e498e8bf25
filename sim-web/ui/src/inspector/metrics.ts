// What the live numbers are: their words, and the metric of the engine that tells the same of a whole run.
import { define, numbers } from '../language';
import type { Catalogue, MetricInfo } from '../engine/protocol';

const words = define({
  offered: { en: 'sent', es: 'enviadas' },
  offeredWhat: { en: 'Requests that the clients send, a second; retries are not counted.', es: 'Peticiones que envían los clientes, por segundo; sin contar reintentos.' },
  completed: { en: 'answered', es: 'respondidas' },
  completedWhat: { en: 'Requests answered while the client still waited, a second.', es: 'Peticiones respondidas mientras el cliente aún esperaba, por segundo.' },
  failed: { en: 'failed', es: 'fallidas' },
  failedWhat: { en: 'What failed, for any reason, a second.', es: 'Lo que falló, por cualquier motivo, por segundo.' },
  retries: { en: 'retries', es: 'reintentos' },
  retriesWhat: { en: 'Attempts after a first one that failed, a second.', es: 'Intentos tras un primero fallido, por segundo.' },
  inFlight: { en: 'in flight', es: 'en curso' },
  inFlightWhat: { en: 'Requests that have neither an answer nor failed, at this moment.', es: 'Peticiones que aún no tienen respuesta ni han fallado, en este momento.' },
  p50: { en: 'p50', es: 'p50' },
  p50What: { en: 'Half of the answers took at most this long.', es: 'La mitad de las respuestas tardó como mucho esto.' },
  p95: { en: 'p95', es: 'p95' },
  p95What: { en: '95 % of the answers took at most this long.', es: 'El 95 % de las respuestas tardó como mucho esto.' },
  p99: { en: 'p99', es: 'p99' },
  p99What: { en: '99 % of the answers took at most this long.', es: 'El 99 % de las respuestas tardó como mucho esto.' },
  rate: { en: 'arrive', es: 'llegan' },
  rateWhat: { en: 'Visits that come, a second.', es: 'Visitas que llegan, por segundo.' },
  present: { en: 'present', es: 'presentes' },
  presentWhat: { en: 'Visits at the node at this moment, those in line included.', es: 'Visitas en el nodo en este momento, incluidas las que esperan.' },
  waiting: { en: 'in line', es: 'en cola' },
  waitingWhat: { en: 'Visits that wait for a thread, a core, a connection, at this moment, over all instances.', es: 'Visitas que esperan un hilo, un núcleo o una conexión, en este momento, en todas las instancias.' },
  utilization: { en: 'utilization', es: 'utilización' },
  utilizationWhat: { en: 'Busy time over capacity of the main pool.', es: 'Tiempo ocupado entre la capacidad del recurso principal.' },
  ready: { en: 'ready', es: 'listas' },
  readyWhat: { en: 'Instances that take requests at this moment.', es: 'Instancias que aceptan peticiones en este momento.' },
  booting: { en: 'booting', es: 'arrancando' },
  bootingWhat: { en: 'Instances that are there but take no requests yet.', es: 'Instancias que ya existen pero aún no aceptan peticiones.' },
  hitRatio: { en: 'hits', es: 'aciertos' },
  hitRatioWhat: { en: 'Lookups that found a living entry, over all lookups.', es: 'Consultas que encontraron una entrada viva, entre todas.' },
  capacity: { en: 'capacity', es: 'capacidad' },
  capacityWhat: { en: 'Visits a second that the ready instances can serve, by their mean work.', es: 'Visitas por segundo que pueden atender las instancias listas, según su trabajo medio.' },
  latency: { en: 'latency one way', es: 'latencia de ida' },
  latencyWhat: { en: 'How long one way takes on average.', es: 'Cuánto tarda la ida por término medio.' },
});

/** A live number: what it is called in a frame, how it is shown, and which metric of a run tells the same. */
export interface Live {
  key: LiveKey;
  format: (value: number) => string;
  metric: string | null;
  /** Whether it is told over the last seconds, rather than of a moment. */
  overWindow: boolean;
}

export type LiveKey =
  | 'offered' | 'completed' | 'failed' | 'retries' | 'inFlight' | 'p50' | 'p95' | 'p99' | 'rate' | 'present' | 'waiting'
  | 'utilization' | 'ready' | 'booting' | 'hitRatio' | 'capacity' | 'latency';

const rate = (key: LiveKey, metric: string | null): Live => ({ key, format: numbers.rate, metric, overWindow: true });
const latency = (key: LiveKey): Live => ({ key, format: numbers.latency, metric: key, overWindow: true });
const count = (key: LiveKey, metric: string | null): Live => ({ key, format: numbers.count, metric, overWindow: false });
const share = (key: LiveKey, metric: string): Live => ({ key, format: numbers.share, metric, overWindow: true });

export const OF_CLIENTS: readonly Live[] = [
  rate('offered', 'offered_rate'),
  rate('completed', 'throughput'),
  rate('failed', 'failed'),
  rate('retries', 'attempts_per_request'),
  count('inFlight', 'in_flight'),
  latency('p50'),
  latency('p95'),
  latency('p99'),
];

export const OF_NODES: readonly Live[] = [
  rate('rate', 'request_rate'),
  rate('capacity', null),
  rate('failed', 'failed'),
  share('utilization', 'utilization'),
  count('waiting', 'queue_mean'),
  count('present', 'present'),
  share('hitRatio', 'hit_ratio'),
  latency('p50'),
  latency('p99'),
  count('ready', 'replicas'),
  count('booting', null),
];

export const OF_EDGES: readonly Live[] = [
  rate('rate', null),
  rate('failed', null),
  rate('retries', null),
  { key: 'latency', format: numbers.span, metric: null, overWindow: false },
];

export function nameOf(key: LiveKey): string {
  return words[key];
}

export function meaningOf(key: LiveKey): string {
  return words[`${key}What`];
}

export function metricOf(catalogue: Catalogue | null, name: string | null): MetricInfo | null {
  return catalogue?.metrics.find((metric) => metric.name === name) ?? null;
}
