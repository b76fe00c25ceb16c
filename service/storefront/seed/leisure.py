"""What the departments for reading, travelling, eating and playing sell."""

from storefront.seed.shelves import Department, Shelf

__all__ = ["BOOKS", "FOOD", "OUTDOORS", "TOYS"]

BOOKS = Department(
    name="Books & Paper",
    shelves=(
        Shelf(
            name="Books",
            shelves=(
                Shelf(
                    name="Novels",
                    called="novel",
                    kinds=(
                        ("Lighthouse", 12, 26),
                        ("Cartographer", 12, 28),
                        ("Clockmaker", 11, 25),
                        ("Winter Guests", 13, 28),
                        ("Ferryman", 12, 24),
                    ),
                    styles=("Paperback", "Hardcover", "Large Print"),
                    named="The {noun} of {line} ({style})",
                    openings=(
                        "A family, a secret and a house that nobody wants to inherit.",
                        "Set over one long summer, this novel asks what we owe to those who stay behind.",
                        "A quiet book with a loud heart.",
                    ),
                ),
                Shelf(
                    name="Cookbooks",
                    called="cookbook",
                    kinds=(
                        ("Soups", 18, 34),
                        ("Bread Baking", 22, 42),
                        ("Weeknight Suppers", 19, 36),
                        ("Preserving", 18, 32),
                    ),
                    styles=("Simple", "Winter", "Vegetable", "Northern"),
                    named="{line}: {style} {noun}",
                    openings=(
                        "Eighty recipes, none of which needs a shop that you do not have.",
                        "Written at the stove and tested by people who had never cooked before.",
                        "A book that may get stains.",
                    ),
                ),
                Shelf(
                    name="Picture Books",
                    called="picture book",
                    kinds=(("Hedgehog", 9, 18), ("Moon Bear", 10, 19), ("Paper Boat", 9, 17), ("Sleepy Fox", 10, 18)),
                    styles=("Board Book", "Hardcover", "Pop-Up"),
                    named="The {noun} and the {line} ({style})",
                    openings=(
                        "For reading aloud, twice, every evening.",
                        "Little text, large pictures and one hidden snail on every page.",
                        "A story about being small and going far.",
                    ),
                ),
            ),
        ),
        Shelf(
            name="Notebooks",
            kinds=(("Notebook", 8, 24), ("Sketchbook", 12, 36), ("Weekly Planner", 15, 34), ("Pocket Journal", 6, 16)),
            styles=("Dotted", "Linen-Bound", "Ruled", "Recycled", "Thread-Sewn"),
            openings=(
                "This {noun} lies flat on every page.",
                "Paper that fountain pens like, from a mill that runs on water.",
                "One hundred and sixty pages for plans, or against them.",
            ),
        ),
        Shelf(
            name="Pens & Ink",
            kinds=(
                ("Fountain Pen", 24, 160),
                ("Bottle of Ink", 9, 26),
                ("Set of Pencils", 8, 22),
                ("Brush Pen", 6, 18),
            ),
            styles=("Brass", "Midnight", "Forest", "Matt", "Sepia"),
            openings=(
                "It writes at once, even after a month in a drawer.",
                "Made for letters that somebody keeps.",
                "Refillable, repairable and hard to put down.",
            ),
        ),
    ),
    details=(
        "Printed on paper from certified forests.",
        "Bound in our own workshop with thread, not with glue.",
        "A ribbon marks the place where you fell asleep.",
        "Signed copies are sent on request.",
        "It fits through most letter boxes.",
        "The cover was cut in linoleum by a neighbour of ours.",
    ),
    praise=(
        "The paper is a pleasure to touch.",
        "I gave it to my mother and had to buy another one for myself.",
        "The binding stays flat and every page is in its place.",
    ),
    complaints=(
        "Several pages were stuck together.",
        "The corners arrived bent and the cover was scratched.",
        "The print is so pale that I needed a lamp at noon.",
    ),
    tags=("recycled paper", "for readers"),
)

OUTDOORS = Department(
    name="Outdoors",
    shelves=(
        Shelf(
            name="Backpacks",
            kinds=(("Daypack", 59, 140), ("Trekking Pack", 129, 290), ("Roll-Top Pack", 79, 190), ("Hip Pack", 29, 69)),
            styles=("Waxed", "Ultralight", "Canvas", "Waterproof", "Slate"),
            openings=(
                "This {noun} carries more than it weighs on you.",
                "The straps were redrawn eleven times, until nobody complained.",
                "One large compartment, two small ones, and nothing that dangles.",
            ),
        ),
        Shelf(
            name="Camping",
            shelves=(
                Shelf(
                    name="Tents & Tarps",
                    kinds=(
                        ("One-Person Tent", 189, 420),
                        ("Family Tent", 320, 690),
                        ("Tarp", 59, 160),
                        ("Hammock", 45, 130),
                    ),
                    styles=("Four-Season", "Ultralight", "Sand", "Storm", "Compact"),
                    openings=(
                        "This {noun} is up in four minutes, also in the rain.",
                        "It stood on a ridge for three weeks before we offered it to anybody.",
                        "Dry inside, whatever it is outside.",
                    ),
                ),
                Shelf(
                    name="Camp Kitchen",
                    kinds=(
                        ("Spirit Stove", 29, 85),
                        ("Mess Kit", 24, 65),
                        ("Vacuum Flask", 22, 54),
                        ("Folding Cup", 8, 19),
                    ),
                    styles=("Titanium", "Steel", "Enamel", "Two-Person", "Packable"),
                    openings=(
                        "This {noun} weighs little and takes a lot.",
                        "Tea on the summit, soup in the valley.",
                        "Everything nests into everything else.",
                    ),
                ),
            ),
        ),
    ),
    details=(
        "All fabrics are free of fluorocarbons.",
        "Field repairs need a needle, a thread and no talent.",
        "It packs down to the size of a loaf of bread.",
        "The guarantee covers honest use for ten years.",
        "Tried in Lapland, in Galicia and on the way to the office.",
        "Weights are measured, not estimated.",
    ),
    praise=(
        "Two weeks of rain in the hills could do nothing to it.",
        "Light enough that I forgot I had packed it.",
        "Every strap and every fold is where you look for it.",
    ),
    complaints=(
        "It gave way on the first night out.",
        "It weighs a good deal more than the description says.",
        "Water came in where water should not come in.",
    ),
    tags=("ultralight", "weatherproof"),
)

