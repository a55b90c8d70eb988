"""LLC layer parameters: table 6 of TS 44.064 6.4.1.6, and the defaults of 8.9.9."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from protocol.bits import Struct
from protocol.llc.frame import Sapi
from protocol.llc.xid import (
    KD,
    KU,
    MD,
    MU,
    N200,
    N201I,
    N201U,
    T200,
    TENTH,
    IovI,
    IovUi,
    Layer3Parameters,
    LlcVersion,
    Reset,
    Value,
)


class Sense(Enum):
    """Which way a responder may change what is proposed (6.4.1.6)."""

    DOWN = "down"
    UP = "up"
    NONE = "no negotiation"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A row of table 6: type, number, value octets (None: any), range in units, and sense of negotiation.

    ``zero`` is set where 0 is allowed although below the range.
    """

    kind: type[Value]
    number: int
    octets: int | None
    least: int = 0
    most: int = 0
    units: str = ""
    sense: Sense = Sense.NONE
    zero: bool = False

    def allows(self, number: int) -> bool:
        """True for a value within the range."""
        return self.least <= number <= self.most or (self.zero and number == 0)


TABLE_6: Final = (
    Parameter(LlcVersion, 0, 1, 0, 15, "", Sense.DOWN),
    Parameter(IovUi, 1, 4, 0, 0xFFFFFFFF),
    Parameter(IovI, 2, 4, 0, 0xFFFFFFFF),
    Parameter(T200, 3, 2, 1, 4095, "0.1 s", Sense.UP),
    Parameter(N200, 4, 1, 1, 15, "", Sense.UP),
    Parameter(N201U, 5, 2, 140, 1520, "octets", Sense.DOWN),
    Parameter(N201I, 6, 2, 140, 1520, "octets", Sense.DOWN),
    Parameter(MD, 7, 2, 9, 24320, "16 octets", Sense.DOWN, zero=True),
    Parameter(MU, 8, 2, 9, 24320, "16 octets", Sense.DOWN, zero=True),
    Parameter(KD, 9, 1, 1, 255, "frames", Sense.DOWN),
    Parameter(KU, 10, 1, 1, 255, "frames", Sense.DOWN),
    Parameter(Layer3Parameters, 11, None),
    Parameter(Reset, 12, 0),
)

OF: Final = {row.kind: row for row in TABLE_6}
"""The rows by type."""

NUMBER_FIELDS: Final[dict[type[Value], str]] = {
    row.kind: row.kind.fields[-1].name for row in TABLE_6 if issubclass(row.kind, Struct) and row.kind.fields
}
"""The field of each parameter that its range is about."""


def in_range(value: Value) -> bool:
    """True where a parameter's value is one that table 6 allows; types that it does not list are not judged."""
    name = NUMBER_FIELDS.get(type(value))
    return name is None or OF[type(value)].allows(getattr(value, name))


@dataclass(frozen=True, slots=True)
class LinkParameters:
    """The parameters of one logical link entity; None where its SAPI has no acknowledged operation.

    ``t200`` is in microseconds, ``md`` and ``mu`` in units of 16 octets.
    """

    t200: int
    n200: int
    n201_u: int
    n201_i: int | None = None
    md: int | None = None
    mu: int | None = None
    kd: int | None = None
    ku: int | None = None
    iov_ui: int = 0
    iov_i: int | None = None
    version: int = 0


def _confirmed(sapi: int, t200: int, units: int, frames: int) -> LinkParameters:
    return LinkParameters(t200 * 10 * TENTH, 3, 500, 1503, units, units, frames, frames, iov_i=sapi << 27)


DEFAULTS: Final = {
    Sapi.LLGMM: LinkParameters(5 * 10 * TENTH, 3, 400),
    Sapi.TOM2: LinkParameters(5 * 10 * TENTH, 3, 270),
    Sapi.LL3: _confirmed(3, 5, 1520, 16),
    Sapi.LL5: _confirmed(5, 10, 760, 8),
    Sapi.LLSMS: LinkParameters(20 * 10 * TENTH, 3, 270),
    Sapi.TOM8: LinkParameters(20 * 10 * TENTH, 3, 270),
    Sapi.LL9: _confirmed(9, 20, 380, 4),
    Sapi.LL11: _confirmed(11, 40, 190, 2),
}
"""Default parameters of each SAPI (8.9.9)."""
