// Words of the panel about what is selected. The names of parameters are those of the scenario text, in every language.
import { define } from '../language';

const KINDS: Record<string, string> = {
  clients: 'clientes',
  client: 'cliente',
  dns: 'DNS',
  balancer: 'balanceador',
  service: 'servicio',
  cache: 'caché',
  database: 'base de datos',
};

const POOLS: Record<string, string> = {
  cores: 'núcleos',
  threads: 'hilos',
  workers: 'trabajadores',
  connections: 'conexiones',
};

/** Why something failed, by the words of the report. */
const REASONS: Record<string, { en: string; es: string }> = {
  timeout: { en: 'the client gave up', es: 'el cliente desistió' },
  upstream_timeout: { en: 'a call below timed out', es: 'se agotó el tiempo de una llamada' },
  rejected: { en: 'a queue was full', es: 'una cola estaba llena' },
  abandoned: { en: 'left a queue out of impatience', es: 'abandonó una cola por impaciencia' },
  refused: { en: 'no instance took the call', es: 'ninguna instancia aceptó la llamada' },
  crashed: { en: 'the instance crashed', es: 'la instancia se cayó' },
  failed: { en: 'the program ended with Fail', es: 'el programa acabó con Fail' },
  lost: { en: 'lost on a link', es: 'perdida en un enlace' },
};

const QUANTITIES: Record<string, string> = {
  'share that waits': 'parte que espera',
  'p99 wait': 'espera p99',
  'p99 response': 'respuesta p99',
  'mean wait': 'espera media',
  'mean response': 'respuesta media',
  'hit ratio': 'proporción de aciertos',
  utilization: 'utilización',
  throughput: 'rendimiento',
};

