"""What every network element is made of: the node and its verbs, procedures, timers, transactions."""
