"""A network of one node of each kind and many mobiles, in the world: for measuring whole attaches."""

from collections.abc import Iterable
from random import Random
from typing import Any

from gprslab.capabilities import DRX_PARAMETER, MS_NETWORK_CAPABILITY, MS_RADIO_ACCESS_CAPABILITY
from gprslab.world import World
from nodes.bss import Bss
from nodes.bss.config import BssConfig, Cell
from nodes.core.clock import Clock
from nodes.core.node import Node
from nodes.core.outputs import Command, Record
from nodes.eir import Eir
from nodes.eir.config import EirConfig
from nodes.hlr import Hlr
from nodes.hlr.config import HlrConfig, PdpSubscription, Subscriber
from nodes.ms import Ms
from nodes.ms.config import MobileConfig, MsConfig, RadioCell
from nodes.sgsn import Sgsn, SgsnConfig
from protocol.auth import Algorithm
from protocol.gmm.elements import GprsTimer
from protocol.identities import Apn, CellIdentifier, GsnAddress, Gt, Imeisv, Imsi, IsdnAddress, Rai
from protocol.timers import SECOND

CELL = CellIdentifier(Rai.parse("001-01-1-1"), 1)
HLR, EIR, SGSN = Gt("49170000001"), Gt("49170000002"), Gt("49170000003")


class Storm:
    """Mobiles that attach one after the other; :meth:`attach` lets the next ones do so and counts PDUs."""

    def __init__(self, mobiles: int) -> None:
        dice = Random(7)
        imsis = [Imsi(f"00101{number:010}") for number in range(mobiles)]
        keys = [dice.randbytes(16) for _ in range(mobiles)]
        opcs = [dice.randbytes(16) for _ in range(mobiles)]
        cards = tuple(
            MobileConfig(
                name=f"m{number}",
                imsi=imsi,
                imeisv=Imeisv(f"4901542{number:07}01"),
                algorithm=Algorithm.MILENAGE,
                key=keys[number],
                opc=opcs[number],
                cell="cell1",
            )
            for number, imsi in enumerate(imsis)
        )
        services = (PdpSubscription(context_id=1, apn=Apn("internet"), qos=b"\x0b\x92\x1f"),)
        subscribers = tuple(
            Subscriber(
                imsi=imsi,
                msisdn=IsdnAddress(f"4917{number:010}"),
                algorithm=Algorithm.MILENAGE,
                key=keys[number],
                opc=opcs[number],
                contexts=services,
            )
            for number, imsi in enumerate(imsis)
        )
        configs: dict[str, tuple[type[Node], Any]] = {
            "hlr1": (Hlr, HlrConfig(name="hlr1", number=HLR, routes={SGSN: ("sgsn1", "gr")}, subscribers=subscribers)),
            "eir1": (Eir, EirConfig(name="eir1", number=EIR, routes={SGSN: ("sgsn1", "gf")})),
            "sgsn1": (
                Sgsn,
                SgsnConfig(
                    name="sgsn1",
                    number=SGSN,
                    address=GsnAddress.parse("10.0.0.3"),
                    bsss=("bss1",),
                    routes={HLR: ("hlr1", "gr"), EIR: ("eir1", "gf")},
                    hlrs={"00101": HLR},
                    eir=EIR,
                    periodic_ra_update_timer=GprsTimer.lasting(54 * 60 * SECOND),
                    ready_timer=GprsTimer.lasting(44 * SECOND),
                ),
            ),
            "bss1": (
                Bss,
                BssConfig(name="bss1", sgsn="sgsn1", cells=(Cell(name="cell1", bvci=2, identifier=CELL),)),
            ),
            "ms1": (
                Ms,
                MsConfig(
                    name="ms1",
                    cells=(RadioCell(name="cell1", bss="bss1", identifier=CELL),),
                    mobiles=cards,
                    ms_network_capability=MS_NETWORK_CAPABILITY,
                    ms_radio_access_capability=MS_RADIO_ACCESS_CAPABILITY,
                    drx_parameter=DRX_PARAMETER,
                ),
            ),
        }

        def build(name: str, records: Iterable[Record]) -> Node:
            kind, config = configs[name]
            return kind(config, Random(name), records)

        roles = {name: kind.role for name, (kind, _) in configs.items()}
        self.world = World(roles, build)
        self.world.reset()
        self.world.advance(10 * SECOND)
        self._next = 0

    def attach(self, count: int) -> int:
        """Let the next mobiles attach, ten under way at a time; returns how many PDUs were sent for it."""
        links = self.world._links.values()  # noqa: SLF001  the world counts PDUs there
        before = sum(link.sequence for link in links)
        for number in range(self._next, self._next + count):
            self.world.command("ms1", Command(f"{number}", "power-on", {"mobile": f"m{number}"}))
            self.world.command("ms1", Command(f"a{number}", "attach", {"mobile": f"m{number}"}))
            self.world.advance(30_000)
        self.world.advance(SECOND)
        self._next += count
        self.world.replies.clear()
        return sum(link.sequence for link in links) - before

    def check(self) -> None:
        """See that all that should be attached are: that takes longer the more there are, so it is not measured."""
        sgsn = self.world.nodes["sgsn1"]
        assert isinstance(sgsn, Sgsn)
        attached = sum(1 for context in sgsn.by_imsi.values() if context.state.value == "GMM-REGISTERED")
        assert attached == self._next, f"{attached} of {self._next} are attached"

    def forget_in_sgsn(self) -> None:
        """Let the SGSN drop all that it knows of mobiles: contexts, indexes, timers. The storm is over then."""
        sgsn = self.world.nodes["sgsn1"]
        assert isinstance(sgsn, Sgsn)
        sgsn.by_imsi = {}
        sgsn.by_tlli = {}
        sgsn.by_ptmsi = {}
        sgsn.clock = Clock({})
