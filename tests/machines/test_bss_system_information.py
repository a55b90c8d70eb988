"""What the cells of a BSS tell all mobiles, from its start on."""

from dataclasses import replace
from random import Random

import pytest

from nodes.bss import Bss, BssConfig, Cell
from nodes.core.outputs import Broadcast
from protocol import rr, um
from protocol.identities import CellIdentifier
from protocol.rr import NetworkModeOfOperation, SystemInformationType3, SystemInformationType13
from protocol.rr.si13 import NoPbcch
from protocol.um import BroadcastChannel

CELL = Cell(name="cell1", bvci=2, identifier=CellIdentifier.parse("262-01-1-10-42"), nmo="II", t3212=5)


def hear(*cells: Cell) -> list[tuple[Broadcast, SystemInformationType3, NoPbcch]]:
    """What a BSS of these cells broadcasts at its start."""
    bss = Bss(BssConfig(name="bss1", sgsn="sgsn1", cells=cells), Random(1), ())
    bss.start(0)
    heard: list[tuple[Broadcast, SystemInformationType3, NoPbcch]] = []
    for output in bss.outputs():
        if isinstance(output, Broadcast):
            channel = um.decode(output.pdu, up=False)
            assert isinstance(channel, BroadcastChannel)
            three = rr.decode(channel.system_information_3, up=False)
            thirteen = rr.decode(channel.system_information_13, up=False)
            assert len(channel.system_information_3) == len(channel.system_information_13) == 23
            assert isinstance(three, SystemInformationType3)
            assert isinstance(thirteen, SystemInformationType13)
            assert channel.cell == CellIdentifier(replace(cells[len(heard)].identifier.rai), int(three.cell_identity))
            information = thirteen.si13_rest_octets.information
            assert information is not None
            assert isinstance(information.cell, NoPbcch)
            heard.append((output, three, information.cell))
    return heard


def test_system_information_of_a_cell() -> None:
    """44.018 9.1.35, 9.1.43a: area, identity, T3212 and mode of operation are those of the cell, for all to come."""
    ((broadcast, three, packets),) = hear(CELL)
    assert (broadcast.cell, broadcast.lasting) == ("cell1", True)
    assert three.cell_identity == 42
    assert three.location_area_identification == CELL.identifier.rai.lai
    assert three.control_channel_description.t3212 == 5
    indicator = three.si3_rest_octets.gprs_indicator
    assert indicator is not None
    assert indicator.ra_colour == 2
    assert packets.rac == 10
    assert packets.gprs_cell_options.nmo is NetworkModeOfOperation.MODE_II


def test_system_information_of_every_cell() -> None:
    """Each cell tells its own, in the order of the configuration."""
    other = Cell(name="cell2", bvci=3, identifier=CellIdentifier.parse("262-01-1-11-43"), nmo="III")
    first, second = hear(CELL, other)
    assert first[0].cell == "cell1"
    assert second[0].cell == "cell2"
    assert second[2].gprs_cell_options.nmo is NetworkModeOfOperation.MODE_III
    assert first[1].si3_rest_octets != second[1].si3_rest_octets


@pytest.mark.parametrize(("nmo", "mode"), [("I", 0), ("II", 1), ("III", 2)])
def test_network_mode_of_operation(nmo: str, mode: int) -> None:
    """44.060 12.24: the three modes."""
    ((_, _, packets),) = hear(replace(CELL, nmo=nmo))  # type: ignore[arg-type]
    assert packets.gprs_cell_options.nmo == mode
