"""What a record is about: a choice that everybody may see travels, and follows the record; words never do."""

from tests.factories.guest_records import WHY, after, c, opened, terms


def test_choice_of_the_kind_travels_as_its_topic_and_follows_an_edit() -> None:
    state = opened()
    assert (state.topic, state.public.topic) == ("baby_cot", "baby_cot")
    edited = after(state, c.EditFields("edit-1", {"topic": "extra_towels"}, WHY))
    assert (edited.topic, edited.public.topic) == ("extra_towels", "extra_towels")


def test_kind_without_an_open_choice_has_no_topic() -> None:
    assert terms("feedback_score").kind.topic({"score": 3}) is None
    assert terms().kind.topic({"topic": {"ref": "t", "digest": "d" * 64}}) is None
    assert terms().kind.topic({}) is None
    assert opened("feedback_score").topic is None
