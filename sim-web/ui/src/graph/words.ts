// The words of the graph.
import { define } from '../language';

export const words = define({
  graph: { en: 'Graph of the nodes', es: 'Grafo de los nodos' },
  add: { en: 'Add', es: 'Añadir' },
  palette: { en: 'Add a node', es: 'Añadir un nodo' },
  paletteHint: { en: 'Drag onto the graph, or press', es: 'Arrastre al grafo o pulse' },
  zoomIn: { en: 'Zoom in', es: 'Acercar' },
  zoomOut: { en: 'Zoom out', es: 'Alejar' },
  fit: { en: 'Show everything', es: 'Mostrar todo' },
  labels: { en: 'Numbers on the arrows', es: 'Números en las flechas' },
  tidy: { en: 'Tidy up: forget where nodes were put', es: 'Ordenar: olvidar dónde se pusieron los nodos' },
  tools: { en: 'Graph tools', es: 'Herramientas del grafo' },
  node: { en: 'node', es: 'nodo' },
  connectHandle: { en: 'Drag to another node to connect', es: 'Arrastre hasta otro nodo para conectar' },

  break: { en: 'Break it', es: 'Romper' },
  edit: { en: 'Edit', es: 'Editar' },
  actions: { en: (name: string) => `Actions for ${name}`, es: (name: string) => `Acciones para ${name}` },
  more: { en: 'More', es: 'Más' },
  connectTo: { en: 'Connect to…', es: 'Conectar con…' },
  connectFrom: { en: (name: string) => `Connect ${name} to`, es: (name: string) => `Conectar ${name} con` },
  connectNobody: { en: 'There is no other node to connect to.', es: 'No hay otro nodo con el que conectar.' },
  rename: { en: 'Rename', es: 'Cambiar nombre' },
  newName: { en: (name: string) => `New name of ${name}`, es: (name: string) => `Nombre nuevo de ${name}` },
  delete: { en: 'Delete', es: 'Eliminar' },
  deleteKey: { en: 'Del', es: 'Supr' },
  disconnect: { en: 'Disconnect', es: 'Desconectar' },
  arrows: { en: 'Arrows', es: 'Flechas' },
  arrow: { en: (from: string, to: string) => `${from} → ${to}`, es: (from: string, to: string) => `${from} → ${to}` },
  close: { en: 'Close', es: 'Cerrar' },
  noFaults: { en: 'Nothing here can be broken.', es: 'Aquí no hay nada que romper.' },
  selectFirst: {
    en: 'Select a node or an arrow first; then F breaks it.',
    es: 'Seleccione primero un nodo o una flecha; después, F lo rompe.',
  },

  target: { en: 'Strikes', es: 'Afecta a' },
  whole: { en: (name: string) => `${name}: all instances`, es: (name: string) => `${name}: todas las instancias` },
  strike: { en: 'Strike', es: 'Provocar' },
  back: { en: 'Back', es: 'Atrás' },
  lineAdded: {
    en: (clock: string) => `Becomes a line of the timeline at ${clock}:`,
    es: (clock: string) => `Será una línea de la cronología en ${clock}:`,
  },
  notValue: { en: 'Not a value, such as 30s or 4.', es: 'No es un valor, como 30s o 4.' },
  'field for': { en: 'For', es: 'Durante' },
  'field factor': { en: 'Factor', es: 'Factor' },
  'field share': { en: 'Share', es: 'Proporción' },
  'field ramp': { en: 'Ramp', es: 'Subida' },
  'field rate': { en: 'Rate', es: 'Tasa' },
  'field add': { en: 'Extra time', es: 'Tiempo añadido' },
  'field loss': { en: 'Loss', es: 'Pérdida' },

  'kind clients': { en: 'clients', es: 'clientes' },
  'kind service': { en: 'service', es: 'servicio' },
  'kind balancer': { en: 'balancer', es: 'balanceador' },
  'kind cache': { en: 'cache', es: 'caché' },
  'kind database': { en: 'database', es: 'base de datos' },
  'kind queue': { en: 'queue', es: 'cola' },

  'fault Crash': { en: 'Crash', es: 'Caída' },
  'fault Hang': { en: 'Hang', es: 'Bloqueo' },
  'fault Slow': { en: 'Slow down', es: 'Lentitud' },
  'fault Loss': { en: 'Lose messages', es: 'Pérdida de mensajes' },
  'fault Partition': { en: 'Cut the link', es: 'Corte del enlace' },
  'fault Delay': { en: 'Delay messages', es: 'Retraso de mensajes' },
  'fault Flush': { en: 'Flush', es: 'Vaciado' },
  'fault Spike': { en: 'Traffic spike', es: 'Pico de tráfico' },
  'doc Crash': { en: '', es: 'Una instancia pierde todo lo que hacía y rechaza llamadas hasta que vuelve.' },
  'doc Hang': { en: '', es: 'Una instancia se queda parada y luego sigue donde estaba.' },
  'doc Slow': { en: '', es: 'El trabajo de una instancia tarda más; las esperas por otros, no.' },
  'doc Loss': { en: '', es: 'Mensajes del enlace se pierden al azar, peticiones y respuestas, y se reenvían, como hace TCP.' },
  'doc Partition': { en: '', es: 'Ningún mensaje pasa por el enlace, en ningún sentido.' },
  'doc Delay': { en: '', es: 'Los mensajes tardan más en el enlace, peticiones y respuestas.' },
  'doc Flush': { en: '', es: 'Una caché pierde todas sus entradas de golpe.' },
  'doc Spike': { en: '', es: 'Los clientes piden más a menudo.' },

  added: { en: (name: string) => `Added ${name}`, es: (name: string) => `Añadido ${name}` },
  placed: { en: (name: string) => `Moved ${name}`, es: (name: string) => `Movido ${name}` },
  connected: { en: (a: string, b: string) => `Connected ${a} to ${b}`, es: (a: string, b: string) => `Conectado ${a} con ${b}` },
  disconnected: {
    en: (a: string, b: string) => `Disconnected ${a} from ${b}`,
    es: (a: string, b: string) => `Desconectado ${a} de ${b}`,
  },
  renamed: { en: (a: string, b: string) => `Renamed ${a} to ${b}`, es: (a: string, b: string) => `${a} se llama ahora ${b}` },
  removed: { en: (name: string) => `Removed ${name}`, es: (name: string) => `Eliminado ${name}` },
  tidied: { en: 'Tidied up', es: 'Ordenado' },

  nameEmpty: { en: 'A node needs a name.', es: 'Un nodo necesita un nombre.' },
  nameTaken: { en: 'Another node has this name.', es: 'Otro nodo ya se llama así.' },
  nameSign: { en: 'A name has none of / * " \\ ->', es: 'Un nombre no lleva / * " \\ ->' },

  offered: { en: 'offered', es: 'ofrecido' },
  goodput: { en: 'goodput', es: 'logrado' },
  errors: { en: 'errors', es: 'errores' },
  hits: { en: 'hits', es: 'aciertos' },
  booting: { en: 'booting', es: 'arrancando' },
  down: { en: 'down', es: 'caídas' },

  strained: { en: 'strained', es: 'forzado' },
  failing: { en: 'failing', es: 'falla' },
  overloaded: { en: 'overloaded', es: 'saturado' },
  hanging: { en: 'stands still', es: 'parado' },
  isDown: { en: 'down', es: 'caído' },

  told: {
    en: (name: string, kind: string, parts: string) => `${name}, ${kind}. ${parts}`,
    es: (name: string, kind: string, parts: string) => `${name}, ${kind}. ${parts}`,
  },
  toldQueue: { en: (n: string) => `${n} waiting`, es: (n: string) => `${n} en espera` },
  toldUse: { en: (n: string) => `${n} busy`, es: (n: string) => `${n} de ocupación` },
  toldRate: { en: (n: string) => `${n} requests`, es: (n: string) => `${n} peticiones` },
  toldHits: { en: (n: string) => `${n} hits`, es: (n: string) => `${n} de aciertos` },
  toldOffered: { en: (n: string) => `${n} offered`, es: (n: string) => `${n} ofrecidas` },
  toldGoodput: { en: (n: string) => `${n} goodput`, es: (n: string) => `${n} logradas` },
  toldErrors: { en: (n: string) => `${n} errors`, es: (n: string) => `${n} de errores` },
  toldInstances: {
    en: (n: string, booting: number, down: number) =>
      `${n} instances${booting ? `, ${booting} booting` : ''}${down ? `, ${down} down` : ''}`,
    es: (n: string, booting: number, down: number) =>
      `${n} instancias${booting ? `, ${booting} arrancando` : ''}${down ? `, ${down} caídas` : ''}`,
  },
  toldCalls: { en: (names: string) => `Calls ${names}`, es: (names: string) => `Llama a ${names}` },
  keys: {
    en: 'Enter selects, again for actions. Arrow keys follow the arrows, Alt with them moves the node. F breaks it, C connects, F2 renames, Delete removes.',
    es: 'Intro selecciona, otra vez muestra acciones. Las teclas de flecha recorren el grafo, con Alt mueven el nodo. F lo rompe, C conecta, F2 cambia el nombre, Supr elimina.',
  },
});

const known: Readonly<Record<string, string>> = words as never;

/** A field of a fault by its name in scenario text; where there is no word for it, the name. */
export function fieldWord(name: string): string {
  return known[`field ${name}`] ?? name.replaceAll('_', ' ');
}

/** A kind of node, by its word in reports. */
export function kindWord(kind: string): string {
  return known[`kind ${kind}`] ?? kind;
}

/** A fault, by its name in scenario text. */
export function faultWord(name: string): string {
  return known[`fault ${name}`] ?? name;
}

/** What a fault does: in the engine's own words where there are no others. */
export function faultDoc(fault: { name: string; doc: string }): string {
  return known[`doc ${fault.name}`] || fault.doc;
}
