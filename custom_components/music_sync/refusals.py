"""What people are told when an action is refused or fails, in their language."""

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from .const import DOMAIN
from .engine.errors import ServiceError
from .engine.sync.run import error_key


def refusal(key: str, **placeholders: object) -> ServiceValidationError:
    """Return the error that refuses bad input."""
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders={name: str(value) for name, value in placeholders.items()},
    )


def failure(error: ServiceError, account: str) -> HomeAssistantError:
    """Return the error that tells what went wrong with the service of an account, which is named."""
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key=error_key(error),
        translation_placeholders={"account": account},
    )
