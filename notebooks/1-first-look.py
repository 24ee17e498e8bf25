# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     name: python3
# ---

# %% [markdown]
# # What happens to a shop during a sale?
#
# Twelve hundred requests a second are an ordinary day. For half a minute a sale doubles that. The dashboards of the
# operators will show that *everything* got slow; which machine was it?
#
# We run [`models/basics/three-tier.ron`](../models/basics/three-tier.ron) once, look at the run over time, and change
# one number.

# %%
import matplotlib.pyplot as plt
import polars as pl

import escala

plt.style.use(escala.STYLE)
SALE = (180, 210)

# %% [markdown]
# `escala run --json --series` is the whole report, with a row for each interval of the run. A row tells what happened
# in its interval; times are seconds, latencies milliseconds.

# %%
day = escala.answer("run", "models/basics/three-tier.ron", "--series")
users = day["clients"]["users"]
print(f"{users['offered']:,} requests, {users['error_rate']:.1%} failed, p99 {users['latency_ms']['p99']:.0f} ms")


# %%
def over_time(report: dict) -> pl.DataFrame:
    """The rows of the measured part of a run; `utilization.db` and its like are columns."""
    return pl.json_normalize(report["series"], separator=".").filter(pl.col("t") > report["warmup_s"])


rows = over_time(day)
rows.select("t", "offered_rps", "failed_rps", "p50_ms", "p99_ms", "utilization.db", "utilization.app").gather_every(25)

# %% [markdown]
# ## Who is busy?


# %%
def sale(axes) -> None:
    """Marks the half minute of the sale."""
    axes.axvspan(*SALE, color="0.92", zorder=0)


figure, (load, latency, busy) = plt.subplots(3, 1, sharex=True, figsize=(9, 7.5))
load.plot("t", "offered_rps", data=rows, label="sent")
load.plot("t", "failed_rps", data=rows, label="failed", linestyle="--")
load.set(title="A sale doubles the load for 30 s, and some requests fail", ylabel="requests a second", ylim=(0, None))
load.text(sum(SALE) / 2, 1500, "sale", ha="center", color="0.35")
latency.plot("t", "p99_ms", data=rows, label="p99")
latency.plot("t", "p50_ms", data=rows, label="p50", linestyle="--")
latency.set(title="Not one user in a hundred: every second one waits half a second", ylabel="latency, ms", yscale="log")
latency.yaxis.set_major_formatter("{x:,.0f}")
busy.plot("t", "utilization.db", data=rows, label="connections of db")
busy.plot("t", "utilization.app", data=rows, label="cores of app", linestyle="--")
busy.set(title="The database is full; the app servers are not", ylabel="busy share", ylim=(0, 1.05), xlabel="time, s")
busy.yaxis.set_major_formatter("{x:.0%}")
for axes in (load, latency, busy):
    sale(axes)
    axes.legend(loc="upper left")
plt.show()

# %% [markdown]
# During the sale all ten connections of the database are taken. The app servers do not compute more than they can:
# their threads wait for the database, and the requests behind them wait for a thread. That is why *everything* looks
# slow from outside. The report says it in a sentence, from the traffic alone:

# %%
during = rows.filter(pl.col("t").is_between(SALE[0] + 5, SALE[1]))
assert during["utilization.db"].min() > 0.95, "the database is full during the sale"
assert during["utilization.app"].max() < 0.95, "and the app servers are not"
assert day["bottleneck"]["node"] == "db"
day["bottleneck"]["sentence"]

# %% [markdown]
# ## And with four more connections?
#
# `--set` puts a value at a path of the scenario. The users send the same requests at the same times, so what differs
# is the database. (The scenario claims that the sale hurts; without it, those claims have to go.)

# %%
better = escala.answer(
    "run", "models/basics/three-tier.ron", "--series", "--set", "nodes.db.connections=14", "--set", "expect=[]"
)
runs = {"10 connections": (rows, "-"), "14 connections": (over_time(better), "--")}

figure, axes = plt.subplots(figsize=(9, 3.6))
sale(axes)
for name, (its, line) in runs.items():
    axes.plot("t", "p99_ms", data=its, label=name, linestyle=line)
axes.axhline(100, color="0.35", linewidth=1, linestyle=":")
axes.text(rows["t"].max(), 104, "objective of browsing", ha="right", va="bottom", color="0.35", fontsize=9)
axes.set(title="Four more connections, and the sale is an ordinary half minute")
axes.set(xlabel="time, s", ylabel="p99 latency, ms", yscale="log")
axes.yaxis.set_major_formatter("{x:,.0f}")
axes.legend(loc="upper left")
plt.show()

# %%
worst = {name: its.filter(pl.col("t").is_between(*SALE))["p99_ms"].max() for name, (its, _) in runs.items()}
lost = {"10 connections": users["error_rate"], "14 connections": better["clients"]["users"]["error_rate"]}
for name in runs:
    print(f"{name}: p99 up to {worst[name]:,.0f} ms, {lost[name]:.2%} of all requests failed")
assert worst["14 connections"] < 0.2 * worst["10 connections"]
assert lost["14 connections"] == 0 < lost["10 connections"]

# %% [markdown]
# **What we learn.** The machine that everybody complains about (the app) is not the one that is short of something (the
# database): look at what is busy, not at what is slow.
#
# One run is one story. The [next notebook](2-balancing-policies.py) says how sure a result is.
