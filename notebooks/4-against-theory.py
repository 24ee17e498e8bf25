# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     name: python3
# ---

# %% [markdown]
# # Is the simulator right? One fast server against many slow ones
#
# A server that does 1,000 requests a second, or four that do 250 each, or sixteen that do 62.5: the same in the
# catalogue. What do users get? For Poisson arrivals and exponential work this has been known exactly since Erlang
# (1917), so it is a question about servers and a test of the simulator at once: M/M/1, M/M/4 and M/M/16, from a tenth
# of what they can do to nineteen twentieths.

# %%
import math
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import polars as pl

import escala

plt.style.use(escala.STYLE)
workspace = tempfile.TemporaryDirectory(prefix="escala-", ignore_cleanup_errors=True)
folder = Path(workspace.name)
SERVERS = [1, 4, 16]
RATES = [100, 200, 300, 400, 500, 600, 700, 800, 900, 950]
CAPACITY = 1000  # requests a second, all servers together

# %% [markdown]
# ## What theory says
#
# With $c$ servers of rate $\mu$ and the load $a = \lambda/\mu$, a request has to wait with Erlang's probability
# $C(c, a)$, and then for $1/(c\mu - \lambda)$ on average. The time in the system has the tail below (Gross and
# Harris, *Fundamentals of Queueing Theory*, §2.3), from which we take its 99th percentile by bisection.


# %%
def waits(servers: int, load: float) -> float:
    """Erlang C: the probability that an arrival finds all servers busy. By Erlang B, whose recursion is stable."""
    blocked = 1.0
    for busy in range(1, servers + 1):
        blocked = load * blocked / (busy + load * blocked)
    return blocked / (1 - load / servers * (1 - blocked))


def mean(servers: int, rate: float) -> float:
    """The mean time in the system, in seconds."""
    each = CAPACITY / servers
    return 1 / each + waits(servers, rate / each) / (CAPACITY - rate)


def exceeds(servers: int, rate: float, time: float) -> float:
    """The probability of more than `time` seconds in the system."""
    each = CAPACITY / servers
    spare = servers - rate / each - 1
    works = math.exp(-each * time)
    both = each * time * works if abs(spare) < 1e-9 else (works - math.exp(-each * time * (1 + spare))) / spare
    return works + waits(servers, rate / each) * both


def p99(servers: int, rate: float) -> float:
    """The 99th percentile of the time in the system, in seconds."""
    low, high = 0.0, 10.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if exceeds(servers, rate, middle) > 0.01 else (low, middle)
    return high


THEORY = {"mean": mean, "p99": p99}
assert math.isclose(mean(1, 800), 0.005), "M/M/1 at 80 %: 5 ms"
assert math.isclose(p99(1, 800), 0.005 * math.log(100)), "and an exponential law"

# %% [markdown]
# ## What the simulator says
#
# One sweep for each number of servers: all rates, ten replications of five minutes. Each sweep has a seed of its
# own, so that its errors have nothing to do with those of the others.

# %%
scenario = folder / "servers.ron"
scenario.write_text(
    """\
// What do users get from servers that do 1000 requests a second together?
(
    run: (seed: 1, warmup: "10s", duration: "310s"),
    nodes: {
        "users": Clients(to: "servers", load: Open(rate: "500/s")),
        "servers": Service(cores: 1, serve: [Cpu(Exp("1ms"))]),
    },
)
""",
    encoding="utf-8",
)


def simulated(servers: int) -> pl.DataFrame:
    """A row for each rate and metric: the mean of ten replications, half its 95 % interval, and what theory says."""
    rows = escala.sweep(
        folder / str(servers),
        scenario,
        "--replications",
        10,
        "--seed",
        servers,
        "--set",
        f"nodes.servers.cores={servers}",
        "--set",
        f'nodes.servers.serve=[Cpu(Exp("{servers * 1000 // CAPACITY}ms"))]',
        "--vary",
        f"nodes.users.load.rate={','.join(f'{rate}/s' for rate in RATES)}",
    )
    cases = rows.filter(pl.col("scope") == "client").partition_by("case", maintain_order=True)
    return pl.DataFrame(
        {
            "servers": servers,
            "rate": rate,
            "metric": metric,
            "value": case[metric].mean(),
            "half": escala.half_interval(case[metric]),
            "exact": THEORY[metric](servers, rate),
        }
        for rate, case in zip(RATES, cases, strict=True)
        for metric in THEORY
    )


