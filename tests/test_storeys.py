"""The house has three storeys, and imports only go down."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

PURE = {
    "binascii",
    "bisect",
    "collections",
    "contextlib",
    "dataclasses",
    "datetime",
    "enum",
    "functools",
    "hashlib",
    "heapq",
    "hmac",
    "inspect",
    "ipaddress",
    "itertools",
    "json",
    "math",
    "operator",
    "re",
    "struct",
    "sys",
    "types",
    "typing",
    "annotationlib",
    "__future__",
}
"""Standard modules without clock, I/O or randomness."""

ALLOWED = {
    "protocol": PURE | {"protocol", "cryptography", "comp128"},
    "nodes": PURE | {"protocol", "nodes", "random"},
}

FILES = [path for storey in ALLOWED for path in sorted((ROOT / storey).rglob("*.py"))]


def imports(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Modules that a file imports, with the names that it takes from each."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, []
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or "", [alias.name for alias in node.names]


def test_nothing_is_read_from_the_clock_of_the_world() -> None:
    """DESIGN 2: time is handed in; whoever imports ``datetime`` uses its types alone."""
    for path in FILES:
        if "datetime" in {module for module, _ in imports(path)}:
            tree = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            read = {node.attr for node in tree if isinstance(node, ast.Attribute)} & {"now", "utcnow", "today"}
            assert not read, path


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_down(path: Path) -> None:
    """DESIGN 2: protocol and nodes import only what is pure, and a node never imports another node."""
    parts = path.relative_to(ROOT).parts
    for module, names in imports(path):
        top = module.split(".")[0]
        assert top in ALLOWED[parts[0]], f"{module} in {parts}"
        if top == "random":
            assert names == ["Random"], f"only the type Random may be taken: {names}"
        if top == "nodes" and parts[0] == "nodes" and parts[1] != "core":
            assert module.split(".")[1] in (parts[1], "core"), f"{module} in {parts}"
        if top == "nodes" and parts[:2] == ("nodes", "core"):
            assert module.split(".")[1] == "core", f"{module} in {parts}"
