"""Which notice is shown when several come at once: none is taken away before it could be read."""

from dataclasses import dataclass

RANKS = {"info": 0, "ok": 1, "warn": 2, "bad": 3}
SHOWN_MS = {"info": 5_000, "ok": 4_000, "warn": 9_000, "bad": 15_000}
# While others wait a notice goes after the time that reading it takes.
READ_MS = {"info": 2_000, "ok": 2_000, "warn": 5_000, "bad": 7_000}
MOST_WAITING = 6


@dataclass(frozen=True)
class Notice:
    """One notice; with an action it is an offer, such as Undo, and stays until it is answered."""

    kind: str
    text: str
    hint: str = ""
    action: str = ""


class NoticeQueue:
    """Notices in the order in which they are to be read. Times are in ms of any clock that only goes on."""

    def __init__(self) -> None:
        self.current: Notice | None = None
        self._since_ms = 0
        self._waiting: list[Notice] = []
        self._offer: Notice | None = None

    def add(self, notice: Notice, now_ms: int) -> None:
        """Take a notice; an offer replaces the one before, what is said already is not said twice."""
        if notice.action:
            self.withdraw()
            self._offer = notice
        elif notice == self.current:
            self._since_ms = now_ms
        elif notice not in self._waiting:
            self._waiting.append(notice)
            if len(self._waiting) > MOST_WAITING:
                self._waiting.remove(min(self._waiting, key=_rank))

    def close(self) -> None:
        """The user has answered or closed what is shown."""
        if self.current is self._offer:
            self._offer = None
        self.current = None

    def step(self, now_ms: int) -> int | None:
        """Go on to the next notice if it is its turn; returns after how many ms to ask again, None for never."""
        left_ms = self._left_ms(now_ms)
        if left_ms > 0:
            return left_ms
        self._keep_unread(now_ms)
        self.current, self._since_ms = self._take_next(), now_ms
        return self._left_ms(now_ms) if self.current is not None and self.current is not self._offer else None

    def _left_ms(self, now_ms: int) -> int:
        """How long the shown notice may stay."""
        shown = self.current
        if shown is None or shown is self._offer:
            return 0
        if any(_rank(notice) > _rank(shown) for notice in self._waiting):
            return 0
        full_ms = SHOWN_MS[shown.kind]
        allowed_ms = min(READ_MS[shown.kind], full_ms) if self._waiting else full_ms
        return max(0, allowed_ms - (now_ms - self._since_ms))

    def _keep_unread(self, now_ms: int) -> None:
        """What a graver notice pushes away before it could be read comes again."""
        shown = self.current
        if shown is None or shown is self._offer:
            return
        if now_ms - self._since_ms < min(READ_MS[shown.kind], SHOWN_MS[shown.kind]):
            self._waiting.insert(0, shown)

    def _take_next(self) -> Notice | None:
        if not self._waiting:
            return self._offer
        gravest = max(self._waiting, key=_rank)
        self._waiting.remove(gravest)
        return gravest

    def withdraw(self) -> None:
        """Take the offer back, shown or not."""
        if self.current is self._offer:
            self.current = None
        self._offer = None


def _rank(notice: Notice) -> int:
    return RANKS[notice.kind]
