"""MAP, the Mobile Application Part (TS 29.002), version 3 as in R99 and Rel-4, over TCAP (:mod:`protocol.tcap`).

:mod:`~protocol.map.operations` is the table of operations and errors; the types that it names are declared by subject:
:mod:`~protocol.map.location`, :mod:`~protocol.map.authentication`, :mod:`~protocol.map.equipment`,
:mod:`~protocol.map.subscriber`, :mod:`~protocol.map.errors`, :mod:`~protocol.map.dialogue`. To add an operation,
declare its argument and result, and add a row to the table.

Elements of Rel-5 and later are not declared: they stay in ``extras``, as unknown extensions do.
"""
