"""Words for people, places and vendors. All of them are made up."""

from dataclasses import dataclass

__all__ = [
    "COUNTRIES",
    "EDITIONS",
    "FIRST_NAMES",
    "LAST_NAMES",
    "LINES",
    "NOTES",
    "TAGS",
    "TOWNS",
    "VENDORS",
    "Country",
    "VendorWords",
]


@dataclass(frozen=True, kw_only=True)
class Country:
    """How addresses look in a country. In postal codes `#` stands for a digit and `@` for a letter."""

    code: str
    street: str
    streets: tuple[str, ...]
    towns: tuple[tuple[str, str], ...]
    details: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class VendorWords:
    """A vendor: what it sells, in which currency, and what it says about itself."""

    name: str
    currency: str
    departments: tuple[str, ...]
    about: str


FIRST_NAMES = (
    "Aisha", "Alma", "Amélie", "Andrés", "Anouk", "Astrid", "Bastian", "Beatriz", "Bram", "Cara", "Chidi", "Clara",
    "Daan", "Dilara", "Edda", "Elif", "Emil", "Erin", "Ewa", "Farah", "Finn", "Giulia", "Hanna", "Hugo", "Imre", "Ines",
    "Ivo", "Jamal", "Joana", "Jonas", "Kaito", "Katja", "Leïla", "Lennart", "Lucía", "Maeve", "Marek", "Mila", "Nadia",
    "Niall", "Noor", "Oskar", "Paloma", "Per", "Quentin", "Rania", "Rhys", "Saskia", "Selim", "Sofie", "Søren",
    "Tamsin", "Teo", "Ulla", "Valentin", "Vera", "Wanda", "Yara", "Yusuf", "Zoë",
)  # fmt: skip

LAST_NAMES = (
    "Abara", "Ahlgren", "Almeida", "Amari", "Barlow", "Bergmann", "Brandsma", "Cardoso", "Carrick", "Castell", "Dahlin",
    "Delmas", "Demir", "Dvorsky", "Eklund", "Farkas", "Ferreira", "Fontaine", "Gallagher", "Garrido", "Grünwald",
    "Haddad", "Hartwell", "Hofstra", "Ibsen", "Ilves", "Jansma", "Kaminski", "Keller", "Kowal", "Lacroix", "Lindqvist",
    "Lomax", "Löwe", "Maguire", "Marchetti", "Moreau", "Nakano", "Navarro", "Nørgaard", "Novak", "Oduya", "Okonjo",
    "Olander", "Pemberton", "Pietersen", "Quiroga", "Rahimi", "Reiter", "Rossetti", "Sandoval", "Schuster", "Sinclair",
    "Soler", "Tanaka", "Thorne", "Urbina", "Valdez", "Vermeer", "Wickham", "Winther", "Yilmaz", "Zielinski",
)  # fmt: skip

COUNTRIES = (
    Country(
        code="DE",
        street="{street} {number}",
        streets=("Lindenstraße", "Am Mühlbach", "Gartenweg", "Kirschallee", "Hafenstraße", "Alte Gasse"),
        towns=(("Leipzig", "042##"), ("Freiburg", "791##"), ("Bremen", "282##"), ("Köln", "506##")),
        details=("Hinterhaus", "3. Stock links", "c/o Werkstatt"),
    ),
    Country(
        code="FR",
        street="{number} {street}",
        streets=("rue des Tilleuls", "rue du Vieux Puits", "avenue des Acacias", "quai des Brumes", "impasse du Four"),
        towns=(("Nantes", "440##"), ("Lyon", "690##"), ("Lille", "590##"), ("Montpellier", "340##")),
        details=("Bâtiment B", "2e étage", "Appartement 12"),
    ),
    Country(
        code="NL",
        street="{street} {number}",
        streets=("Molenpad", "Wilgenlaan", "Kersenstraat", "Oude Haven", "Zonnebloemweg"),
        towns=(("Utrecht", "35## @@"), ("Groningen", "97## @@"), ("Haarlem", "20## @@")),
        details=("bovenwoning", "2 hoog"),
    ),
    Country(
        code="GB",
        street="{number} {street}",
        streets=("Orchard Lane", "Mill Street", "Quarry Road", "Kingfisher Close", "Chapel Hill", "Ropewalk"),
        towns=(("Bristol", "BS# #@@"), ("Leeds", "LS# #@@"), ("Norwich", "NR# #@@"), ("Cardiff", "CF## #@@")),
        details=("Flat 2", "Flat 5", "The Old Bakery", "First floor"),
    ),
    Country(
        code="IE",
        street="{number} {street}",
        streets=("Harbour Row", "Strand Road", "Barrack Street", "Meadow Vale"),
        towns=(("Galway", "H91 @#@#"), ("Cork", "T12 @#@#"), ("Dublin", "D08 @#@#")),
        details=("Apartment 4", "Unit 3"),
    ),
    Country(
        code="ES",
        street="{street}, {number}",
        streets=("Calle del Olivo", "Calle de la Fuente", "Avenida de los Pinos", "Paseo del Río"),
        towns=(("Valencia", "460##"), ("Bilbao", "480##"), ("Granada", "180##")),
        details=("3º izquierda", "Bajo B", "Escalera 2"),
    ),
    Country(
        code="SE",
        street="{street} {number}",
        streets=("Björkvägen", "Sjögatan", "Kvarngatan", "Ängsstigen"),
        towns=(("Uppsala", "75# ##"), ("Malmö", "21# ##"), ("Göteborg", "41# ##")),
        details=("lgh 1102", "lgh 1203"),
    ),
    Country(
        code="US",
        street="{number} {street}",
        streets=("Cedar Street", "Willow Avenue", "Old Ferry Road", "Juniper Court", "Foundry Street"),
        towns=(
            ("Portland, OR", "972##"),
            ("Madison, WI", "537##"),
            ("Asheville, NC", "288##"),
            ("Burlington, VT", "054##"),
        ),
        details=("Apt 3B", "Suite 210", "Unit 7"),
    ),
)

