"""A Wireshark profile that shows the names of the elements.

A capture brings the names of its addresses with it, but its form has no place for SS7 point codes, which are what
Wireshark shows as the two ends of an M3UA message, nor can it switch names on.
"""

from collections.abc import Iterable
from pathlib import Path

from gprslab.trace.stacks import Endpoint


def write_profile(folder: Path, ends: Iterable[Endpoint]) -> None:
    """Fill ``folder`` with a profile that names ``ends``; to use it, let ``folder`` be a profile of Wireshark's.

    Wireshark keeps profiles in ``profiles`` within its personal configuration folder; ``-C`` and the name of the
    folder chooses one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    preferences = ("nameres.network_name: TRUE", "nameres.ss7_pc_name: TRUE")
    # M3UA tells the network indicator (2, national) before the point code.
    point_codes = (f"2-{end.point_code} {end.name}" for end in ends if end.point_code)
    for name, lines in (("preferences", preferences), ("ss7pcs", point_codes)):
        (folder / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
