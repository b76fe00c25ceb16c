"""What reviewers write about any product, by the stars they give. `{noun}` is the kind of product, in lower case."""

__all__ = ["CLOSINGS", "DETAILS", "OFF_TOPIC", "OPENINGS", "TITLES"]

TITLES: dict[int, tuple[str, ...]] = {
    5: (
        "Exactly what I hoped for", "Would buy again at once", "Better than the pictures", "A small joy",
        "The best present this year", "Worth every cent", "Perfect", "Now I want a second one", "Made with care",
    ),
    4: (
        "Very good, with one small wish", "A good find", "Nearly perfect", "Good value", "Happy with it",
        "Does what it should", "Lovely, only slow to arrive", "Recommended",
    ),
    3: (
        "Fine, no more", "Mixed feelings", "All right for the price", "Good idea, so-so result",
        "Not quite as described", "It does the job", "Expected a little more",
    ),
    2: (
        "Disappointing", "Looks better than it is", "Not worth the price", "Careless work", "Sent it back",
        "Would not buy again",
    ),
    1: (
        "What a letdown", "Do not buy", "Nothing like the pictures", "Arrived damaged", "A waste of money",
        "Never again",
    ),
}  # fmt: skip

OPENINGS: dict[int, tuple[str, ...]] = {
    5: (
        "I have been enjoying this {noun} since the day it came.",
        "My sister saw this {noun} and ordered the same on the spot.",
        "I was looking for a good {noun} for years, and here it was.",
        "You notice at once that somebody thought about this {noun}.",
        "Bought as a treat for myself, and I do not regret it for a second.",
        "The description promised a lot and for once all of it was true.",
    ),
    4: (
        "This {noun} is just what I needed.",
        "After a month I am pleased with my choice.",
        "Nearly everything about this {noun} is right.",
        "A good buy, and the seller answered my question within an hour.",
        "Bought on the advice of a friend, who was right.",
    ),
    3: (
        "This {noun} is neither good nor bad.",
        "It works, but I had imagined something nicer.",
        "Half of what I had hoped for came true.",
        "Now and then this {noun} is fine.",
    ),
    2: (
        "I wanted to like this {noun}, but I do not.",
        "At this price I expected much more.",
        "The pictures show this {noun} from its only good side.",
        "At first it seemed all right, then the trouble began.",
    ),
    1: (
        "This {noun} is the worst thing I have bought in years.",
        "What came had little to do with what I ordered.",
        "I do not understand how this could pass any check.",
        "Out of the box and straight back into it.",
    ),
}

DETAILS: dict[int, tuple[str, ...]] = {
    5: (
        "The seller answered every question within an hour.",
        "It came two days earlier than announced, in paper and without any plastic.",
        "Even my neighbour, who likes nothing, asked where it came from.",
        "It was a present, and it was the one that everybody talked about.",
        "You pay a little more than elsewhere and get a lot more for it.",
        "There was a handwritten card in the parcel.",
    ),
    4: (
        "I only wish there were more of a choice.",
        "Delivery took a week, so plan ahead if it is a present.",
        "The price is not low, but it is fair.",
        "The box could be smaller, but everything in it was fine.",
        "A few more words about it in the parcel would have been nice.",
    ),
    3: (
        "Others make it better, though not for less.",
        "It is not quite what I had in mind; do read the description.",
        "For half the price I would be content.",
        "Customer service was friendly but could not help.",
    ),
    2: (
        "The description leaves out all that matters.",
        "It is much cheaper elsewhere, and rightly so.",
        "Two letters to the seller later I still have no answer.",
        "It had obviously been returned by somebody else before.",
    ),
    1: (
        "The parcel was open when it came.",
        "The seller asked me to pay for the return.",
        "I sent pictures of the damage and got no answer.",
        "It came three weeks late and to the wrong address.",
    ),
}

CLOSINGS: dict[int, tuple[str, ...]] = {
    5: ("Five stars without thinking twice.", "I will be back for more.", "Thank you!", "Please never stop making it."),
    4: ("All in all I would order it again.", "One star less for the wait.", "Recommended all the same."),
    3: ("Three stars seem fair.", "Decide for yourself.", "I keep it, but without enthusiasm."),
    2: ("I would choose something else today.", "Two stars, for the friendly card.", "Back it goes."),
    1: ("Stay away.", "I want my money back.", "One star, because none is not possible."),
}

OFF_TOPIC = (
    "Write to me and I will sell you the same for half the price.",
    "By the way, has anybody seen my blog?",
    "The courier was rude and his name should be known to all.",
    "I have not opened the parcel yet.",
)
"""Why moderators reject a review."""
