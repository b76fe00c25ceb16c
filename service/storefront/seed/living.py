"""What the departments for house, garden and wardrobe sell."""

from storefront.seed.shelves import Department, Shelf

__all__ = ["CLOTHING", "GARDEN", "HOME", "KITCHEN"]

KITCHEN = Department(
    name="Kitchen",
    shelves=(
        Shelf(
            name="Coffee & Tea",
            shelves=(
                Shelf(
                    name="Coffee Makers",
                    kinds=(
                        ("Pour-Over Dripper", 18, 48),
                        ("Moka Pot", 24, 65),
                        ("French Press", 28, 79),
                        ("Hand Grinder", 45, 160),
                    ),
                    styles=("Steel", "Ceramic", "Matt Black", "Copper", "Glass"),
                    openings=(
                        "This {noun} makes a clear, sweet cup without any fuss.",
                        "A slow morning begins with this {noun}.",
                        "Four parts, no electronics: this {noun} will outlast the kitchen around it.",
                    ),
                ),
                Shelf(
                    name="Teapots",
                    kinds=(
                        ("Teapot", 29, 110),
                        ("Tea Kettle", 35, 120),
                        ("Travel Teapot", 24, 60),
                        ("Tea Strainer Set", 9, 24),
                    ),
                    styles=("Stoneware", "Cast Iron", "Speckled", "Celadon", "Enamel"),
                    openings=(
                        "This {noun} pours without a drop beside the cup.",
                        "Made for loose leaves and long talks.",
                        "The handle stays cool and the lid stays put, as a {noun} should have it.",
                    ),
                ),
                Shelf(
                    name="Mugs & Cups",
                    kinds=(
                        ("Mug", 12, 32),
                        ("Espresso Cup", 9, 24),
                        ("Breakfast Bowl", 14, 34),
                        ("Set of Four Cups", 38, 90),
                    ),
                    styles=("Stoneware", "Ocean Blue", "Sand", "Hand-Painted", "Two-Tone", "Rustic"),
                    openings=(
                        "Thrown on the wheel, so no two are quite the same.",
                        "This {noun} lies well in the hand and keeps its warmth.",
                        "Glazed inside, bare outside, pleasant everywhere.",
                    ),
                ),
            ),
        ),
        Shelf(
            name="Cookware",
            kinds=(
                ("Frying Pan", 39, 140),
                ("Saucepan", 35, 120),
                ("Casserole", 69, 260),
                ("Wok", 42, 130),
                ("Roasting Tin", 25, 75),
            ),
            styles=("Cast Iron", "Carbon Steel", "Enamelled", "Copper", "Stainless"),
            openings=(
                "This {noun} heats evenly and forgives mistakes.",
                "Heavy enough to keep its heat, light enough for one hand.",
                "From the hob to the oven to the table without changing the dish.",
            ),
        ),
        Shelf(
            name="Knives & Boards",
            kinds=(
                ("Chef's Knife", 49, 190),
                ("Bread Knife", 39, 120),
                ("Paring Knife", 15, 55),
                ("Cutting Board", 22, 95),
                ("Knife Block", 45, 140),
            ),
            styles=("Walnut", "Oak", "Olive Wood", "Damascus", "Ash", "Cherry"),
            openings=(
                "This {noun} makes short work of onions and long work of excuses.",
                "Balanced, plain and honest.",
                "The wood comes from storm-felled trees within a day's walk of the workshop.",
            ),
        ),
    ),
    details=(
        "It may go into the dishwasher, though washing by hand keeps it beautiful for longer.",
        "A drop of oil now and then is all the care it asks for.",
        "It works on gas, on induction and over a camp fire.",
        "The maker has used the same pattern for three generations.",
        "It stacks with everything else of the same line.",
        "No coating can peel off, because there is none.",
    ),
    praise=(
        "It is easy to clean and looks better with every week.",
        "Heavy in a good way, and nothing wobbles.",
        "Breakfast has not been the same since.",
    ),
    complaints=(
        "It had a stain after the first wash that will not go.",
        "The handle came loose after a few days.",
        "It leaks on the table, whatever I do.",
    ),
    tags=("dishwasher safe", "for coffee lovers"),
)

