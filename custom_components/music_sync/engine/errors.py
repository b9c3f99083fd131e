"""What can go wrong with a service, in the engine's own words.

Messages are for logs: they never carry a token, an address with a query, or a reply's body.
"""


class ServiceError(Exception):
    """A service did not do what was asked of it."""


class SignInNeeded(ServiceError):
    """The credentials are no longer accepted: only a person signing in again helps."""


class AccessDenied(ServiceError):
    """Signed in, but not allowed: a subscription has ended, an app is not set up for this person."""


class Unreachable(ServiceError):
    """No usable answer: network, time-out, server error, or a reply that is not what it should be."""


class NotFound(ServiceError):
    """The service does not know the thing asked for."""


class Rejected(ServiceError):
    """The service refuses this very request; repeating it will not help."""


class MustWait(ServiceError):
    """The service may not be asked before `until` (Unix seconds)."""

    def __init__(self, message: str, *, until: float) -> None:
        """Keep the moment at which asking is allowed again."""
        super().__init__(message)
        self.until = until


class RateLimited(MustWait):
    """The service has asked for a pause."""


class BudgetSpent(MustWait):
    """The account's own daily budget of requests is used up."""
