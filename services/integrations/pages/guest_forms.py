"""The one page that guests see, as HTML: a form or a word of thanks; nothing is loaded, nothing runs."""

import base64
import hashlib
from pathlib import Path

import jinja2

from services.integrations.domain.guest_links import Form
from services.integrations.domain.guest_words import LANGUAGES, words

STYLE = (Path(__file__).parent / "guest.css").read_text()
_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_HASH}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}
TOPICS = ("baby_cot", "extra_towels", "other")
_PAGE = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=jinja2.StrictUndefined
).get_template("guest.html")


def page(form: Form, language: str, once: str = "", *, done: bool = False, fault: str | None = None) -> str:
    """The page in the guest's language. `once` makes a form that is sent twice one answer."""
    known = language if language in LANGUAGES else "en"
    return _PAGE.render(
        form=form.value, language=known, w=words(known), style=STYLE, once=once, done=done, fault=fault, topics=TOPICS
    )