HOME = Department(
    name="Home",
    shelves=(
        Shelf(
            name="Lighting",
            shelves=(
                Shelf(
                    name="Table Lamps",
                    kinds=(
                        ("Desk Lamp", 59, 220),
                        ("Bedside Lamp", 45, 150),
                        ("Reading Lamp", 65, 240),
                        ("Lantern", 35, 95),
                    ),
                    styles=("Brass", "Linen", "Smoked Glass", "Birch", "Terracotta"),
                    openings=(
                        "This {noun} gives a warm light that does not dazzle.",
                        "A {noun} that looks as good switched off.",
                        "The shade turns and tilts, the foot stays where it is.",
                    ),
                ),
                Shelf(
                    name="Candles",
                    kinds=(
                        ("Scented Candle", 14, 42),
                        ("Pillar Candle", 8, 24),
                        ("Set of Tapers", 9, 26),
                        ("Candle Holder", 12, 48),
                    ),
                    styles=("Beeswax", "Cedar", "Fig Leaf", "Sea Salt", "Smoke & Moss", "Unscented"),
                    openings=(
                        "Poured by hand in small batches, with a wick of cotton.",
                        "It burns slowly and evenly, down to the last evening.",
                        "Made for dark months and power cuts alike.",
                    ),
                ),
            ),
        ),
        Shelf(
            name="Cushions & Throws",
            kinds=(
                ("Cushion Cover", 19, 55),
                ("Wool Throw", 69, 210),
                ("Floor Cushion", 55, 140),
                ("Bedspread", 89, 260),
            ),
            styles=("Herringbone", "Undyed", "Indigo", "Striped", "Moss Green", "Rust"),
            openings=(
                "This {noun} makes any chair the best one in the room.",
                "Woven on looms that are older than the weavers.",
                "Soft from the first day and softer every winter.",
            ),
        ),
    ),
    details=(
        "It looks at home in an old house and in a new one.",
        "The colours come from plants and fade gracefully.",
        "Everything on it can be taken apart and mended.",
        "It is made to order in our own workshop.",
        "Measurements may differ by a centimetre, as hands made it.",
        "A matching piece is in the same line.",
    ),
    praise=(
        "It made the room warmer the moment it was unpacked.",
        "The colour is softer than on the screen, which I like.",
        "Guests ask about it before they have sat down.",
    ),
    complaints=(
        "It smelled so strongly that I had to put it on the balcony.",
        "The colour is not at all the one in the pictures.",
        "A corner was crooked and nobody had noticed.",
    ),
    tags=("cosy", "natural dyes"),
)

GARDEN = Department(
    name="Garden",
    shelves=(
        Shelf(
            name="Hand Tools",
            kinds=(
                ("Trowel", 14, 38),
                ("Hand Fork", 14, 38),
                ("Garden Saw", 24, 65),
                ("Dibber", 11, 26),
                ("Weeding Knife", 19, 45),
            ),
            styles=("Forged", "Ash-Handled", "Copper", "Left-Handed", "Long"),
            openings=(
                "This {noun} goes through roots and clay without bending.",
                "Once you have worked with this {noun}, the old one stays in the shed.",
                "Forged in one piece, so there is no weld to break.",
            ),
        ),
        Shelf(
            name="Seeds & Bulbs",
            called="packet",
            kinds=(
                ("Tomato Seeds", 2, 5),
                ("Wildflower Mix", 4, 14),
                ("Herb Seeds", 2, 6),
                ("Tulip Bulbs", 6, 22),
                ("Salad Seeds", 2, 5),
            ),
            styles=("Heirloom", "Early", "Balcony", "Shade", "Bee-Friendly", "Late Summer"),
            openings=(
                "Grown and harvested in open air, so they can be sown again next year.",
                "These {noun} do well in pots and better in the ground.",
                "For beginners, forgetful people and everybody else.",
            ),
        ),
        Shelf(
            name="Pots & Planters",
            kinds=(("Plant Pot", 9, 48), ("Hanging Planter", 18, 55), ("Window Box", 24, 70), ("Watering Can", 22, 75)),
            styles=("Terracotta", "Zinc", "Glazed", "Whitewashed", "Basalt"),
            openings=(
                "This {noun} bears frost and the neighbour's cat.",
                "Good drainage, a wide rim and a quiet colour.",
                "It gets more beautiful with every season outside.",
            ),
        ),
    ),
    details=(
        "Tested for a year in our own beds before it went into the catalogue.",
        "A leaflet tells what to do in which month.",
        "It bears rain, sun and being forgotten under a hedge.",
        "Slugs were consulted and are not amused.",
        "Suitable for balconies from the size of a doormat.",
        "If it does not thrive, write to us and we find out why.",
    ),
    praise=(
        "My beds have never looked like this before.",
        "Even the hard clay behind the house was no match for it.",
        "The leaflet that comes with it is worth its price alone.",
    ),
    complaints=(
        "Half a season later there was nothing left to see of it.",
        "It did not survive the first night of frost.",
        "My snails enjoyed it more than I did.",
    ),
    tags=("bee friendly", "balcony"),
)

