"""Print the installed distributions as pip constraints: what ``make lock`` writes to ``constraints.txt``.

Local version labels (``torch 2.13.0+cpu``) are dropped: the same pin gives the CPU build or the CUDA build, as the
machine's package index has it. The project itself and CUDA's own packages are left out.
"""

import re
from importlib.metadata import distributions

SKIPPED = re.compile(r"^(chapterhouse|pip|setuptools|wheel|nvidia-.*|cuda-.*|triton)$")


def main() -> None:
    """Print ``name==version`` lines, sorted."""
    pins = {}
    for distribution in distributions():
        name = re.sub(r"[-_.]+", "-", distribution.metadata["Name"]).lower()
        if not SKIPPED.match(name):
            pins[name] = distribution.version.partition("+")[0]
    print("# Written by `make lock`; used by `make demo` and `make test` (pip install -c constraints.txt).")
    for name in sorted(pins):
        print(f"{name}=={pins[name]}")


if __name__ == "__main__":
    main()
