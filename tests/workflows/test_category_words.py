"""Words by which a wish is known for a category: shown as a guess, right more often than not, silent where in doubt."""

from itertools import combinations

from service.demo.wishes import CHOICE, wishes
from service.directory.defaults import BY_KEY
from workflows.category_words import CATEGORY_WORDS, likeliest


def test_a_word_speaks_for_one_usual_category_only() -> None:
    assert CATEGORY_WORDS.keys() < BY_KEY.keys()
    for (one, words), (other, others) in combinations(CATEGORY_WORDS.items(), 2):
        assert not set(words) & set(others), (one, other)


def test_the_word_that_speaks_for_it_is_named() -> None:
    assert likeliest("被征地农民的养老保险到底交没交？") == ("pension", "养老保险")
    assert likeliest("路灯不亮，电压也低，垃圾倒是有人收。") == ("power", "路灯")


def test_where_words_speak_for_two_or_for_none_nothing_is_guessed() -> None:
    assert likeliest("班车太少，老人看病不方便") is None
    assert likeliest("跳坝坝舞想要块平地") is None
    assert likeliest("") is None


def test_four_in_five_of_its_guesses_are_right_and_it_has_one_for_every_third_wish() -> None:
    """Measured on the demo's wishes, which were classed by hand: the words that they offer as choices count as said."""
    guesses = [(wish.category, likeliest(CHOICE.sub(r"\1", wish.text))) for wish in wishes()]
    spoken = [(category, guess[0]) for category, guess in guesses if guess is not None]
    assert len(spoken) > len(guesses) / 3
    assert sum(category == guess for category, guess in spoken) > 0.8 * len(spoken)
