"""Which errors of the system mean that a drive or network is away for a moment, and not that a file is bad?"""

import errno

# The kind of failure of a file that may well be read a little later.
DRIVE = "drive"
HINT = "Is the drive or the network connected? Open the data again when it is."
_NAMES = (
    "EIO ESTALE ETIMEDOUT EAGAIN ENXIO ENODEV ENETDOWN ENETUNREACH ENETRESET EHOSTDOWN EHOSTUNREACH ECONNRESET "
    "ECONNABORTED ENOTCONN EREMOTEIO ENOLINK ECOMM"
)
PASSING = frozenset(getattr(errno, name) for name in _NAMES.split() if hasattr(errno, name))
# Windows: not ready, sharing violation, network path or name gone, network error, time over, and the cloud's own.
PASSING_WINDOWS = frozenset((21, 32, 53, 59, 64, 121, 1167, 1231, *range(358, 367), *range(394, 405)))


def is_passing(error: OSError) -> bool:
    """True if the same file may well be read a little later."""
    return getattr(error, "winerror", None) in PASSING_WINDOWS or error.errno in PASSING