FOOD = Department(
    name="Food & Drink",
    shelves=(
        Shelf(
            name="Coffee Beans",
            called="coffee",
            kinds=(
                ("Espresso Beans", 9, 24),
                ("Filter Beans", 10, 28),
                ("Decaf Beans", 10, 24),
                ("Breakfast Beans", 8, 19),
            ),
            styles=("Single-Origin", "Dark Roast", "Washed", "Honey-Processed", "Organic"),
            openings=(
                "These {noun} taste of cocoa, plum and a little smoke.",
                "Roasted on Tuesdays and Fridays, sent the day after.",
                "Bright in the cup, round on the tongue.",
            ),
        ),
        Shelf(
            name="Chocolate",
            kinds=(("Chocolate Bar", 4, 9), ("Truffle Box", 14, 38), ("Drinking Chocolate", 9, 19), ("Nougat", 6, 16)),
            styles=("Dark", "Sea Salt", "Hazelnut", "Rye Crumb", "Orange"),
            openings=(
                "Ground for three days until it is as smooth as it gets.",
                "Four ingredients, and you know them all.",
                "Best shared, though we understand if you do not.",
            ),
        ),
        Shelf(
            name="Spices",
            called="spice",
            kinds=(
                ("Pepper", 5, 14),
                ("Curry Blend", 5, 13),
                ("Smoked Paprika", 5, 12),
                ("Sea Salt Flakes", 4, 11),
                ("Spice Box", 24, 59),
            ),
            styles=("Wild", "Toasted", "Mild", "Hot", "Whole"),
            openings=(
                "Harvested last season, not last decade.",
                "A pinch is enough, two are a celebration.",
                "It wakes up lentils, eggs and tired cooks.",
            ),
        ),
    ),
    details=(
        "The tin closes tightly and can be filled again.",
        "We pay growers before the harvest and not after it.",
        "Keep it cool and dark, and not for too long.",
        "Best before six months from the date on the label.",
        "It may hold traces of nuts and milk.",
        "The leaflet has a recipe on each side.",
    ),
    praise=(
        "The smell alone is worth the order.",
        "The tin was empty within a week, and I live alone.",
        "Fresh, and with so much more taste than what I used to buy.",
    ),
    complaints=(
        "It tasted of nothing, or of cardboard at best.",
        "The date on the label was only two weeks away.",
        "The bag had a hole and half of it was in the box.",
    ),
    tags=("vegan", "organic"),
)

TOYS = Department(
    name="Toys & Games",
    shelves=(
        Shelf(
            name="Wooden Toys",
            called="toy",
            kinds=(
                ("Building Blocks", 24, 79),
                ("Pull-Along Duck", 18, 42),
                ("Marble Run", 45, 140),
                ("Train Set", 49, 160),
                ("Stacking Tower", 16, 38),
            ),
            styles=("Beech", "Rainbow", "Natural", "Pastel", "Maple"),
            openings=(
                "Smooth edges, strong colours and no batteries.",
                "It has been dropped from every height a child can reach.",
                "For children from one year on, and for those who sit on the floor with them.",
            ),
        ),
        Shelf(
            name="Board Games",
            kinds=(("Trading Game", 24, 55), ("Card Game", 9, 22), ("Family Game", 19, 45), ("Strategy Game", 29, 75)),
            styles=("A Cunning", "A Quick", "A Cooperative", "A Quiet"),
            named="{line}: {style} {noun}",
            openings=(
                "Explained in five minutes, argued about for years.",
                "For two to five players who can lose.",
                "Every round is different and none takes longer than an hour.",
            ),
        ),
        Shelf(
            name="Puzzles",
            kinds=(("Puzzle", 12, 34), ("Wooden Puzzle", 24, 69), ("Floor Puzzle", 15, 32)),
            styles=("100-Piece", "500-Piece", "1000-Piece", "Round", "Map"),
            openings=(
                "No two pieces have the same shape.",
                "A weekend, a table and no telephone.",
                "The picture was painted for this {noun} by hand.",
            ),
        ),
    ),
    details=(
        "All colours are safe in the mouths of small people.",
        "Lost parts are replaced free of charge.",
        "It comes in a cotton bag for tidying up.",
        "Instructions in six languages are in the box.",
        "Grown-ups have been seen playing with it alone.",
        "Made from beech and maple of the region.",
    ),
    praise=(
        "Both children play with it without quarrelling, which says it all.",
        "We meant to try it for ten minutes and went to bed at one.",
        "Our toddler dropped it down the stairs and only the stairs have a mark.",
    ),
    complaints=(
        "A piece was missing, as you find out at the very end.",
        "The paint came off within a day.",
        "The children lost interest in it before I had cleared away the box.",
    ),
    tags=("for children", "family time"),
)
