"""Faults: rules that match PDUs and act on them, between the bus and the receiving node."""

from gprslab.faults.rule import Faults, Rule, RuleError

__all__ = ["Faults", "Rule", "RuleError"]
