"""A command's class is its form."""

from service.fields import Choice, fields_of, in_groups
from workflows import commands


def test_fields_stand_in_the_order_of_the_command_without_its_verb() -> None:
    assert [field.name for field in fields_of(commands.Decline)] == ["ground", "words"]


def test_choices_of_an_enum_come_with_their_words() -> None:
    ground = fields_of(commands.Decline)[0]
    assert ground.widget == "choice"
    assert [choice.value for choice in ground.choices] == [each.value for each in commands.DeclineGround]
    assert ground.choices[0].label == commands.CHOICE_WORDS[commands.DeclineGround.emergency]


def test_choices_from_the_database_are_given_by_field_or_by_widget() -> None:
    units = (Choice("7", "县交通运输局"),)
    assign = {field.name: field for field in fields_of(commands.Assign, choices={"unit": units, "supporting": units})}
    assert assign["unit"].choices == units
    assert assign["supporting"].choices == units


def test_what_was_typed_and_what_is_wrong_come_back() -> None:
    reason = fields_of(commands.SendBack, values={"reason": "不"}, errors={"reason": "请多写几个字。"})[0]
    assert (reason.value, reason.error, reason.is_required) == ("不", "请多写几个字。", True)


def test_a_choice_with_a_default_is_no_optional_field() -> None:
    kind = next(field for field in fields_of(commands.Submit) if field.name == "kind")
    assert kind.is_required


def test_groups_keep_the_order_in_which_they_are_given() -> None:
    suggested, other = Choice("7", "县水利局", group="建议"), Choice("1", "县交通运输局", group="县直部门")
    assert in_groups([suggested, other]) == [("建议", [suggested]), ("县直部门", [other])]
