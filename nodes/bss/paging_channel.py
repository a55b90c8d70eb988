"""The paging channel of a cell (TS 44.018 3.3.2.1, 9.1.22 to 9.1.24): who is paged in one occasion, by which messages.

An occasion comes with each 51-multiframe, and has room for so many messages. A page that comes while the channel rests
is on the air at once; those that come before the next occasion wait for it, and share messages then: two identities of
any kind in PAGING REQUEST TYPE 1, two temporary ones and a third in TYPE 2, four temporary ones in TYPE 3. Paging
groups, which spread mobiles over multiframes by their IMSI, are not emulated: everybody listens to every occasion.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from nodes.bss.config import Cell
from nodes.core.clock import Running
from nodes.core.outputs import Broadcast
from protocol.identities import Imsi, MobileIdentity, Tmsi
from protocol.rr import ChannelNeeded, ChannelsNeeded, PagingRequestType1, PagingRequestType2, PagingRequestType3
from protocol.rr.elements import PageMode, PagingMode
from protocol.rr.rest_octets import ChannelsNeeded34, P1RestOctets, P2RestOctets, P3RestOctets
from protocol.timers import SECOND, X_OCCASION, Timer
from protocol.um import PagingChannel

BLOCKS = 9
"""How many messages an occasion takes: the paging blocks of a 51-multiframe (TS 45.002 6.5.2)."""

MOST = 1000
"""How many pages wait in a cell."""

NORMAL = PageMode(pm=PagingMode.NORMAL_PAGING)

PTMSI_TOP = 3
"""The two top bits of every P-TMSI, and of no TMSI (TS 23.003 2.4)."""


class Page(NamedTuple):
    """One mobile that is paged, the channel that it will need, and whether it is for ``packets``."""

    identity: Imsi | Tmsi
    needed: ChannelNeeded
    packets: bool

    @property
    def is_temporary(self) -> bool:
        """True for an identity of four octets that tells by itself whether packets are meant."""
        return isinstance(self.identity, Tmsi) and (self.identity >> 30 == PTMSI_TOP) == self.packets


class Pages:
    """The pages of a cell; ``waiting`` are those that the next occasions take."""

    def __init__(self, node: Any, cell: Cell) -> None:
        self.waiting: dict[Page, None] = {}
        self._node = node
        self._cell = cell
        self._running: Running | None = None

    def put(self, page: Page) -> bool:
        """Page a mobile, at once or soon; False where there is no room. Twice in one occasion is once."""
        if page in self.waiting:
            return True
        if len(self.waiting) >= MOST:
            return False
        self.waiting[page] = None
        if self._running is None:
            self._send()
        return True

    @property
    def delay(self) -> int:
        """How long (seconds, rounded up) until what waits now is on the air."""
        occasions = -(-len(self.waiting) // BLOCKS)
        duration: int = self._node.clock.duration(X_OCCASION)
        return -(-occasions * duration // SECOND)

    def expired(self, timer: Timer) -> None:
        """The next occasion is there; where nobody waits the channel rests."""
        self._running = None
        if self.waiting:
            self._send()

    def _send(self) -> None:
        """Send what the occasion takes."""
        requests, rest = compose(self.waiting, BLOCKS)
        self.waiting = dict.fromkeys(rest)
        for request in requests:
            pdu = PagingChannel(cell=self._cell.identifier, message=request.encode()).encode()
            self._node.broadcast(Broadcast(self._cell.name, pdu))
        self._running = self._node.clock.start(X_OCCASION, self)


Request = PagingRequestType1 | PagingRequestType2 | PagingRequestType3


def compose(pages: Iterable[Page], most: int) -> tuple[list[Request], list[Page]]:
    """As few messages as page them, at most ``most``; and who has found no place, in the order of coming."""
    temporary = deque(page for page in pages if page.is_temporary)
    others = deque(page for page in pages if not page.is_temporary)
    requests: list[Request] = []
    while (temporary or others) and len(requests) < most:
        requests.append(next_request(temporary, others))
    left = set(temporary) | set(others)
    return requests, [page for page in pages if page in left]


def next_request(temporary: deque[Page], others: deque[Page]) -> Request:
    """The message that pages the most of them; whom it pages is taken out."""
    if len(temporary) >= 4:
        return make_type_3(*taken(temporary, 4))
    if len(temporary) >= 2 and len(temporary) + len(others) >= 3:
        first, second = taken(temporary, 2)
        return make_type_2(first, second, (others or temporary).popleft())
    if temporary and others:
        return make_type_1(temporary.popleft(), others.popleft())
    if temporary:
        return make_type_1(*taken(temporary, 2))
    return make_type_1(*taken(others, 2 if have_room(list(others)[:2]) else 1))


def have_room(pages: list[Page]) -> bool:
    """Whether PAGING REQUEST TYPE 1 has room for two: IMSIs leave none for the octet that tells of packets (9.1.22)."""
    return any(isinstance(page.identity, Tmsi) for page in pages) or not any(page.packets for page in pages)


def taken(pages: deque[Page], most: int) -> Iterator[Page]:
    """Take out the first of them."""
    return iter([pages.popleft() for _ in range(min(most, len(pages)))])


def make_type_1(first: Page, second: Page | None = None) -> PagingRequestType1:
    """One or two of whatever kind (9.1.22); the packet page indication tells that packets are meant."""
    rest = P1RestOctets(
        packet_page_indication_1=first.packets, packet_page_indication_2=second is not None and second.packets
    )
    needed = ChannelNeeded.ANY_CHANNEL if second is None else second.needed
    return PagingRequestType1(
        page_mode=NORMAL,
        channels_needed=ChannelsNeeded(first=first.needed, second=needed),
        mobile_identity_1=MobileIdentity(first.identity),
        mobile_identity_2=None if second is None else MobileIdentity(second.identity),
        p1_rest_octets=rest,
    )


def make_type_2(first: Page, second: Page, third: Page) -> PagingRequestType2:
    """Two temporary identities, and one of whatever kind (9.1.23)."""
    assert isinstance(first.identity, Tmsi)
    assert isinstance(second.identity, Tmsi)
    return PagingRequestType2(
        page_mode=NORMAL,
        channels_needed=ChannelsNeeded(first=first.needed, second=second.needed),
        mobile_identity_1=first.identity,
        mobile_identity_2=second.identity,
        mobile_identity_3=MobileIdentity(third.identity),
        p2_rest_octets=P2RestOctets(channel_needed_3=int(third.needed) or None, packet_page_indication_3=third.packets),
    )


def make_type_3(first: Page, second: Page, third: Page, fourth: Page) -> PagingRequestType3:
    """Four temporary identities (9.1.24)."""
    identities = [page.identity for page in (first, second, third, fourth)]
    one, two, three, four = [identity for identity in identities if isinstance(identity, Tmsi)]
    more = ChannelsNeeded34(third=int(third.needed), fourth=int(fourth.needed))
    return PagingRequestType3(
        page_mode=NORMAL,
        channels_needed=ChannelsNeeded(first=first.needed, second=second.needed),
        mobile_identity_1=one,
        mobile_identity_2=two,
        mobile_identity_3=three,
        mobile_identity_4=four,
        p3_rest_octets=P3RestOctets(channels_needed_3_and_4=more if more.third or more.fourth else None),
    )
