# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     name: python3
# ---

# %% [markdown]
# # How many servers should a balancer look at?
#
# Six servers are fast, two are three times slower: somebody's old machines. Taking turns gives each of them the same.
# Asking all eight who has the least to do is best, but a balancer in front of hundreds cannot ask everybody. The
# *power of two choices* asks two at random. Is that enough? And how would we know that a difference is one?
#
# `escala compare` runs all policies several times on the same requests: the same times, the same work. What differs is
# the policy.

# %%
import matplotlib.pyplot as plt
import polars as pl

import escala

plt.style.use(escala.STYLE)
POOL = "models/balancing/heterogeneous.ron"
NAMES = {
    "round-robin": "take turns",
    "random": "one at random",
    "power-of-two": "less busy of two",
    "least-connections": "least busy of all",
}

# %% [markdown]
# ## Which policy?
#
# Twenty replications of three minutes each. A difference is taken within each replication, and then has a mean and an
# interval of its own.

# %%
policies = escala.answer("compare", POOL, "--replications", 20, "--metric", "mean(users)", "--metric", "p99(users)")


def differences(comparison: dict) -> pl.DataFrame:
    """A row for each metric and alternative: the difference to the baseline with its 95 % interval, in milliseconds."""
    rows = [
        {
            "metric": metric["metric"],
            "policy": one["alternative"],
            "difference": 1e3 * one["difference"],
            "low": 1e3 * one["interval95"][0],
            "high": 1e3 * one["interval95"][1],
            "verdict": one["verdict"],
            "gain": one["gain"],
        }
        for metric in comparison["metrics"]
        for one in metric["differences"]
    ]
    return pl.DataFrame(rows)


found = differences(policies)
found

# %%
figure, panels = plt.subplots(1, 2, sharey=True, figsize=(9, 3.2))
figure.suptitle(
    "Looking at two servers wins most of what looking at all of them does", x=0.01, ha="left", weight="bold"
)
for axes, metric, title in zip(panels, ["mean(users)", "p99(users)"], ["mean latency", "p99 latency"], strict=True):
    its = found.filter(pl.col("metric") == metric).sort("difference", descending=True)
    reach = [its["difference"] - its["low"], its["high"] - its["difference"]]
    labels = [NAMES[policy] for policy in its["policy"]]
    axes.errorbar(its["difference"], labels, xerr=reach, fmt="o", capsize=4)
    axes.axvline(0, color="0.35", linewidth=1)
    axes.set(title=title, xlabel="difference to taking turns, ms (95 % interval)", ylim=(-0.6, len(its) - 0.4))
    axes.annotate("better", (0.02, 0.03), xycoords="axes fraction", color="0.35")
plt.show()

# %% [markdown]
# Every verdict is corrected for being one of several (Holm): the chance that any difference is told that is not there
# is at most 5 %. The ranking compares all pairs in the same way.

# %%
ranking = [one["alternative"] for one in policies["metrics"][0]["ranking"]]
assert ranking == ["least-connections", "power-of-two", "round-robin", "random"]
assert [one["rank"] for one in policies["metrics"][0]["ranking"]] == [1, 2, 3, 4], "and no two share a rank"
means = {one["alternative"]: 1e3 * one["value"] for one in policies["metrics"][0]["estimates"]}
won = (means["round-robin"] - means["power-of-two"]) / (means["round-robin"] - means["least-connections"])
assert won > 0.75
print(f"Two looks win {won:.0%} of what looking at all of them wins over taking turns")

# %% [markdown]
# ## And three looks, four, six?
#
# These are close to each other. On the left each line is one replication: busy three minutes are busy whatever the
# policy, and the lines hardly cross. So their *differences* vary much less than they do. On the right is the interval
# of two of these differences, and what it would be had each policy drawn requests of its own. (`gain` is how much
# larger the variance would be. Above it is about one, as those policies make quite different lines of the same
# requests.)

# %%
ALL = "LeastConnections(ties: Random)"
LOOKS = {"PowerOf(d: 2)": "2", "PowerOf(d: 3)": "3", "PowerOf(d: 4)": "4", "PowerOf(d: 6)": "6", ALL: "all 8"}
choices = f"nodes.lb.policy={','.join(LOOKS)}"
looks = escala.answer("compare", POOL, "--vary", choices, "--baseline", ALL, "--metric", "mean(users)")
values = pl.DataFrame({LOOKS[one["alternative"]]: one["values"] for one in looks["metrics"][0]["estimates"]}) * 1e3
steps = differences(looks).with_columns(
    pl.col("policy").replace(LOOKS).alias("looks"),
    (500 * (pl.col("high") - pl.col("low"))).alias("same requests"),
    (500 * (pl.col("high") - pl.col("low")) * pl.col("gain").sqrt()).alias("requests of its own"),
    difference=1e3 * pl.col("difference"),
)
steps.select("looks", "difference", "same requests", "requests of its own", "verdict")  # in microseconds

# %%
figure, (lines, intervals) = plt.subplots(1, 2, figsize=(9, 3.6))
for replication in values.iter_rows():
    lines.plot(values.columns, replication, color="C0", alpha=0.5, marker="o", markersize=3, linewidth=1)
lines.set(title="Each further look is worth less", xlabel="servers looked at", ylabel="mean latency, ms")
for offset, way, marker in [(0.12, "same requests", "o"), (-0.12, "requests of its own", "s")]:
    for place, row in enumerate(steps.filter(pl.col("looks").is_in(["4", "6"])).iter_rows(named=True)):
        label = way if place == 0 else None
        colour = "C0" if way == "same requests" else "C1"
        intervals.errorbar(
            row["difference"], place + offset, xerr=row[way], fmt=marker, color=colour, capsize=4, label=label
        )
intervals.axvline(0, color="0.35", linewidth=1)
intervals.set(title="The same requests tell six from eight", xlabel="worse than looking at all, µs (95 % interval)")
intervals.set(yticks=[0, 1], yticklabels=["4 looks", "6 looks"], ylim=(-0.5, 1.9))
intervals.legend(loc="upper right")
plt.show()

# %%
six = steps.row(by_predicate=pl.col("looks") == "6", named=True)
assert steps["difference"].is_sorted(descending=True), "each further look is worth less"
assert six["verdict"] == "worse" and six["difference"] > six["same requests"], "six looks are not eight"
assert six["difference"] < six["requests of its own"], "which requests of their own would not have shown"
runs = len(looks["seeds"])
print(f"Six looks cost {six['difference']:.0f} ± {six['same requests']:.0f} µs; {runs} runs of each policy show it,")
print(f"and about {runs * six['gain']:.0f} would have to, were the requests not the same.")

# %% [markdown]
# **What we learn.** Two looks win most of what there is to win, each further one is worth less, and six are so close to
# eight that only a comparison on the same requests can tell them apart. Whether 0.06 ms matters is not a question for
# statistics.
#
# More about verdicts, ranks and intervals: [say which alternative is better](../docs/how-to/compare-alternatives.md).
