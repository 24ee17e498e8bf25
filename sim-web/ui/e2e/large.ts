// A scenario of many nodes, for measuring and for looking at what a large graph looks like.

/** `count` nodes in tiers of ten: each service calls one or two of the next tier, the last tier is databases. */
export function largeScenario(count: number, perTier = 10): string {
  const tiers = Math.max(1, Math.ceil((count - 1) / perTier));
  const nodes: string[] = [];
  const name = (tier: number, place: number) => `s${tier}-${place}`;
  const exists = (tier: number, place: number) => 1 + tier * perTier + place < count;
  const entry = Array.from({ length: perTier }, (_, place) => place).filter((place) => exists(0, place));
  nodes.push(`"users": Clients(to: "lb", load: Open(rate: "400/s"), timeout: "2s")`);
  nodes.push(`"lb": Balancer(to: [${entry.map((place) => `"${name(0, place)}"`).join(', ')}], policy: RoundRobin)`);
  for (let tier = 0; tier < tiers; tier += 1) {
    for (let place = 0; place < perTier; place += 1) {
      if (!exists(tier, place)) continue;
      const next = [place, (place + 3) % perTier].filter((to) => exists(tier + 1, to));
      if (next.length === 0) {
        nodes.push(`"${name(tier, place)}": Database(connections: 8, read: Exp("4ms"))`);
        continue;
      }
      // Every other service calls one, so that the load does not double with each tier.
      const isFork = tier % 3 === 0 && place % 5 === 0;
      const calls = next.slice(0, isFork ? 2 : 1).map((to) => `Call(to: "${name(tier + 1, to)}")`);
      const serve = ['Cpu(Exp("1ms"))', ...calls].join(', ');
      nodes.push(`"${name(tier, place)}": Service(instances: ${1 + ((tier + place) % 4)}, cores: 2, run: Threads(64), serve: [${serve}])`);
    }
  }
  return `// What does a graph of ${count} nodes look like?
Scenario(
    run: (seed: 1, duration: "10min"),
    nodes: {
        ${nodes.join(',\n        ')},
    },
    links: {"*": (latency: Constant("0.5ms"))},
)
`;
}