CLOTHING = Department(
    name="Clothing",
    shelves=(
        Shelf(
            name="Knitwear",
            kinds=(("Jumper", 79, 210), ("Cardigan", 89, 230), ("Wool Vest", 65, 140), ("Beanie", 22, 48)),
            styles=("Merino", "Cable-Knit", "Lambswool", "Seamless", "Charcoal", "Oatmeal"),
            openings=(
                "This {noun} is knitted from wool that can be traced to one flock.",
                "Warm without weight, and it does not scratch.",
                "Cut wide enough to live in.",
            ),
        ),
        Shelf(
            name="Shirts",
            kinds=(("Work Shirt", 59, 130), ("Linen Shirt", 65, 140), ("Overshirt", 85, 180), ("T-Shirt", 22, 48)),
            styles=("Washed", "Navy", "Undyed", "Checked", "Heavy", "Olive"),
            openings=(
                "This {noun} is cut straight and sewn twice.",
                "Buttons of corozo, seams that hold, and a pocket that is large enough.",
                "Washed once before it is sold, so it will not shrink on you.",
            ),
        ),
        Shelf(
            name="Accessories",
            shelves=(
                Shelf(
                    name="Scarves",
                    kinds=(("Scarf", 35, 95), ("Bandana", 12, 28), ("Shawl", 55, 160), ("Neck Warmer", 19, 45)),
                    styles=("Silk", "Merino", "Tartan", "Block-Printed", "Saffron"),
                    openings=(
                        "This {noun} fits under a coat and over a bad day.",
                        "Hemmed by hand along all edges.",
                        "Light enough to forget, warm enough to miss.",
                    ),
                ),
                Shelf(
                    name="Socks",
                    called="pair",
                    kinds=(
                        ("Ankle Socks", 9, 18),
                        ("Boot Socks", 14, 29),
                        ("House Socks", 18, 38),
                        ("Cycling Socks", 12, 24),
                    ),
                    styles=("Merino", "Ribbed", "Striped", "Alpaca", "Reinforced"),
                    openings=(
                        "These {noun} stay up and do not pinch.",
                        "The heel is knitted double, where others give way first.",
                        "Warm in winter, bearable in summer, dry overnight.",
                    ),
                ),
            ),
        ),
    ),
    details=(
        "Wash it cold and let it dry lying flat.",
        "A length of matching yarn comes with it for repairs.",
        "It runs slightly large; if in doubt take the smaller size.",
        "Dyed without heavy metals and sewn within a day's drive of the mill.",
        "We mend it for the price of the postage.",
        "The label tells who made it.",
    ),
    praise=(
        "It fits as if it had been made for me.",
        "After ten washes it looks as it did on the first day.",
        "So soft that my daughter has taken it over.",
    ),
    complaints=(
        "It shrank by a whole size in a cold wash.",
        "A seam opened on the second day.",
        "It scratches, whatever the description says.",
    ),
    tags=("organic cotton", "traceable wool"),
)
