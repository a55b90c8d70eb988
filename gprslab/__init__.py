"""A laboratory GPRS network in A/Gb mode that runs as a distributed system."""

from importlib.util import find_spec
from pathlib import Path

for _name in ("protocol", "nodes"):
    _spec = find_spec(_name)
    _found = _spec.origin if _spec is not None else None
    _ours = Path(__file__).resolve().parent.parent / _name / "__init__.py"
    if _found is None or Path(_found).resolve() != _ours:
        raise ImportError(f"gprslab needs its own package {_name!r} ({_ours}), but 'import {_name}' finds {_found}")