VENDORS = (
    VendorWords(
        name="Harbour & Pine",
        currency="EUR",
        departments=("Kitchen",),
        about="Tools for people who cook every day. We started with one cutting board and still oil each one by hand.",
    ),
    VendorWords(
        name="Tallow Street",
        currency="GBP",
        departments=("Home",),
        about="Candles, lamps and soft things, made in a former chandlery by nine people and a dog.",
    ),
    VendorWords(
        name="Greenhand Nursery",
        currency="EUR",
        departments=("Garden",),
        about="We grow our own seed on four hectares and sell the tools that we use on them.",
    ),
    VendorWords(
        name="Paper Heron",
        currency="GBP",
        departments=("Books & Paper",),
        about="A small press with a bindery in the back room. Every book is read by all of us before it is printed.",
    ),
    VendorWords(
        name="Vinterull",
        currency="EUR",
        departments=("Clothing",),
        about="Knitwear from wool that can be traced to the farm. If a seam opens we mend it, at any age.",
    ),
    VendorWords(
        name="Long Way Outfitters",
        currency="USD",
        departments=("Outdoors",),
        about="Gear for slow journeys. We carry everything ourselves for a season before we sell it.",
    ),
    VendorWords(
        name="Bean & Bark",
        currency="EUR",
        departments=("Food & Drink",),
        about="Coffee, chocolate and spice, bought from growers whom we visit and roasted twice a week.",
    ),
    VendorWords(
        name="Little Alder Toys",
        currency="EUR",
        departments=("Toys & Games",),
        about="Toys and games that survive brothers and sisters. Spare parts are free, just write to us.",
    ),
    VendorWords(
        name="Copper Gannet",
        currency="GBP",
        departments=("Kitchen", "Food & Drink"),
        about="Everything around the first cup of the day, and a few things for the second one.",
    ),
    VendorWords(
        name="Kilnhouse Row",
        currency="EUR",
        departments=("Home", "Kitchen"),
        about="Five workshops under one roof: clay, glass, wood, wax and cloth.",
    ),
    VendorWords(
        name="Inkwell Yard",
        currency="USD",
        departments=("Books & Paper", "Toys & Games"),
        about="Stationery and quiet games for long evenings, packed without plastic.",
    ),
    VendorWords(
        name="Fern & Furrow",
        currency="EUR",
        departments=("Garden", "Outdoors"),
        about="For gardens, balconies and the woods behind them. Our catalogue follows the seasons.",
    ),
)

TOWNS = ("Antwerp", "Bergen", "Bologna", "Coimbra", "Gdynia", "Ghent", "Graz", "Lund", "Porto", "Riga", "Turku", "York")
"""Where further branches of a vendor are."""

EDITIONS = ("Outlet", "Gifts", "Vintage", "Made to Order", "Travel Size", "Second Hand", "Bulk", "Limited", "Studio")
"""Further trees of categories, and further tags, are told apart by these."""

TAGS = (
    "bestseller", "gift idea", "handmade", "small batch", "limited edition", "new in", "fair trade", "repairable",
    "plastic free", "everyday", "seasonal", "award winner", "under the weather", "clearance",
)  # fmt: skip

LINES = (
    "Alder", "Anchor", "Aurora", "Bramble", "Brook", "Cinder", "Clover", "Coast", "Copperfield", "Dawn", "Drift",
    "Ember", "Fallow", "Fern", "Fjord", "Foxglove", "Glen", "Granary", "Halcyon", "Harvest", "Heath", "Hollow",
    "Juniper", "Kestrel", "Lantern", "Larch", "Linden", "Marsh", "Meadow", "Mistral", "Moorland", "Orchard", "Osprey",
    "Pebble", "Quarry", "Rowan", "Saltmarsh", "Solstice", "Thicket", "Tidewater", "Umber", "Wren",
)  # fmt: skip
"""Names of product lines."""

NOTES = (
    "Please leave it with the neighbour on the ground floor.",
    "This is a present, so no invoice in the parcel, please.",
    "The bell is broken; call when you are at the gate.",
    "No hurry, but everything in one parcel if you can.",
    "Please use as little packaging as possible.",
)
