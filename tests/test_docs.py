"""What is generated is fresh, and what stands in two places agrees."""

import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent


def test_generated_pages_are_fresh() -> None:
    """`make docs` would change nothing."""
    done = subprocess.run(
        [sys.executable, "docs/generate.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


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
