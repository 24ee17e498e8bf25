# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     name: python3
# ---

# %% [markdown]
# # Does a cluster say the same as my laptop?
#
# Thirty-two cases take a second; thirty-two thousand take a cluster. `escala sweep --shard i/n` runs part *i* of a
# sweep, and `escala merge` joins the parts. If that is done right, nobody can tell from the result where it ran: not
# nearly the same numbers, the same bytes.
#
# Here the parts are tasks on [Dask](https://distributed.dask.org). Without anything said they run on a cluster of two
# workers inside this very process. To use yours, start the notebook with two environment variables:
#
# | variable | is |
# |---|---|
# | `DASK_SCHEDULER_ADDRESS` | the address of the scheduler, such as `tcp://10.0.0.7:8786` |
# | `ESCALA_SHARED` | a folder that you and all workers see under this path |
#
# The workers need an `escala` of the same version where yours is, or in the folder that they share: say so in `ESCALA`.

# %%
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import matplotlib.pyplot as plt
import polars as pl
from dask.distributed import Client, LocalCluster, get_worker

import escala

plt.style.use(escala.STYLE)
SWEEP = escala.PROJECT / "models" / "sweeps" / "policies-under-load.ron"
SHARDS = 8

# %% [markdown]
# ## The parts, as tasks
#
# A task waits for a process that does the work, so threads are enough for workers. What a task needs lies in the shared
# folder, and what it makes goes there. A part that is started again goes on where it was stopped, so Dask may retry as
# it likes.

# %%
workspace = tempfile.TemporaryDirectory(
    prefix="escala-", dir=os.environ.get("ESCALA_SHARED"), ignore_cleanup_errors=True
)
shared = Path(workspace.name)
models = shutil.copytree(escala.PROJECT / "models", shared / "models")
sweep = models / SWEEP.relative_to(escala.PROJECT / "models")


def run_shard(program: str, sweep: Path, shard: int, shards: int, folder: Path) -> dict:
    """Runs one part on whichever worker this is; who ran it, and when."""
    words = [program, "sweep", sweep, "--shard", f"{shard}/{shards}", "--threads", "1", "--out", folder]
    begin = time.time()
    ended = subprocess.run(words, capture_output=True, encoding="utf-8", check=False)
    if ended.returncode != 0:
        raise RuntimeError(ended.stderr)
    return {"shard": shard, "worker": get_worker().address, "begin": begin, "end": time.time()}


# %%
address = os.environ.get("DASK_SCHEDULER_ADDRESS")
cluster = None
if address is None:
    cluster = LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=False,
        protocol="tcp://",
        host="127.0.0.1",
        dashboard_address=None,
    )

with Client(address or cluster.scheduler_address) as client:
    parts = [shared / f"shard-{shard}" for shard in range(1, SHARDS + 1)]
    tasks = [
        client.submit(run_shard, escala.command(), sweep, shard, SHARDS, part, retries=2, pure=False)
        for shard, part in enumerate(parts, start=1)
    ]
    ran = pl.DataFrame(client.gather(tasks))
if cluster is not None:
    cluster.close()

print(escala.call("merge", *parts, "--out", shared / "merged"))

# %% [markdown]
# ## The same bytes
#
# And once more, here and in one piece:

# %%
escala.call("sweep", sweep, "--quiet", "--out", shared / "alone")
for name in ("results.csv", "results.parquet", "manifest.json"):
    merged, alone = (shared / where / name for where in ("merged", "alone"))
    assert merged.read_bytes() == alone.read_bytes(), f"{name} differs"
    print(f"{name}: the same {alone.stat().st_size:,} bytes")

# %%
workers = ran["worker"].unique().sort().to_list()
start = ran["begin"].min()
figure, axes = plt.subplots(figsize=(9, 0.8 + 0.6 * len(workers)))
for row in ran.iter_rows(named=True):
    place, began = workers.index(row["worker"]), row["begin"] - start
    axes.barh(place, row["end"] - row["begin"], left=began, height=0.6, color="C5", edgecolor="black", linewidth=0.8)
    axes.text(began + 0.01, place, row["shard"], va="center")
axes.set(title=f"{SHARDS} parts on {len(workers)} workers, in the order they got them", xlabel="time, s")
axes.set(yticks=range(len(workers)), yticklabels=[f"worker {number}" for number in range(1, len(workers) + 1)])
axes.grid(False)
plt.show()

# %% [markdown]
# ## And what it says
#
# From which load on does the balancing policy matter, if one server in four is half as fast as the others? Lines are
# means of five replications, bands their 95 % intervals.

# %%
POLICIES = {
    "RoundRobin": ("take turns", "o-"),
    "Random": ("one at random", "s--"),
    "PowerOf(d: 2)": ("less busy of two", "^-"),
    "LeastConnections(ties: Random)": ("least busy of all", "D--"),
}
users = (
    pl.read_parquet(shared / "merged" / "results.parquet")
    .filter(pl.col("scope") == "client")
    .with_columns(rate=pl.col("nodes.users.load.rate").str.strip_suffix("/s").cast(pl.Float64), ms=1e3 * pl.col("p99"))
    .group_by("nodes.lb.policy", "rate", maintain_order=True)
    .agg(
        p99=pl.col("ms").mean(),
        half=pl.col("ms").map_batches(escala.half_interval, returns_scalar=True, return_dtype=pl.Float64),
    )
)

figure, axes = plt.subplots(figsize=(9, 4.2))
for policy, (name, style) in POLICIES.items():
    its = users.filter(pl.col("nodes.lb.policy") == policy)
    (line,) = axes.plot(its["rate"], its["p99"], style, label=name, markersize=5)
    axes.fill_between(
        its["rate"], its["p99"] - its["half"], its["p99"] + its["half"], color=line.get_color(), alpha=0.2
    )
axes.axvline(200, color="0.35", linewidth=1, linestyle=":")
axes.text(203, 480, "a quarter of the load\nis all the slow server can do", color="0.35", va="center", fontsize=9)
axes.set(
    title="Who does not look breaks down at 200/s", xlabel="requests a second", ylabel="p99 latency, ms", yscale="log"
)
axes.yaxis.set_major_formatter("{x:,.0f}")
axes.legend()
plt.show()

# %%
at = {(row["nodes.lb.policy"], row["rate"]): row["p99"] for row in users.iter_rows(named=True)}
assert at["RoundRobin", 200] > 10 * at["LeastConnections(ties: Random)", 200]
assert at["RoundRobin", 40] < 1.5 * at["LeastConnections(ties: Random)", 40], (
    "with little to do, the policy is no matter"
)

# %% [markdown]
# **What we learn.** Where a sweep runs is a question of time and not of results. And: at 40/s any policy will do; from
# 200/s on only those that look at the servers.
#
# The same with Slurm, Kubernetes or GNU parallel: [sweep on a cluster](../docs/how-to/sweep-on-a-cluster.md).
