// Words of the comparison and of the sweep.
import { define } from '../language';

const s = (count: number) => (count === 1 ? '' : 's');

export const words = define({
  title: { en: 'Compare', es: 'Comparar' },
  close: { en: 'Close the comparison', es: 'Cerrar la comparación' },
  compareTab: { en: 'A against B', es: 'A frente a B' },
  inspectorTab: { en: 'Inspector', es: 'Inspector' },
  sweepTab: { en: 'Sweep', es: 'Barrido' },
  tabs: { en: 'What to measure', es: 'Qué medir' },

  about: {
    en: 'Both arms run on the same requests: what differs between them comes from what you changed.',
    es: 'Ambos brazos reciben las mismas peticiones: lo que los diferencia viene de lo que has cambiado.',
  },
  clone: { en: 'Clone A into B', es: 'Clonar A en B' },
  cloneAgain: { en: 'Make B a copy of A again', es: 'Hacer de B otra vez una copia de A' },
  caseOfA: { en: 'Case of A for B', es: 'Caso de A para B' },
  chooseCase: { en: 'a case of the scenario…', es: 'un caso del escenario…' },
  editsGoTo: { en: 'Edits go to', es: 'Los cambios van a' },
  arm: { en: (name: string) => `Arm ${name}`, es: (name: string) => `Brazo ${name}` },
  noB: {
    en: 'There is no arm B yet. Clone A, or take one of its cases; then change anything in either.',
    es: 'Todavía no hay brazo B. Clona A o toma uno de sus casos; luego cambia lo que quieras en cualquiera.',
  },

  differs: { en: 'What differs', es: 'Qué es distinto' },
  same: {
    en: 'Both texts are the same. Change a policy or a number in the inspector or in the text.',
    es: 'Ambos textos son iguales. Cambia una política o un número en el inspector o en el texto.',
  },
  lineOf: {
    en: (arm: string, line: number) => `${arm}, line ${line}`,
    es: (arm: string, line: number) => `${arm}, línea ${line}`,
  },
  moreLines: {
    en: (count: number) => `and ${count} more line${s(count)}`,
    es: (count: number) => `y ${count} línea${s(count)} más`,
  },

  measure: { en: 'Measure', es: 'Medir' },
  measureAbout: {
    en: 'Runs both texts to their end several times, each time with the same seed in both.',
    es: 'Ejecuta ambos textos hasta el final varias veces, cada vez con la misma semilla en los dos.',
  },
  runsEach: { en: 'Replications', es: 'Réplicas' },
  untilNarrow: { en: 'until ± 5 % (at most 80)', es: 'hasta ± 5 % (como mucho 80)' },
  cancel: { en: 'Cancel', es: 'Cancelar' },
  cancelled: { en: 'Cancelled; what was done is shown.', es: 'Cancelado; se muestra lo que se hizo.' },
  progress: {
    en: (done: number, of: number) => `${done} of ${of} runs`,
    es: (done: number, of: number) => `${done} de ${of} simulaciones`,
  },
  wrongText: {
    en: 'A text has a mistake: it cannot be measured until it is mended.',
    es: 'Un texto tiene un error: no se puede medir hasta corregirlo.',
  },
  noMetrics: {
    en: 'The two have no clients in common, so there is nothing to compare.',
    es: 'No tienen clientes en común, así que no hay nada que comparar.',
  },
  stale: {
    en: 'A text has changed since: these are the results of before.',
    es: 'Un texto ha cambiado desde entonces: estos son los resultados de antes.',
  },

  metric: { en: 'metric', es: 'métrica' },
  difference: { en: 'B − A, 95 % interval', es: 'B − A, intervalo del 95 %' },
  verdict: { en: 'B is', es: 'B es' },
  better: { en: 'better', es: 'mejor' },
  worse: { en: 'worse', es: 'peor' },
  higher: { en: 'higher', es: 'mayor' },
  lower: { en: 'lower', es: 'menor' },
  identical: { en: 'identical', es: 'idéntico' },
  notShown: { en: 'no difference shown', es: 'sin diferencia demostrada' },
  unknown: { en: 'too few runs', es: 'faltan réplicas' },
  notCounted: { en: 'not measured', es: 'sin medir' },
  to: { en: (low: string, high: string) => `${low} to ${high}`, es: (low: string, high: string) => `${low} a ${high}` },
  gain: {
    en: (times: string) => `without pairing: ${times} × as many runs`,
    es: (times: string) => `sin emparejar: ${times} × simulaciones`,
  },
  percentagePoints: { en: 'pp', es: 'p. p.' },
  results: {
    en: (count: number) => `Results of ${count} replication${s(count)} of each`,
    es: (count: number) => `Resultados de ${count} réplica${s(count)} de cada uno`,
  },
  holm: {
    en: (metrics: number) =>
      `Verdicts hold for the ${metrics} metrics together (Holm's correction, level 5 %); each interval is that of its metric alone.`,
    es: (metrics: number) =>
      `Los veredictos valen para las ${metrics} métricas a la vez (corrección de Holm, nivel 5 %); cada intervalo es el de su métrica sola.`,
  },
  narrowReached: {
    en: 'All intervals are narrow enough.',
    es: 'Todos los intervalos son suficientemente estrechos.',
  },
  narrowMissed: {
    en: 'After 80 replications some intervals are still wider than ± 5 %.',
    es: 'Tras 80 réplicas algunos intervalos siguen siendo más anchos que ± 5 %.',
  },
  censored: {
    en: (arm: string, clients: string) =>
      `${arm}: more than 1 % of the requests of ${clients} had no answer when the runs ended, so its latency is told too low. Let the runs go on longer.`,
    es: (arm: string, clients: string) =>
      `${arm}: más del 1 % de las peticiones de ${clients} no tenía respuesta al acabar, así que su latencia sale demasiado baja. Alarga las simulaciones.`,
  },
  unusable: {
    en: (arm: string, count: number, why: string) => `${arm}: ${count} run${s(count)} could not be used: ${why}`,
    es: (arm: string, count: number, why: string) =>
      count === 1 ? `${arm}: una simulación no se pudo usar: ${why}` : `${arm}: ${count} simulaciones no se pudieron usar: ${why}`,
  },
  uncounted: {
    en: (metric: string, count: number) => `${metric}: nothing was counted in ${count} pair${s(count)}, which are left out`,
    es: (metric: string, count: number) => `${metric}: no se contó nada en ${count} par${count === 1 ? '' : 'es'}, que no se usan`,
  },
  forest: { en: 'Differences as a share of A', es: 'Diferencias como parte de A' },
  forestAbout: {
    en: '● better, ■ worse, ○ no difference shown; the line is the 95 % interval',
    es: '● mejor, ■ peor, ○ sin diferencia demostrada; la línea es el intervalo del 95 %',
  },
  forestRow: {
    en: (metric: string, mean: string, low: string, high: string) => `${metric}: ${mean} (${low} to ${high})`,
    es: (metric: string, mean: string, low: string, high: string) => `${metric}: ${mean} (${low} a ${high})`,
  },

  sweepAbout: {
    en: 'Runs the scenario for several values of one parameter, with the same seeds at each.',
    es: 'Ejecuta el escenario con varios valores de un parámetro, con las mismas semillas en cada uno.',
  },
  parameter: { en: 'Parameter', es: 'Parámetro' },
  ofSelected: { en: (node: string) => `Of ${node} (selected)`, es: (node: string) => `De ${node} (seleccionado)` },
  allParameters: { en: 'All', es: 'Todos' },
  from: { en: 'from', es: 'desde' },
  upTo: { en: 'to', es: 'hasta' },
  points: { en: 'points', es: 'puntos' },
  spacing: { en: 'spacing', es: 'separación' },
  even: { en: 'even', es: 'uniforme' },
  logarithmic: { en: 'logarithmic', es: 'logarítmica' },
  values: { en: 'Values', es: 'Valores' },
  value: { en: 'value', es: 'valor' },
  badRange: {
    en: (example: string) => `Two different values such as ${example}; above zero where the spacing is logarithmic.`,
    es: (example: string) => `Dos valores distintos como ${example}; mayores que cero si la separación es logarítmica.`,
  },
  noValues: { en: 'Choose two values or more.', es: 'Elige al menos dos valores.' },
  sweep: { en: 'Sweep', es: 'Barrer' },
  sweepOf: { en: (metric: string, path: string) => `${metric} by ${path}`, es: (metric: string, path: string) => `${metric} según ${path}` },
  band: { en: 'band: 95 % interval of the mean', es: 'banda: intervalo del 95 % de la media' },
  setTo: { en: (path: string, value: string) => `${path} is now ${value}.`, es: (path: string, value: string) => `${path} es ahora ${value}.` },
  set: { en: (value: string) => `Set ${value}`, es: (value: string) => `Fijar ${value}` },
  use: { en: 'Set', es: 'Fijar' },
  csv: { en: 'Download CSV', es: 'Descargar CSV' },
  overridden: {
    en: (path: string, at: string) => `The timeline changes ${path} at ${at}: only what comes before is swept.`,
    es: (path: string, at: string) => `La línea de tiempo cambia ${path} en ${at}: solo se barre lo anterior.`,
  },
  failed: { en: (why: string) => `failed: ${why}`, es: (why: string) => `falló: ${why}` },
  mean: { en: 'mean', es: 'media' },
  interval: { en: '95 % interval', es: 'intervalo del 95 %' },
  nothingToSweep: { en: 'This text has no parameter to sweep.', es: 'Este texto no tiene parámetros que barrer.' },
});
