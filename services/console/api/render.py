"""Templates, the headers every page carries, and what templates may call."""

from pathlib import Path
from typing import Any

import jinja2
from fastapi import Request
from fastapi.responses import HTMLResponse

from services.console.domain import (
    bell_words,
    partnering,
    policy_forms,
    rule_forms,
    rule_words,
    rulebook,
    selling_forms,
    talk_words,
    tongue,
    words,
)
from services.console.domain.records import shown
from services.console.usecases.board import initials

HERE = Path(__file__).resolve().parents[1]
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def _environment() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        initials=initials,
        name_by=lambda one, page: page.name_of(one),
        plain=words.plain,
        shown=shown,
        said=lambda code, table: words.said(table, code),
        money=lambda one: tongue.money(one.amount, one.currency),
        day=tongue.day,
        brief=rulebook.briefly,
        lean=rulebook.lean,
        language=tongue.language,
        differs=lambda code: words.said(rule_words.DIFFERS, code),
        role_name=lambda code: words.said(words.ROLE, code),
        kind_name=lambda code: tongue._("every kind of record") if code == "*" else words.plain(code),
    )
    made.globals.update(
        words=words,
        bells=bell_words,
        talks=talk_words,
        why=talk_words.why,
        partnering=partnering,
        policy_forms=policy_forms,
        rule_forms=rule_forms,
        selling=selling_forms,
        tongue_money=tongue.money,
        rule_words=rule_words,
        languages=tongue.LANGUAGES,
        _=tongue._,
        ngettext=tongue.ngettext,
        number=tongue.number,
        percent=tongue.percent,
    )
    return made


_ENV = _environment()


def page(name: str, status: int = 200, headers: dict[str, str] | None = None, **values: Any) -> HTMLResponse:
    """A template as a page that no cache keeps: it shows what its viewer, and only they, may see."""
    html = _ENV.get_template(name).render(tongue=tongue.SPOKEN.get(), scripted=tongue.scripted(), **values)
    return HTMLResponse(html, status_code=status, headers={"Cache-Control": "no-store", **(headers or {})})


def partial(request: Request) -> bool:
    """Whether a script asks for a part of a page."""
    return request.headers.get("hx-request") == "true"
