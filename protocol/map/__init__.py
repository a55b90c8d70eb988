"""MAP, the Mobile Application Part (TS 29.002), version 3 as in R99 and Rel-4, over TCAP (:mod:`protocol.tcap`).

:mod:`~protocol.map.operations` is the table of operations and errors; the types that it names are declared by subject,
in the module of that name. To add an operation, declare its argument and result, and add a row to the table. Forms of
versions 1 and 2 are declared too, since a peer may fall back to them: as types of their own where they differ from
version 3, else as fields that the docstring says to be theirs.

Elements of Rel-5 and later are mostly not declared: they stay in ``extras``, as unknown extensions do.
"""
