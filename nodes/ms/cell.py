"""What a mobile knows of a cell: what the cell tells of itself (TS 44.018 9.1.35, 9.1.43a)."""

from dataclasses import dataclass
from typing import Self

from protocol import rr
from protocol.errors import DecodeError
from protocol.identities import Imsi, Rai
from protocol.rr import NetworkModeOfOperation, SystemInformationType3, SystemInformationType13
from protocol.rr.si13 import NoPbcch
from protocol.um import BroadcastChannel


@dataclass(frozen=True, slots=True)
class SystemInformation:
    """One cell: its routing area, the network mode of operation, and who may use it.

    ``t3212`` is the period of location updating in units of 6 minutes, 0 for none; ``attach``: mobiles are to tell when
    they are switched on and off. ``barred_classes`` has bit n set where access class n is barred.
    """

    rai: Rai
    nmo: NetworkModeOfOperation
    t3212: int
    attach: bool
    barred: bool
    barred_classes: int

    @classmethod
    def read(cls, broadcast: BroadcastChannel) -> Self:
        """Read both messages; DecodeError where they are others, or where the cell does not tell of GPRS."""
        three = rr.decode(broadcast.system_information_3, up=False)
        thirteen = rr.decode(broadcast.system_information_13, up=False)
        if not isinstance(three, SystemInformationType3) or not isinstance(thirteen, SystemInformationType13):
            raise DecodeError(f"{three.title} and {thirteen.title} are no types 3 and 13")
        information = thirteen.si13_rest_octets.information
        cell = None if information is None else information.cell
        if not isinstance(cell, NoPbcch):
            raise DecodeError(f"{broadcast.cell} does not tell how GPRS is used in it")
        area = three.location_area_identification
        access = three.rach_control_parameters
        return cls(
            rai=Rai(area.plmn, area.lac, cell.rac),
            nmo=cell.gprs_cell_options.nmo,
            t3212=three.control_channel_description.t3212,
            attach=three.control_channel_description.att,
            barred=access.cell_bar_access,
            barred_classes=sum(getattr(access, f"ac_{number}") << number for number in range(10)),
        )

    def bars(self, imsi: Imsi) -> bool:
        """Whether this mobile's access class is barred: it is the last digit of its IMSI (TS 22.011 4.2)."""
        return self.barred_classes >> int(imsi[-1]) & 1 != 0
