"""The equipment identity register: which equipment may be used (TS 22.016, TS 29.002 8.7.1, 19.3.1)."""

from collections.abc import Iterable
from random import Random
from typing import Any, ClassVar

from nodes.core.node import Node
from nodes.core.outputs import Interface, Name, Record
from nodes.core.tcap import Dialogue, Tcap
from nodes.eir.config import Colour, EirConfig
from protocol.identities import Imei, Imeisv
from protocol.map.contexts import EQUIPMENT_MNGT_V2, EQUIPMENT_MNGT_V3
from protocol.map.equipment import (
    CheckImeiArg,
    CheckImeiArgV2,
    CheckImeiRes,
    CheckImeiResV2,
    EquipmentStatus,
    RequestedEquipmentInfo,
)
from protocol.map.errors import ErrorCode
from protocol.sccp import Address, Ssn

STATUSES: dict[Colour, EquipmentStatus] = {
    "white": EquipmentStatus.WHITE_LISTED,
    "grey": EquipmentStatus.GREY_LISTED,
    "black": EquipmentStatus.BLACK_LISTED,
}
"""What is answered for the lists; equipment that is unknown is on none."""


class Eir(Node):
    """An EIR. Its lists are what it is configured with; ``checked`` counts its answers by colour."""

    role: ClassVar[str] = "eir"

    def __init__(self, config: EirConfig, rng: Random, records: Iterable[Record]) -> None:
        super().__init__(config, rng, records)
        self.config = config
        self.checked: dict[Colour, int] = {"white": 0, "grey": 0, "black": 0, "unknown": 0}
        self._lengths = sorted({len(prefix) for prefix in config.lists}, reverse=True)
        self.tcap = Tcap(
            self,
            Address(ssn=Ssn.EIR, gt=config.number),
            config.routes,
            {CheckImeiArg: self.check_imei, CheckImeiArgV2: self.check_imei_v2},
            frozenset({EQUIPMENT_MNGT_V2, EQUIPMENT_MNGT_V3}),
        )

    def take(self, link: Name, interface: Interface, pdu: bytes) -> None:
        if interface not in ("gf", "f"):
            super().take(link, interface, pdu)
        self.tcap.receive(pdu)

    def colour(self, body: str) -> Colour:
        """The list of the longest prefix that is listed."""
        for length in self._lengths:
            found = self.config.lists.get(body[:length])
            if found is not None:
                return found
        return self.config.otherwise

    def check_imei(self, dialogue: Dialogue, argument: CheckImeiArg) -> None:
        """Tell the status of the equipment, if that is what is asked; nothing else is known of it."""
        status = self._status(dialogue, argument.imei)
        if status is not None:
            asked = argument.requested_equipment_info.has(RequestedEquipmentInfo.EQUIPMENT_STATUS)
            dialogue.answer(CheckImeiRes(equipment_status=status if asked else None))
        dialogue.end()

    def check_imei_v2(self, dialogue: Dialogue, argument: CheckImeiArgV2) -> None:
        """Tell the status of the equipment (version 2)."""
        assert argument.imei is not None, "the only choice"
        status = self._status(dialogue, argument.imei)
        if status is not None:
            dialogue.answer(CheckImeiResV2(equipment_status=status))
        dialogue.end()

    def _status(self, dialogue: Dialogue, imei: Imei | Imeisv) -> EquipmentStatus | None:
        """The status; None where the equipment is unknown, which is refused."""
        colour = self.colour(imei.body)
        self.checked[colour] += 1
        status = STATUSES.get(colour)
        if status is None:
            dialogue.refuse(ErrorCode.UNKNOWN_EQUIPMENT)
        return status

    def look(self, what: str | None) -> Any:
        if what is not None:
            if not (what.isdecimal() and 14 <= len(what) <= 16):
                raise KeyError(what)
            return {"imei": what, "colour": self.colour(what[:14])}
        return {"prefixes": len(self.config.lists), "otherwise": self.config.otherwise, "checked": dict(self.checked)}
