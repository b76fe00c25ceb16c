"""A music shop: plain tables, a tree of employees, a table between playlists and tracks, amounts of money."""

from support.adopted.domain import Domain, Said

__all__ = ["MUSIC"]

TABLES = """
CREATE TABLE "Artist" ("ArtistId" {key}, "Name" VARCHAR(120) UNIQUE);
CREATE TABLE "Album" (
    "AlbumId" {key}, "Title" VARCHAR(160) NOT NULL, "ReleasedOn" DATE, "IsLive" BOOLEAN NOT NULL DEFAULT FALSE,
    "ArtistId" INTEGER NOT NULL REFERENCES "Artist" ("ArtistId") ON DELETE CASCADE,
    CONSTRAINT one_title UNIQUE ("ArtistId", "Title")
);
CREATE TABLE "Genre" ("GenreId" {key}, "Name" VARCHAR(20) NOT NULL);
CREATE TABLE "Track" (
    "TrackId" {key}, "Name" VARCHAR(200) NOT NULL, "AlbumId" INTEGER REFERENCES "Album" ("AlbumId"),
    "GenreId" INTEGER REFERENCES "Genre" ("GenreId") ON DELETE SET NULL, "Composer" TEXT,
    "Milliseconds" INTEGER NOT NULL,
    "Bytes" BIGINT, "UnitPrice" NUMERIC(10,2) NOT NULL DEFAULT 0.99, "Gain" {double}
);
CREATE TABLE "Playlist" ("PlaylistId" {key}, "Name" VARCHAR(120) NOT NULL);
CREATE TABLE "PlaylistTrack" (
    "PlaylistId" INTEGER NOT NULL REFERENCES "Playlist" ("PlaylistId"),
    "TrackId" INTEGER NOT NULL REFERENCES "Track" ("TrackId"), PRIMARY KEY ("PlaylistId", "TrackId")
);
CREATE TABLE "Employee" (
    "EmployeeId" {key}, "LastName" VARCHAR(20) NOT NULL, "ReportsTo" INTEGER REFERENCES "Employee" ("EmployeeId"),
    "HireDate" {moment}
);
CREATE TABLE "Customer" (
    "CustomerId" {key}, "Email" VARCHAR(60) NOT NULL UNIQUE,
    "SupportRepId" INTEGER REFERENCES "Employee" ("EmployeeId"),
    "InvitedBy" INTEGER REFERENCES "Customer" ("CustomerId")
);
CREATE TABLE "Invoice" (
    "InvoiceId" {key}, "CustomerId" INTEGER NOT NULL REFERENCES "Customer" ("CustomerId"),
    "InvoiceDate" {moment} NOT NULL,
    "Total" NUMERIC(10,2) NOT NULL, "PaidTo" INTEGER REFERENCES "Employee" ("EmployeeId"),
    "SoldBy" INTEGER REFERENCES "Employee" ("EmployeeId")
);
CREATE TABLE "Profile" (
    "ArtistId" INTEGER NOT NULL PRIMARY KEY REFERENCES "Artist" ("ArtistId"), "About" TEXT NOT NULL DEFAULT ''
)"""
FORMS = {
    "sqlite": {"key": "INTEGER PRIMARY KEY AUTOINCREMENT", "double": "REAL", "moment": "DATETIME"},
    "postgres": {"key": "SERIAL PRIMARY KEY", "double": "DOUBLE PRECISION", "moment": "TIMESTAMP"},
}
KEYS = {"Artist": "ArtistId", "Album": "AlbumId", "Genre": "GenreId", "Track": "TrackId", "Playlist": "PlaylistId",
        "Employee": "EmployeeId", "Customer": "CustomerId", "Invoice": "InvoiceId"}  # fmt: skip


def moment(day: str, time: str) -> Said:
    return Said(f"{day} {time}", sqlite=f"{day} {time}", postgres=f"{day}T{time}Z")


