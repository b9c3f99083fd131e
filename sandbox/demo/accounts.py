"""What a person does in the UI: an application credential, two accounts, their options, a sync."""

from typing import Any

from .client import Client, Json
from .problem import Problem

CLIENT_ID = "sandbox-client"
CLIENT_SECRET = "sandbox-secret"
QOBUZ = {"user_auth_token": "sandbox-token-listener", "app_id": "100000001"}

type Fields = list[dict[str, Any]]


def prefilled(fields: Fields) -> Json:
    """Give what a form sends when nothing is changed on it: defaults and suggestions, sections included."""
    values: Json = {}
    for field in fields:
        suggestion = (field.get("description") or {}).get("suggested_value")
        if field.get("type") == "expandable":
            values[field["name"]] = prefilled(field["schema"])
        elif suggestion is not None:
            values[field["name"]] = suggestion
        elif field.get("default") is not None:
            values[field["name"]] = field["default"]
    return values


def expect(step: Json, kind: str, step_id: str | None = None) -> Json:
    """Give a flow's step back where it is the one that should follow, else raise Problem with what it says."""
    if step.get("type") == kind and step_id in {None, step.get("step_id")}:
        return step
    wanted = f"{kind} {step_id or ''}".strip()
    found = {
        key: step[key] for key in ("type", "step_id", "reason", "errors", "description_placeholders") if step.get(key)
    }
    raise Problem(f"the flow should have come to {wanted}, and came to {found}")


async def add_spotify(client: Client) -> str:
    """Add a Spotify account through OAuth, and give its entry's id."""
    await client.command(
        "application_credentials/create",
        domain="music_sync",
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        name="Sandbox",
    )
    step = expect(await client.start_flow("config", "music_sync"), "menu", "user")
    flow_id = step["flow_id"]
    step = await client.continue_flow("config", flow_id, {"next_step_id": "pick_implementation"})
    await client.visit(expect(step, "external")["url"])
    return _entry_id(await client.continue_flow("config", flow_id))


async def add_qobuz(client: Client) -> tuple[str, str | None]:
    """Add a Qobuz account, and give its entry's id and the flow of a sync that it led on to."""
    flow_id = expect(await client.start_flow("config", "music_sync"), "menu", "user")["flow_id"]
    expect(await client.continue_flow("config", flow_id, {"next_step_id": "qobuz"}), "form", "qobuz")
    done = await client.continue_flow("config", flow_id, dict(QOBUZ))
    entry_id = _entry_id(done)
    match done.get("next_flow"):
        case ["config_subentries_flow", str() as next_flow]:
            return entry_id, next_flow
    return entry_id, None


def _entry_id(step: Json) -> str:
    """Give the id of the entry that a flow ended with; Problem where it could not be set up."""
    entry = expect(step, "create_entry")["result"]
    if entry["state"] != "loaded":
        raise Problem(f"{entry['title']} was added, but is {entry['state']}: {entry['reason'] or 'see the log'}")
    return str(entry["entry_id"])


async def set_options(client: Client, entry_id: str, **changes: Any) -> None:
    """Change some of an account's options."""
    step = expect(await client.start_flow("options", entry_id), "form", "init")
    values = prefilled(step["data_schema"]) | changes
    expect(await client.continue_flow("options", step["flow_id"], values), "create_entry")


async def add_favorites_sync(client: Client, source: str, target: str, flow_id: str | None) -> None:
    """Add a sync of favourites with the settings the form comes with."""
    if flow_id is None:
        step = await client.start_flow("subentry", [target, "sync"])
    else:
        step = await client.continue_flow("subentry", flow_id)
    flow_id = expect(step, "form", "user")["flow_id"]
    values = prefilled(step["data_schema"]) | {"source": source, "content": "favorites"}
    step = expect(await client.continue_flow("subentry", flow_id, values), "form", "details")
    values = prefilled(step["data_schema"])
    expect(await client.continue_flow("subentry", flow_id, values), "create_entry")
