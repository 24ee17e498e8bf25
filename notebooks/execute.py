"""Runs the notebooks as Jupyter would, each from its top in a kernel of its own, and says what went wrong where.

    python notebooks/execute.py [--pictures FOLDER] [NOTEBOOK]...

Needs what `requirements.txt` names. Nothing is written but the pictures, if a folder for them is given.
"""

import argparse
import base64
import re
import sys
import time
from pathlib import Path

import jupytext
from nbclient import NotebookClient
from nbclient.exceptions import CellControlSignal, DeadKernelError
from traitlets.config import Config

HERE = Path(__file__).resolve().parent

MOST_SECONDS_A_CELL = 120
"""Far beyond what any cell needs: whoever takes longer hangs."""

ENCRYPTED = Config({"KernelManager": {"transport_encryption": "auto"}})
"""Kernels warn of eavesdroppers otherwise."""


def execute(path: Path) -> list[bytes]:
    """Runs one notebook and gives its pictures as PNG. Raises what nbclient raises if a cell does not end well."""
    notebook = jupytext.read(path)
    client = NotebookClient(
        notebook,
        timeout=MOST_SECONDS_A_CELL,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
        config=ENCRYPTED,
    )
    client.execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    pictures = [output.data["image/png"] for output in outputs if "image/png" in output.get("data", {})]
    return [base64.b64decode(picture) for picture in pictures]


def plain(text: str) -> str:
    """Without the colours of a terminal."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def main() -> int:
    """The code to end with: 0 if all notebooks ran to their ends."""
    parser = argparse.ArgumentParser(description="Run the notebooks and say what went wrong where.")
    parser.add_argument("notebooks", nargs="*", type=Path, metavar="NOTEBOOK", help="by default all")
    parser.add_argument("--pictures", type=Path, metavar="FOLDER", help="write the pictures there, as PNG")
    arguments = parser.parse_args()
    paths = [path.resolve() for path in arguments.notebooks] or sorted(HERE.glob("[0-9]*-*.py"))
    if missing := [str(path) for path in paths if not path.is_file()]:
        parser.error(f"no such notebook: {', '.join(missing)}")

    failed = 0
    beginning = time.perf_counter()
    for path in paths:
        start = time.perf_counter()
        try:
            pictures = execute(path)
        except (CellControlSignal, DeadKernelError) as error:
            failed += 1
            result, detail = "FAILED", plain(str(error))
        else:
            result, detail = "ok", ""
            if arguments.pictures:
                arguments.pictures.mkdir(parents=True, exist_ok=True)
                for number, picture in enumerate(pictures, start=1):
                    (arguments.pictures / f"{path.stem}-{number}.png").write_bytes(picture)
        print(f"{path.name:<26} {result:<8} {time.perf_counter() - start:>6.1f} s", flush=True)
        if detail:
            print(detail, flush=True)
    result = f"{failed} of {len(paths)} failed" if failed else f"{len(paths)} notebooks ok"
    print(f"{result:<35} {time.perf_counter() - beginning:>6.1f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
