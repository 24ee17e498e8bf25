// Words of charts over time, the scrubber and the histogram.
import { define } from '../language';

export const words = define({
  load: { en: 'Load', es: 'Carga' },
  latency: { en: 'Latency', es: 'Latencia' },
  errors: { en: 'Errors', es: 'Errores' },
  instances: { en: 'Instances', es: 'Instancias' },
  histogram: { en: 'Histogram', es: 'Histograma' },
  everything: { en: 'All charts', es: 'Todos los gráficos' },
  loadAndLatency: { en: 'Load and latency', es: 'Carga y latencia' },
  show: { en: 'Chart', es: 'Gráfico' },
  client: { en: 'Client', es: 'Cliente' },
  log: { en: 'log', es: 'log' },
  logAbout: { en: 'Latency on a logarithmic axis', es: 'Latencia en escala logarítmica' },

  offered: { en: 'offered', es: 'ofrecida' },
  answered: { en: 'answered', es: 'atendida' },
  failed: { en: 'failed', es: 'fallida' },
  share: { en: 'share failed', es: 'parte fallida' },
  aboutLoad: {
    en: 'Requests a second that users send, that are answered, and that fail.',
    es: 'Peticiones por segundo que los usuarios envían, que se atienden y que fallan.',
  },
  aboutLatency: {
    en: 'From the time a request was meant to be sent to its answer: half of the answers take at most p50, 95 of 100 at most p95, 99 of 100 at most p99.',
    es: 'Desde el instante previsto de envío hasta la respuesta: la mitad tarda como mucho p50, 95 de cada 100 como mucho p95 y 99 de cada 100 como mucho p99.',
  },
  aboutErrors: {
    en: 'Failed requests of all that ended in the interval.',
    es: 'Peticiones fallidas entre todas las terminadas en el intervalo.',
  },
  aboutInstances: {
    en: 'Instances that take requests, by service.',
    es: 'Instancias que aceptan peticiones, por servicio.',
  },

  time: { en: 'Time of the run', es: 'Tiempo de la simulación' },
  timeOf: { en: (now: string, end: string) => `${now} of ${end}`, es: (now: string, end: string) => `${now} de ${end}` },
  timeHelp: {
    en: 'Drag, or use the arrow keys, Page Up and Page Down, Home and End, to go to another time.',
    es: 'Arrastra, o usa las flechas, Re Pág y Av Pág, Inicio y Fin, para ir a otro instante.',
  },
  warmup: { en: 'warm-up, not measured', es: 'calentamiento, no se mide' },
  warmupShort: { en: 'warm-up', es: 'calentamiento' },
  goal: {
    en: (goal: string, share: string) => `going to ${goal} · ${share}`,
    es: (goal: string, share: string) => `yendo a ${goal} · ${share}`,
  },
  behind: {
    en: (reached: string) => `▲ behind: ${reached} s a second`,
    es: (reached: string) => `▲ con retraso: ${reached} s por segundo`,
  },
  notYet: { en: 'not simulated yet', es: 'aún sin simular' },
  waiting: { en: 'Charts appear once the run has begun.', es: 'Los gráficos aparecen cuando empieza la simulación.' },

  marks: { en: 'Faults, changes and scaling', es: 'Fallos, cambios y escalado' },
  several: { en: (count: number) => `${count} events`, es: (count: number) => `${count} sucesos` },
  more: { en: (count: number) => `and ${count} more`, es: (count: number) => `y ${count} más` },
  lasts: { en: (span: string) => `for ${span}`, es: (span: string) => `durante ${span}` },
  scaled: {
    en: (node: string, from: string, to: string) => `${node}: ${from} → ${to} instances`,
    es: (node: string, from: string, to: string) => `${node}: ${from} → ${to} instancias`,
  },
  broke: { en: (who: string) => `${who} fails`, es: (who: string) => `${who} falla` },
  mended: { en: (who: string) => `${who} works again`, es: (who: string) => `${who} vuelve a funcionar` },
  changed: { en: (path: string, value: string) => `${path} = ${value}`, es: (path: string, value: string) => `${path} = ${value}` },
  toCome: { en: 'to come', es: 'por llegar' },
  arm: { en: (name: string) => `arm ${name}`, es: (name: string) => `brazo ${name}` },
  bothArms: { en: 'both arms', es: 'ambos brazos' },

  histogramOf: { en: (client: string) => `Latency of ${client}`, es: (client: string) => `Latencia de ${client}` },
  answers: { en: (count: string) => `${count} answers`, es: (count: string) => `${count} respuestas` },
  noAnswers: {
    en: 'No answers have been measured yet.',
    es: 'Todavía no se ha medido ninguna respuesta.',
  },
  histogramText: {
    en: (client: string, count: string, p50: string, p95: string, p99: string) =>
      `Histogram of the latency of ${client} over ${count} answers: p50 ${p50}, p95 ${p95}, p99 ${p99}.`,
    es: (client: string, count: string, p50: string, p95: string, p99: string) =>
      `Histograma de la latencia de ${client} con ${count} respuestas: p50 ${p50}, p95 ${p95}, p99 ${p99}.`,
  },
});