points = pl.concat(simulated(servers) for servers in SERVERS).with_columns(
    off=(pl.col("value") - pl.col("exact")) / pl.col("half"),
)
points.filter(pl.col("rate") == 900)

# %%
figure, panels = plt.subplots(2, 2, sharex=True, figsize=(10, 6.4), height_ratios=[2, 1])
TITLES = {"mean": "Mean", "p99": "99th percentile"}
figure.suptitle("Lines are theory, points are simulated", x=0.01, ha="left", weight="bold")
loads = [load / 200 for load in range(1, 195)]
for (above, below), metric in zip(panels.T, THEORY, strict=True):
    for servers, colour, marker in zip(SERVERS, ["C0", "C1", "C2"], "os^", strict=True):
        its = points.filter((pl.col("metric") == metric) & (pl.col("servers") == servers))
        busy = its["rate"] / CAPACITY
        exact = [1e3 * THEORY[metric](servers, CAPACITY * load) for load in loads]
        above.plot(loads, exact, color=colour, linewidth=1.2)
        above.plot(
            busy,
            1e3 * its["value"],
            color=colour,
            marker=marker,
            linestyle="",
            label=f"{servers} server{'s' * (servers > 1)}",
        )
        shift = 0.008 * (SERVERS.index(servers) - 1)
        difference = 100 * (its["value"] / its["exact"] - 1)
        below.errorbar(
            busy + shift,
            difference,
            yerr=100 * its["half"] / its["exact"],
            color=colour,
            marker=marker,
            linestyle="",
            markersize=4,
            elinewidth=1.2,
        )
    above.set(title=TITLES[metric], ylabel="time in the system, ms", yscale="log")
    above.yaxis.set_major_formatter("{x:,.0f}")
    above.legend(loc="upper left")
    below.axhline(0, color="0.35", linewidth=1)
    below.set(xlabel="busy share of the servers", ylabel="difference, %\n(95 % interval)")
    below.xaxis.set_major_formatter("{x:.0%}")
plt.show()

# %% [markdown]
# ## Does it hold?
#
# Of intervals of 95 %, one in twenty may miss. Points of one sweep share their requests, so they tend to miss
# together.

# %%
inside = (points["off"].abs() <= 1).mean()
farthest = points["off"].abs().max()
print(f"{inside:.0%} of {len(points)} intervals contain the exact value.")
print(f"The farthest point is {farthest:.1f} halves of its interval off.")
assert inside > 0.85, "about 95 % of the intervals contain the exact value"
assert farthest < 2.5, "and none is far off"

# %% [markdown]
# And the servers? With little to do the one fast server wins, as nobody waits and its work is done sooner. Near the
# limit they come close to each other: most of the time is waiting, and all of them serve a line at the same pace.

# %%
means = {(row["servers"], row["rate"]): row for row in points.filter(pl.col("metric") == "mean").to_dicts()}


def ratio(rate: int, which: str) -> float:
    """How many times as long sixteen slow servers take as one fast one."""
    return means[16, rate][which] / means[1, rate][which]


for rate in (100, 950):
    simulated_ratio, exact_ratio = ratio(rate, "value"), ratio(rate, "exact")
    print(f"{rate / CAPACITY:.0%} busy: sixteen take {simulated_ratio:.2f} times as long, exactly {exact_ratio:.2f}")
assert ratio(100, "value") > 10
assert ratio(950, "value") < 2

# %% [markdown]
# **What we learn.** The simulator agrees with the formulas from little load to almost too much, and its intervals mean
# what they say.
# One fast server beats sixteen slow ones of the same total, by far when there is little to do and hardly when there is
# much.
#
# This is three formulas. The tests compare [589 values of 88 systems](../docs/theory.md).
