"""The page of permissions is what policy and tables say."""

from tests.rights.page import PAGE, page


def test_page_of_permissions_is_as_fresh_as_the_policy() -> None:
    assert PAGE.read_text() == page(), "write it anew: make permissions"
