# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     name: python3
# ---

# %% [markdown]
# # Headroom or memory: what is the cheaper way through a burst?
#
# Every ten minutes a job asks for more than twice the usual, for three minutes. The autoscaler sees it, but a pod takes
# half a minute to boot, and until then users wait. Two settings help:
#
# - **headroom**: a lower CPU target keeps more pods than are needed;
# - **memory**: a longer stabilization window keeps the pods of the last burst for the next one.
#
# Both cost. Kubernetes' window is five minutes if nobody says otherwise. We ask for a p99 below 300 ms and want the
# cheapest setting that gives it.

# %%
import tempfile
from itertools import product
from pathlib import Path

import matplotlib.pyplot as plt
import polars as pl
from matplotlib.colors import LogNorm

import escala

plt.style.use(escala.STYLE)
workspace = tempfile.TemporaryDirectory(prefix="escala-", ignore_cleanup_errors=True)
folder = Path(workspace.name)
GOAL = 300  # ms

# %% [markdown]
# A pod does forty requests a second and costs ten cents an hour.

# %%
bursts = "".join(f'("{start}min", "140/s"), ("{start + 3}min", "60/s"), ' for start in range(7, 40, 10))
scenario = folder / "bursts.ron"
scenario.write_text(
    f"""\
// Which autoscaler settings take a burst every ten minutes, and what do they cost?
(
    run: (seed: 3, warmup: "10min", duration: "40min"),
    nodes: {{
        "users": Clients(to: "app", load: Open(shape: [Steps([("0s", "60/s"), {bursts}])])),
        "app": Service(instances: 6, serve: [Cpu(Exp("25ms"))], price: "0.10/h"),
    }},
    scale: [Hpa(target: "app", cpu: "60%", min: 2, max: 30, boot: Constant("30s"))],
)
""",
    encoding="utf-8",
)
print(escala.call("check", scenario) or "The scenario is fine.")

# %% [markdown]
# Thirty settings, three replications each: forty minutes of traffic ninety times over.

# %%
TARGETS = ["30%", "40%", "50%", "60%", "70%", "80%"]
WINDOWS = ["0s", "2min", "5min", "8min", "12min"]
rows = escala.sweep(
    folder / "results",
    scenario,
    "--replications",
    3,
    "--vary",
    f"scale.0.cpu={','.join(TARGETS)}",
    "--vary",
    f"scale.0.stabilization={','.join(WINDOWS)}",
)
axes_of = {"scale.0.cpu": "target", "scale.0.stabilization": "window"}
latency = rows.filter(pl.col("scope") == "client").rename(axes_of)
cost = rows.filter(pl.col("scope") == "run").rename(axes_of)

# What counts is the worst of the three replications: who promises 300 ms promises it for each day.
settings = (
    latency.group_by("target", "window")
    .agg(p99=1e3 * pl.col("p99").max())
    .join(cost.group_by("target", "window").agg(cost=pl.col("cost_per_hour").mean()), on=["target", "window"])
    .sort("cost")
)
settings.head()


# %%
def heat(axes, value: str, style: str, **colours) -> None:
    """A map of a value over both settings, with its numbers, and a frame around those that meet the goal."""
    its = {(row["window"], row["target"]): row for row in settings.iter_rows(named=True)}
    table = [[its[window, target][value] for target in TARGETS] for window in WINDOWS]
    picture = axes.imshow(table, cmap="cividis", aspect="auto", origin="lower", **colours)
    for (row, window), (column, target) in product(enumerate(WINDOWS), enumerate(TARGETS)):
        here = its[window, target]
        ink = "white" if picture.norm(here[value]) < 0.55 else "black"
        axes.text(column, row, style.format(here[value]), ha="center", va="center", fontsize=9, color=ink)
        if here["p99"] < GOAL:
            frame = plt.Rectangle((column - 0.45, row - 0.43), 0.9, 0.86, fill=False, edgecolor="C1", linewidth=2.2)
            axes.add_patch(frame)
    axes.set_xticks(range(len(TARGETS)), TARGETS)
    axes.set_yticks(range(len(WINDOWS)), WINDOWS)
    axes.set(xlabel="CPU target (less is more headroom)", ylabel="stabilization window")
    axes.grid(False)


figure, (left, right) = plt.subplots(1, 2, figsize=(11, 3.8))
heat(left, "p99", "{:,.0f}", norm=LogNorm())
left.set_title(f"p99, ms; framed: below {GOAL} ms")
heat(right, "cost", "{:.2f}")
right.set_title("cost an hour (0.10 for each pod)")
plt.show()

# %% [markdown]
# The map has a step between five and eight minutes: the gap between two bursts is seven. A window that is longer than
# the gap carries the pods across it, and then even a tight target is good enough. With a shorter one the autoscaler has
# forgotten the last burst when the next one begins, and only headroom helps.
#
# ## What does each way cost?

# %%
figure, axes = plt.subplots(figsize=(9, 4.2))
for window, marker, colour in zip(WINDOWS, "os^Dv", ["C0", "C5", "C2", "C1", "C6"], strict=True):
    its = settings.filter(pl.col("window") == window).sort("target")
    axes.plot("cost", "p99", data=its, marker=marker, color=colour, label=f"window {window}", linewidth=1)
axes.axhline(GOAL, color="0.35", linewidth=1, linestyle=":")
axes.text(1.2, GOAL * 1.06, "what we want", color="0.35", ha="right", va="bottom", fontsize=9)
axes.set(title="A window longer than the gap is cheaper than headroom", yscale="log")
axes.set(xlabel="cost an hour", ylabel="p99 latency, ms")
axes.yaxis.set_major_formatter("{x:,.0f}")
axes.legend()
plt.show()

# %%
good = settings.filter(pl.col("p99") < GOAL).sort("cost")
cheapest = good.row(0, named=True)
by_headroom = good.filter(pl.col("window").is_in(["0s", "2min", "5min"])).row(0, named=True)
default = settings.row(by_predicate=(pl.col("target") == "80%") & (pl.col("window") == "5min"), named=True)
for name, its in {"cheapest": cheapest, "cheapest by headroom": by_headroom, "Kubernetes' defaults": default}.items():
    print(f"{name:<21} {its['target']} {its['window']:>5}: p99 {its['p99']:>6,.0f} ms, {its['cost']:.2f} an hour")
assert cheapest["window"] in ("8min", "12min"), "the cheapest way is memory"
assert cheapest["cost"] < 0.8 * by_headroom["cost"], "and it is clearly cheaper than headroom"
assert default["p99"] > 30_000, "which nobody gets without asking for it"

# %% [markdown]
# **What we learn.** If bursts have a rhythm, let the window be longer than the gap between them: that costs less than
# headroom which is there all the time. Kubernetes' defaults save a few cents an hour and let
# one user in a hundred wait for more than half a minute. Where
# bursts come at random, there is no gap to bridge: change `bursts` above and look again.
#
# The settings are those of [`Hpa`](../docs/reference.md#hpa); more axes and designs: [sweeps](../docs/how-to/sweep.md).
