"""The database role of auth covers each collection it uses, and no more rights than each needs."""

import ast
import json
from pathlib import Path

from services.auth.store.indexes import INDEXES
from services.auth.store.log_rights import APPEND_ONLY, OTHERS, REBUILT, ROLE, privileges

ROOT = Path(__file__).parents[3]


def used() -> set[str]:
    """The collections that the sources of auth and of the chassis name."""
    files = [*(ROOT / "services/auth").rglob("*.py"), *(ROOT / "shared/chassis").rglob("*.py")]
    calls = [node for file in files for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call)]
    named = [each.args[0] for each in calls if getattr(each.func, "attr", "") == "collection" and each.args]
    return {str(each.value) for each in named if isinstance(each, ast.Constant)}


def test_role_covers_every_collection_that_auth_uses() -> None:
    covered = {*APPEND_ONLY, *REBUILT, *OTHERS}
    assert len(used()) > 30
    assert used() | set(INDEXES) == covered


def test_what_proves_the_log_is_only_ever_added_to() -> None:
    rights = {each["resource"]["collection"]: set(each["actions"]) for each in privileges("bellboard_auth")}
    assert {name for name, actions in rights.items() if not actions & {"update", "remove"}} == set(APPEND_ONLY)
    assert all("insert" in actions for actions in rights.values())
    assert not any(actions & {"dropCollection", "collMod", "dropIndex"} for actions in rights.values())


def test_file_of_the_deployment_says_the_same() -> None:
    said = json.loads((ROOT / "deploy/auth-role.json").read_text())
    assert said == {"role": ROLE, "privileges": privileges("bellboard_auth")}
