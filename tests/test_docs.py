"""What is generated is fresh, and what stands in two places agrees."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import yaml

from docs import ttcn3

ROOT = Path(__file__).parent.parent


def test_generated_pages_are_fresh() -> None:
    """`make docs` would change nothing."""
    done = subprocess.run(
        [sys.executable, "docs/generate.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_example_of_the_readme_runs() -> None:
    """What the README shows of Python is true."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```python\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    imported = {line.split()[1].partition(".")[0] for line in example.splitlines() if line.startswith("from ")}
    assert imported == {"gprslab"}
    exec(example, {})  # noqa: S102 - our own text


def test_compose_agrees_with_the_lab() -> None:
    """compose.yaml starts every node of configs/lab.yaml, each with its own user, and makes a password for each."""
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    lab = yaml.safe_load((ROOT / "configs" / "lab.yaml").read_text(encoding="utf-8"))
    services = {
        name: service for name, service in compose["services"].items() if service.get("command", [""])[0] == "node"
    }
    assert set(services) == set(lab["nodes"])
    for name, service in services.items():
        assert service["command"][1] == name
        assert f"{name}@broker?password_file=/run/gprslab/{name}" in service["command"][3]
    made = compose["services"]["passwords"]["command"]
    assert set(made[made.index("operator") + 1 :]) == set(services)
    assert "version" not in compose


def marked() -> set[tuple[str, str]]:
    """Every case of the TTCN-3 suites with the file of the test that shows it, as the marks in the tests say."""
    return {
        (str(argument.value), path.relative_to(ROOT).as_posix())
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.ttcn3"
        for argument in node.args
        if isinstance(argument, ast.Constant)
    }


def test_the_page_of_conformance_is_fresh() -> None:
    """docs/conformance.md tells of the tests that there are; none failed, and no name is unknown to the suites."""
    known = {name for names in ttcn3.CATALOGUE.values() for name in names}
    assert {case for case, _ in marked()} <= known
    page = (ROOT / "docs/conformance.md").read_text(encoding="utf-8")
    rows = set(re.findall(r"^\| (\w+) \| `([^`:]+)::\w+` \| passed \|$", page, re.MULTILINE))
    assert rows == marked(), "make conformance"