export const words = define({
  kind: { en: (word: string) => word, es: (word: string) => KINDS[word] ?? word },
  scenario: { en: 'Scenario', es: 'Escenario' },
  link: { en: 'link', es: 'enlace' },

  changesApply: { en: 'Changes apply', es: 'Los cambios se aplican' },
  fromNow: { en: 'From now on', es: 'Desde ahora' },
  fromStart: { en: 'From the start', es: 'Desde el inicio' },
  fromNowAbout: {
    en: 'A change becomes a line of the timeline; the past stays as it was.',
    es: 'Cada cambio pasa a ser una línea del cronograma; lo anterior queda como estaba.',
  },
  fromStartAbout: {
    en: 'A change is made in the scenario itself; the run is computed anew up to this moment.',
    es: 'El cambio se hace en el propio escenario; la simulación se recalcula hasta este momento.',
  },
  structural: {
    en: 'This changes what the scenario is made of, which cannot happen in the middle of a run: it was changed from the start.',
    es: 'Esto cambia la estructura del escenario y no puede ocurrir a mitad de una simulación: se ha cambiado desde el inicio.',
  },
  changedAt: { en: (at: string) => `changed at ${at}`, es: (at: string) => `cambiado en ${at}` },
  laterChanged: {
    en: (at: string, value: string) => `from ${at} on: ${value}`,
    es: (at: string, value: string) => `desde ${at}: ${value}`,
  },

  parameters: { en: 'Parameters', es: 'Parámetros' },
  more: { en: (count: number) => `More parameters (${count})`, es: (count: number) => `Más parámetros (${count})` },
  noParameters: { en: 'It has no parameters.', es: 'No tiene parámetros.' },
  wrongText: {
    en: 'The text has a mistake; parameters are those of the last good text.',
    es: 'El texto tiene un error; los parámetros son los del último texto correcto.',
  },
  isDefault: { en: 'default', es: 'por defecto' },
  notSet: { en: 'not set', es: 'sin definir' },
  set: { en: 'Set', es: 'Definir' },
  setOf: { en: (name: string) => `Set ${name}`, es: (name: string) => `Definir ${name}` },
  reset: { en: (name: string) => `Reset ${name} to its default`, es: (name: string) => `Restablecer ${name} a su valor por defecto` },
  what: { en: (name: string) => `What is ${name}?`, es: (name: string) => `¿Qué es ${name}?` },
  slider: { en: (name: string) => `${name}, slider`, es: (name: string) => `${name}, control deslizante` },
  kindOf: { en: (name: string) => `${name}: which`, es: (name: string) => `${name}: cuál` },
  givenBy: { en: 'given by', es: 'dado por' },
  and: { en: ' and ', es: ' y ' },
  add: { en: 'Add', es: 'Añadir' },
  addTo: { en: (name: string) => `Add to ${name}`, es: (name: string) => `Añadir a ${name}` },
  addChoice: { en: 'Add…', es: 'Añadir…' },
  newKey: { en: (name: string) => `Name of a new entry of ${name}`, es: (name: string) => `Nombre de una nueva entrada de ${name}` },
  remove: { en: (name: string) => `Remove ${name}`, es: (name: string) => `Quitar ${name}` },
  up: { en: (name: string) => `Move ${name} up`, es: (name: string) => `Subir ${name}` },
  down: { en: (name: string) => `Move ${name} down`, es: (name: string) => `Bajar ${name}` },
  item: { en: (name: string, index: number) => `${name} ${index}`, es: (name: string, index: number) => `${name} ${index}` },
  edited: { en: (path: string) => `${path} changed`, es: (path: string) => `${path} cambiado` },
  removed: { en: (path: string) => `${path} removed`, es: (path: string) => `${path} quitado` },
  added: { en: (path: string) => `added to ${path}`, es: (path: string) => `añadido a ${path}` },
  moved: { en: (path: string) => `${path} moved`, es: (path: string) => `${path} movido` },

  density: {
    en: (name: string, mean: string, p99: string) => `Density of ${name}: mean ${mean}, 99th percentile ${p99}`,
    es: (name: string, mean: string, p99: string) => `Densidad de ${name}: media ${mean}, percentil 99 ${p99}`,
  },
  mean: { en: (value: string) => `mean ${value}`, es: (value: string) => `media ${value}` },
  noPicture: { en: 'There is no picture of this distribution.', es: 'No hay gráfico para esta distribución.' },

  now: { en: 'Now', es: 'Ahora' },
  waitingShort: { en: 'line', es: 'cola' },
  presentShort: { en: 'in', es: 'dentro' },
  client: { en: 'clients', es: 'clientes' },
  sent: { en: 'sent', es: 'enviadas' },
  failing: { en: 'failed', es: 'fallidas' },
  goodputWhat: {
    en: 'Good answers came within their objective; counted since measuring began. The rest is of the last moments.',
    es: 'Las respuestas buenas llegaron dentro de su objetivo; se cuentan desde que se mide. Lo demás es de los últimos instantes.',
  },
  poolOf: {
    en: (pool: string, servers: number | null) => (servers === null ? pool : `${pool} (${servers} each)`),
    es: (pool: string, servers: number | null) => {
      const name = POOLS[pool] ?? pool;
      return servers === null ? name : `${name} (${servers} por instancia)`;
    },
  },
  reason: {
    en: (reason: string) => REASONS[reason]?.en ?? reason,
    es: (reason: string) => REASONS[reason]?.es ?? reason,
  },
  quantity: { en: (quantity: string) => quantity, es: (quantity: string) => QUANTITIES[quantity] ?? quantity },
  window: { en: (span: string) => `over the last ${span}`, es: (span: string) => `en los últimos ${span}` },
  inClaims: { en: 'In claims:', es: 'En afirmaciones:' },
  instances: { en: 'Instances', es: 'Instancias' },
  instance: { en: 'instance', es: 'instancia' },
  state: { en: 'state', es: 'estado' },
  shownOf: { en: (shown: number, all: number) => `${shown} of ${all} shown, the busiest first`, es: (shown: number, all: number) => `se muestran ${shown} de ${all}, primero las más ocupadas` },
  lifeAbsent: { en: 'not there', es: 'no existe' },
  lifeBooting: { en: 'boots', es: 'arranca' },
  lifeUp: { en: 'up', es: 'activa' },
  lifeDraining: { en: 'drains', es: 'se vacía' },
  lifeDown: { en: 'down', es: 'caída' },
  hangs: { en: 'stands still', es: 'parada' },
  slow: { en: 'slow', es: 'lenta' },
  cut: { en: 'The link is cut.', es: 'El enlace está cortado.' },
  lossy: { en: 'The link loses requests.', es: 'El enlace pierde peticiones.' },
  sinceWarmup: { en: 'Since measuring began', es: 'Desde que se mide' },
  pools: { en: 'Utilization by pool', es: 'Utilización por recurso' },
  reasons: { en: 'Failures by reason', es: 'Fallos por motivo' },

  theory: { en: 'Theory', es: 'Teoría' },
  theoryLaw: { en: 'law', es: 'ley' },
  expected: { en: 'expected', es: 'esperado' },
  simulated: { en: 'simulated', es: 'simulado' },
  difference: { en: 'difference', es: 'diferencia' },
  theoryChanges: {
    en: 'No law applies: a scenario that changes, breaks or scales is in no steady state.',
    es: 'No se aplica ninguna ley: un escenario que cambia, falla o escala no está en régimen estacionario.',
  },
  theoryNone: {
    en: 'No closed form is known whose assumptions this node meets.',
    es: 'No se conoce una fórmula cerrada cuyas hipótesis cumpla este nodo.',
  },
  theoryEarly: {
    en: (warmup: string) => `Compared once measuring has begun, at ${warmup}.`,
    es: (warmup: string) => `Se compara cuando empieza la medición, en ${warmup}.`,
  },

  models: { en: 'What it models, and what not', es: 'Qué modela y qué no' },
  does: { en: 'Models', es: 'Modela' },
  doesNot: { en: 'Does not model', es: 'No modela' },

  question: { en: 'Question', es: 'Pregunta' },
  seed: { en: 'seed', es: 'semilla' },
  duration: { en: 'duration', es: 'duración' },
  endless: { en: 'until the clients are done', es: 'hasta que acaben los clientes' },
  clients: { en: 'What users see', es: 'Qué ven los usuarios' },
  goodput: { en: 'good answers', es: 'respuestas buenas' },
  bottleneck: { en: 'Bottleneck', es: 'Cuello de botella' },
  noBottleneck: { en: 'Nothing in this scenario can saturate.', es: 'Nada en este escenario puede saturarse.' },
  claims: { en: 'Claims', es: 'Afirmaciones' },
  claimHolds: { en: 'holds', es: 'se cumple' },
  claimBroken: { en: 'broken', es: 'no se cumple' },
  claimOpen: { en: 'They are about a whole run.', es: 'Se refieren a una simulación completa.' },
  check: { en: 'Run to the end and check', es: 'Simular hasta el final y comprobar' },
  checking: { en: 'Running…', es: 'Simulando…' },
  cases: { en: 'Cases', es: 'Casos' },
  caseNothing: { en: 'as written', es: 'tal como está escrito' },
  timeline: { en: 'What happens when', es: 'Qué ocurre y cuándo' },
  again: { en: 'again and again', es: 'repetidamente' },
  goTo: { en: (at: string) => `Go to ${at}`, es: (at: string) => `Ir a ${at}` },
  settings: { en: 'Settings of the run', es: 'Ajustes de la simulación' },
  scalers: { en: 'Autoscaler', es: 'Autoescalador' },
  nothingOpen: { en: 'No scenario is open yet.', es: 'Todavía no hay ningún escenario abierto.' },
  ownLink: { en: 'Own parameters for this link', es: 'Parámetros propios para este enlace' },
  allLinks: { en: 'These stand for every link that has none of its own.', es: 'Valen para todo enlace sin parámetros propios.' },
  noLink: { en: 'This link takes no time and has no limit.', es: 'Este enlace no tarda nada ni tiene límite.' },
  close: { en: 'Show the scenario as a whole', es: 'Ver el escenario completo' },
  isLookup: { en: 'asks for a name', es: 'pregunta por un nombre' },
});