MUSIC = Domain(
    name="music",
    tables={
        "sqlite": TABLES.format(**FORMS["sqlite"]).split(";"),
        "postgres": TABLES.format(**FORMS["postgres"]).split(";"),
    },
    after={"postgres": [
        f"""SELECT setval(pg_get_serial_sequence('"{table}"', '{key}'), (SELECT max("{key}") FROM "{table}"))"""
        for table, key in KEYS.items()
    ]},
    rows={
        '"Artist"': (['"ArtistId"', '"Name"'], [(1, "Ana"), (2, "Bø & the 'B's"), (3, None)]),
        '"Profile"': (['"ArtistId"', '"About"'], [(1, "Sings."), (3, "")]),
        '"Album"': (
            ['"AlbumId"', '"Title"', '"ReleasedOn"', '"IsLive"', '"ArtistId"'],
            [(1, "One", "2019-12-31", True, 1), (2, "Two", None, False, 1), (3, "One", "2001-02-03", False, 2)],
        ),
        '"Genre"': (['"GenreId"', '"Name"'], [(1, "Rock"), (2, "Jazz")]),
        '"Track"': (
            ['"TrackId"', '"Name"', '"AlbumId"', '"GenreId"', '"Composer"', '"Milliseconds"', '"Bytes"', '"UnitPrice"',
             '"Gain"'],
            [
                (1, "Alpha", 1, 1, "Ana", 180000, 5000000000, "0.99", 0.5),
                (2, "Beta", 1, 2, None, 200000, None, "1.10", None),
                (3, "Gamma", 2, None, "Ana & Bo", 90000, 12, "0.00", -3.25),
                (4, "Delta", None, 1, "", 180000, 7, "12345678.90", 0.0),
            ],
        ),
        '"Playlist"': (['"PlaylistId"', '"Name"'], [(1, "Morning"), (2, "Evening"), (3, "Empty")]),
        '"PlaylistTrack"': (['"PlaylistId"', '"TrackId"'], [(1, 1), (1, 3), (2, 1)]),
        '"Employee"': (
            ['"EmployeeId"', '"LastName"', '"ReportsTo"', '"HireDate"'],
            [(1, "Boss", None, moment("2001-01-01", "09:00:00")), (2, "Left", 1, moment("2002-03-04", "00:00:00")),
             (3, "Right", 1, None), (4, "Below", 3, moment("2010-10-10", "10:10:10"))],
        ),
        '"Customer"': (
            ['"CustomerId"', '"Email"', '"SupportRepId"', '"InvitedBy"'],
            [(1, "a@example.com", 2, None), (2, "b@example.com", None, 1), (3, "c@example.com", 2, 1)],
        ),
        '"Invoice"': (
            ['"InvoiceId"', '"CustomerId"', '"InvoiceDate"', '"Total"', '"PaidTo"', '"SoldBy"'],
            [(1, 1, moment("2020-01-01", "00:00:01"), "1.98", 3, 2),
             (2, 1, moment("2020-02-01", "12:00:00"), "0.99", None, 2),
             (3, 3, moment("2021-01-01", "23:59:59"), "13.86", 3, None)],
        ),
    },
    writes={
        "albums": ({"title": "New", "artist_id": 3, "released_on": "2024-02-29"}, {"title": "Newer", "is_live": True}),
        "tracks": (
            {"name": "Epsilon", "album_id": 2, "milliseconds": 1, "unit_price": "1.23", "playlist_ids": [2, 3]},
            {"genre_id": 2, "unit_price": "0.10", "bytes": 6000000000, "playlist_ids": []},
        ),
        "employees": ({"last_name": "New", "reports_to_id": 2, "hire_date": moment("2024-01-01", "01:02:03")},
                      {"reports_to_id": None, "hire_date": None}),
    },
    served={
        "artists": ('"Artist"', {"id": 0, "name": 1}),
        "profiles": ('"Profile"', {"artist_id": 0, "about": 1}),
        "albums": ('"Album"', {"id": 0, "title": 1, "released_on": 2, "is_live": 3, "artist_id": 4}),
        "genres": ('"Genre"', {"id": 0, "name": 1}),
        "tracks": ('"Track"', {"id": 0, "name": 1, "album_id": 2, "genre_id": 3, "composer": 4, "milliseconds": 5,
                               "bytes": 6, "unit_price": 7, "gain": 8}),
        "playlists": ('"Playlist"', {"id": 0, "name": 1}),
        "employees": ('"Employee"', {"id": 0, "last_name": 1, "reports_to_id": 2, "hire_date": 3}),
        "customers": ('"Customer"', {"id": 0, "email": 1, "support_rep_id": 2, "invited_by_id": 3}),
        "invoices": ('"Invoice"', {"id": 0, "customer_id": 1, "invoice_date": 2, "total": 3, "paid_to_id": 4,
                                   "sold_by_id": 5}),
    },
)  # fmt: skip
