"""The `escala` command for notebooks: finds it, runs it in the project's folder, reads what it answers."""

import json
import os
import shutil
import statistics
import subprocess
from pathlib import Path

import polars as pl

PROJECT = Path(__file__).resolve().parent.parent
"""Where commands run, so that paths are written as in the documentation: `models/basics/three-tier.ron`."""

STYLE = Path(__file__).resolve().with_name("readable.mplstyle")
"""How the pictures look, for `matplotlib.pyplot.style.use`."""

NAME = "escala.exe" if os.name == "nt" else "escala"

STUDENT = {4: 2.776, 9: 2.262, 19: 2.093}
"""Student's t at 97.5 %, by degrees of freedom: those of 5, 10 and 20 replications."""


class EscalaError(Exception):
    """The command ended with another code than 0; the message is what it said."""


def command() -> str:
    """The program: what `$ESCALA` names, else the release build of this project, else the one on the PATH."""
    if named := os.environ.get("ESCALA"):
        if found := shutil.which(named):
            return str(Path(found).resolve())
        raise EscalaError(f"$ESCALA is `{named}`, which is no program: give its whole path, or unset it")
    built = PROJECT / "target" / "release" / NAME
    if built.is_file():
        return str(built)
    if found := shutil.which(NAME):
        return found
    raise EscalaError(
        f"there is no `escala`: build it with `cargo build --release` in {PROJECT}, or say in $ESCALA where it is"
    )


def call(*arguments: object) -> str:
    """Runs `escala` with `arguments` and gives what it printed. Code 1 is an error too: a claim does not hold."""
    words = [str(argument) for argument in arguments]
    ended = subprocess.run([command(), *words], cwd=PROJECT, capture_output=True, encoding="utf-8", check=False)
    if ended.returncode != 0:
        said = ended.stderr.strip() or ended.stdout.strip()
        raise EscalaError(f"`escala {' '.join(words)}` ended with {ended.returncode}:\n{said}")
    return ended.stdout


def answer(*arguments: object) -> dict:
    """As [`call`], with what `--json` prints."""
    return json.loads(call(*arguments, "--json"))


def sweep(folder: Path, *arguments: object) -> pl.DataFrame:
    """Sweeps into `folder` and gives the rows: one for each case, replication and scope."""
    call("sweep", *arguments, "--out", folder, "--quiet")
    return pl.read_parquet(Path(folder) / "results.parquet")


def half_interval(values: pl.Series) -> float:
    """Half the 95 % interval of the mean of what 5, 10 or 20 replications measured."""
    return STUDENT[len(values) - 1] * statistics.stdev(values) / len(values) ** 0.5
