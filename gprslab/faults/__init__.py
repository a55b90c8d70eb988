"""Faults: rules that match PDUs and act on them, between the bus and the receiving node."""

from gprslab.faults.rule import BadRuleError, Faults, Rule

__all__ = ["BadRuleError", "Faults", "Rule"]
