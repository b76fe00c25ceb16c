"""The shop: vendors, the catalogue, reviews, addresses and orders."""

from tortoise import BaseDBAsyncClient

from twofold.migrate import run
from twofold.sql import DIALECTS
from twofold.sql.search import SearchIndex

RUN_IN_TRANSACTION = False

SQLITE_TABLES = [
    """
    CREATE TABLE addresses (
        id CHAR(36) NOT NULL PRIMARY KEY,
        user_id CHAR(36) NOT NULL,
        recipient VARCHAR(100) NOT NULL,
        line1 VARCHAR(200) NOT NULL,
        line2 VARCHAR(200) NOT NULL,
        postal_code VARCHAR(20) NOT NULL,
        city VARCHAR(100) NOT NULL,
        country VARCHAR(2) NOT NULL,
        created_at TIMESTAMP NOT NULL,
        CONSTRAINT fk_addresses_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
        CONSTRAINT ck_addresses_country CHECK (length(country) = 2)
    )
    """,
    """
    CREATE TABLE vendors (
        id CHAR(36) NOT NULL PRIMARY KEY,
        name VARCHAR(100) NOT NULL,
        slug VARCHAR(100) NOT NULL,
        about TEXT NOT NULL,
        created_at TIMESTAMP NOT NULL,
        CONSTRAINT uq_vendors_slug UNIQUE (slug)
    )
    """,
    """
    CREATE TABLE memberships (
        id CHAR(36) NOT NULL PRIMARY KEY,
        vendor_id CHAR(36) NOT NULL,
        user_id CHAR(36) NOT NULL,
        role VARCHAR(10) NOT NULL,
        created_at TIMESTAMP NOT NULL,
        CONSTRAINT uq_memberships_vendor_id_user_id UNIQUE (vendor_id, user_id),
        CONSTRAINT fk_memberships_vendor_id FOREIGN KEY (vendor_id) REFERENCES vendors (id) ON DELETE CASCADE,
        CONSTRAINT fk_memberships_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
        CONSTRAINT ck_memberships_role CHECK (role IN ('owner', 'staff'))
    )
    """,
    """
    CREATE TABLE categories (
        id CHAR(36) NOT NULL PRIMARY KEY,
        parent_id CHAR(36),
        name VARCHAR(100) NOT NULL,
        slug VARCHAR(100) NOT NULL,
        position INT NOT NULL,
        CONSTRAINT uq_categories_slug UNIQUE (slug),
        CONSTRAINT fk_categories_parent_id FOREIGN KEY (parent_id) REFERENCES categories (id) ON DELETE RESTRICT,
        CONSTRAINT ck_categories_parent_id CHECK (parent_id <> id)
    )
    """,
    """
    CREATE TABLE tags (
        id CHAR(36) NOT NULL PRIMARY KEY,
        name VARCHAR(50) NOT NULL,
        CONSTRAINT uq_tags_name UNIQUE (name)
    )
    """,
    """
    CREATE TABLE products (
        id CHAR(36) NOT NULL PRIMARY KEY,
        vendor_id CHAR(36) NOT NULL,
        category_id CHAR(36) NOT NULL,
        name VARCHAR(200) NOT NULL,
        slug VARCHAR(200) NOT NULL,
        description TEXT NOT NULL,
        price BIGINT NOT NULL,
        cost_price BIGINT,
        currency VARCHAR(3) NOT NULL,
        stock INT NOT NULL,
        status VARCHAR(10) NOT NULL,
        created_at TIMESTAMP NOT NULL,
        updated_at TIMESTAMP NOT NULL,
        CONSTRAINT uq_products_slug UNIQUE (slug),
        CONSTRAINT fk_products_vendor_id FOREIGN KEY (vendor_id) REFERENCES vendors (id) ON DELETE RESTRICT,
        CONSTRAINT fk_products_category_id FOREIGN KEY (category_id) REFERENCES categories (id) ON DELETE RESTRICT,
        CONSTRAINT ck_products_price CHECK (price >= 0),
        CONSTRAINT ck_products_cost_price CHECK (cost_price >= 0),
        CONSTRAINT ck_products_currency CHECK (length(currency) = 3),
        CONSTRAINT ck_products_stock CHECK (stock >= 0),
        CONSTRAINT ck_products_status CHECK (status IN ('draft', 'published', 'archived'))
    )
    """,
    """
    CREATE TABLE product_tags (
        product_id CHAR(36) NOT NULL,
        tag_id CHAR(36) NOT NULL,
        CONSTRAINT pk_product_tags PRIMARY KEY (product_id, tag_id),
        CONSTRAINT fk_product_tags_product_id FOREIGN KEY (product_id) REFERENCES products (id) ON DELETE CASCADE,
        CONSTRAINT fk_product_tags_tag_id FOREIGN KEY (tag_id) REFERENCES tags (id) ON DELETE CASCADE
    )
    """,
    """
    CREATE TABLE product_images (
        id CHAR(36) NOT NULL PRIMARY KEY,
        product_id CHAR(36) NOT NULL,
        url VARCHAR(500) NOT NULL,
        alt VARCHAR(200) NOT NULL,
        position INT NOT NULL,
        CONSTRAINT fk_product_images_product_id FOREIGN KEY (product_id) REFERENCES products (id) ON DELETE CASCADE
    )
    """,
    """
    CREATE TABLE reviews (
        id CHAR(36) NOT NULL PRIMARY KEY,
        product_id CHAR(36) NOT NULL,
        author_id CHAR(36) NOT NULL,
        rating SMALLINT NOT NULL,
        title VARCHAR(150) NOT NULL,
        body TEXT NOT NULL,
        status VARCHAR(10) NOT NULL,
        created_at TIMESTAMP NOT NULL,
        CONSTRAINT uq_reviews_product_id_author_id UNIQUE (product_id, author_id),
        CONSTRAINT fk_reviews_product_id FOREIGN KEY (product_id) REFERENCES products (id) ON DELETE CASCADE,
        CONSTRAINT fk_reviews_author_id FOREIGN KEY (author_id) REFERENCES users (id) ON DELETE CASCADE,
        CONSTRAINT ck_reviews_rating CHECK (rating BETWEEN 1 AND 5),
        CONSTRAINT ck_reviews_status CHECK (status IN ('pending', 'approved', 'rejected'))
    )
    """,
    """
    CREATE TABLE orders (
        id CHAR(36) NOT NULL PRIMARY KEY,
        buyer_id CHAR(36) NOT NULL,
        ship_to_id CHAR(36),
        status VARCHAR(10) NOT NULL,
        total BIGINT NOT NULL,
        currency VARCHAR(3) NOT NULL,
        note VARCHAR(500) NOT NULL,
        created_at TIMESTAMP NOT NULL,
        placed_at TIMESTAMP,
        CONSTRAINT fk_orders_buyer_id FOREIGN KEY (buyer_id) REFERENCES users (id) ON DELETE RESTRICT,
        CONSTRAINT fk_orders_ship_to_id FOREIGN KEY (ship_to_id) REFERENCES addresses (id) ON DELETE RESTRICT,
        CONSTRAINT ck_orders_status CHECK (status IN ('cart', 'placed', 'paid', 'shipped', 'delivered', 'cancelled', 'refunded')),
        CONSTRAINT ck_orders_total CHECK (total >= 0),
        CONSTRAINT ck_orders_currency CHECK (length(currency) = 3)
    )
    """,
    """
    CREATE TABLE order_lines (
        id CHAR(36) NOT NULL PRIMARY KEY,
        order_id CHAR(36) NOT NULL,
        product_id CHAR(36) NOT NULL,
        quantity INT NOT NULL,
        unit_price BIGINT NOT NULL,
        CONSTRAINT uq_order_lines_order_id_product_id UNIQUE (order_id, product_id),
        CONSTRAINT fk_order_lines_order_id FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE CASCADE,
        CONSTRAINT fk_order_lines_product_id FOREIGN KEY (product_id) REFERENCES products (id) ON DELETE RESTRICT,
        CONSTRAINT ck_order_lines_quantity CHECK (quantity > 0),
        CONSTRAINT ck_order_lines_unit_price CHECK (unit_price >= 0)
    )
    """,
    """
    CREATE TABLE audit_entries (
        id CHAR(36) NOT NULL PRIMARY KEY,
        at TIMESTAMP NOT NULL,
        actor_id CHAR(36),
        face VARCHAR(10) NOT NULL,
        request_id VARCHAR(64),
        resource VARCHAR(60) NOT NULL,
        action VARCHAR(30) NOT NULL,
        row_id VARCHAR(64) NOT NULL,
        changes JSON NOT NULL,
        vendor_id CHAR(36)
    )
    """,
]

POSTGRES_TABLES = [
    """
    CREATE TABLE addresses (
        id UUID NOT NULL PRIMARY KEY,
        user_id UUID NOT NULL,
        recipient VARCHAR(100) NOT NULL,
        line1 VARCHAR(200) NOT NULL,
        line2 VARCHAR(200) NOT NULL,
        postal_code VARCHAR(20) NOT NULL,
        city VARCHAR(100) NOT NULL,
        country VARCHAR(2) NOT NULL,
        created_at TIMESTAMPTZ NOT NULL,
        CONSTRAINT fk_addresses_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
        CONSTRAINT ck_addresses_country CHECK (length(country) = 2)
    )
    """,
    """
    CREATE TABLE vendors (
        id UUID NOT NULL PRIMARY KEY,
        name VARCHAR(100) NOT NULL,
        slug VARCHAR(100) NOT NULL,
        about TEXT NOT NULL,
        created_at TIMESTAMPTZ NOT NULL,
        CONSTRAINT uq_vendors_slug UNIQUE (slug)
    )
    """,
    """
    CREATE TABLE memberships (
        id UUID NOT NULL PRIMARY KEY,
        vendor_id UUID NOT NULL,
        user_id UUID NOT NULL,
        role VARCHAR(10) NOT NULL,
        created_at TIMESTAMPTZ NOT NULL,
        CONSTRAINT uq_memberships_vendor_id_user_id UNIQUE (vendor_id, user_id),
        CONSTRAINT fk_memberships_vendor_id FOREIGN KEY (vendor_id) REFERENCES vendors (id) ON DELETE CASCADE,
        CONSTRAINT fk_memberships_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
        CONSTRAINT ck_memberships_role CHECK (role IN ('owner', 'staff'))
    )
    """,
    """
    CREATE TABLE categories (
        id UUID NOT NULL PRIMARY KEY,
        parent_id UUID,
        name VARCHAR(100) NOT NULL,
        slug VARCHAR(100) NOT NULL,
        position INT NOT NULL,
        CONSTRAINT uq_categories_slug UNIQUE (slug),
        CONSTRAINT fk_categories_parent_id FOREIGN KEY (parent_id) REFERENCES categories (id) ON DELETE RESTRICT,
        CONSTRAINT ck_categories_parent_id CHECK (parent_id <> id)
    )
    """,
    """
    CREATE TABLE tags (
        id UUID NOT NULL PRIMARY KEY,
        name VARCHAR(50) NOT NULL,
        CONSTRAINT uq_tags_name UNIQUE (name)
    )
    """,
    """
    CREATE TABLE products (
        id UUID NOT NULL PRIMARY KEY,
        vendor_id UUID NOT NULL,
        category_id UUID NOT NULL,
        name VARCHAR(200) NOT NULL,
        slug VARCHAR(200) NOT NULL,
        description TEXT NOT NULL,
        price BIGINT NOT NULL,
        cost_price BIGINT,
        currency VARCHAR(3) NOT NULL,
        stock INT NOT NULL,
        status VARCHAR(10) NOT NULL,
        created_at TIMESTAMPTZ NOT NULL,
        updated_at TIMESTAMPTZ NOT NULL,
        CONSTRAINT uq_products_slug UNIQUE (slug),
        CONSTRAINT fk_products_vendor_id FOREIGN KEY (vendor_id) REFERENCES vendors (id) ON DELETE RESTRICT,
        CONSTRAINT fk_products_category_id FOREIGN KEY (category_id) REFERENCES categories (id) ON DELETE RESTRICT,
        CONSTRAINT ck_products_price CHECK (price >= 0),
        CONSTRAINT ck_products_cost_price CHECK (cost_price >= 0),
        CONSTRAINT ck_products_currency CHECK (length(currency) = 3),
        CONSTRAINT ck_products_stock CHECK (stock >= 0),
        CONSTRAINT ck_products_status CHECK (status IN ('draft', 'published', 'archived'))
    )
    """,
    """
    CREATE TABLE product_tags (
        product_id UUID NOT NULL,
        tag_id UUID NOT NULL,
        CONSTRAINT pk_product_tags PRIMARY KEY (product_id, tag_id),
        CONSTRAINT fk_product_tags_product_id FOREIGN KEY (product_id) REFERENCES products (id) ON DELETE CASCADE,
        CONSTRAINT fk_product_tags_tag_id FOREIGN KEY (tag_id) REFERENCES tags (id) ON DELETE CASCADE
    )
    """,
    """
    CREATE TABLE product_images (
        id UUID NOT NULL PRIMARY KEY,
        product_id UUID NOT NULL,
        url VARCHAR(500) NOT NULL,
        alt VARCHAR(200) NOT NULL,
        position INT NOT NULL,
        CONSTRAINT fk_product_images_product_id FOREIGN KEY (product_id) REFERENCES products (id) ON DELETE CASCADE
    )
    """,
    """
    CREATE TABLE reviews (
        id UUID NOT NULL PRIMARY KEY,
        product_id UUID NOT NULL,
        author_id UUID NOT NULL,
        rating SMALLINT NOT NULL,
        title VARCHAR(150) NOT NULL,
        body TEXT NOT NULL,
        status VARCHAR(10) NOT NULL,
        created_at TIMESTAMPTZ NOT NULL,
        CONSTRAINT uq_reviews_product_id_author_id UNIQUE (product_id, author_id),
        CONSTRAINT fk_reviews_product_id FOREIGN KEY (product_id) REFERENCES products (id) ON DELETE CASCADE,
        CONSTRAINT fk_reviews_author_id FOREIGN KEY (author_id) REFERENCES users (id) ON DELETE CASCADE,
        CONSTRAINT ck_reviews_rating CHECK (rating BETWEEN 1 AND 5),
        CONSTRAINT ck_reviews_status CHECK (status IN ('pending', 'approved', 'rejected'))
    )
    """,
    """
    CREATE TABLE orders (
        id UUID NOT NULL PRIMARY KEY,
        buyer_id UUID NOT NULL,
        ship_to_id UUID,
        status VARCHAR(10) NOT NULL,
        total BIGINT NOT NULL,
        currency VARCHAR(3) NOT NULL,
        note VARCHAR(500) NOT NULL,
        created_at TIMESTAMPTZ NOT NULL,
        placed_at TIMESTAMPTZ,
        CONSTRAINT fk_orders_buyer_id FOREIGN KEY (buyer_id) REFERENCES users (id) ON DELETE RESTRICT,
        CONSTRAINT fk_orders_ship_to_id FOREIGN KEY (ship_to_id) REFERENCES addresses (id) ON DELETE RESTRICT,
        CONSTRAINT ck_orders_status CHECK (status IN ('cart', 'placed', 'paid', 'shipped', 'delivered', 'cancelled', 'refunded')),
        CONSTRAINT ck_orders_total CHECK (total >= 0),
        CONSTRAINT ck_orders_currency CHECK (length(currency) = 3)
    )
    """,
    """
    CREATE TABLE order_lines (
        id UUID NOT NULL PRIMARY KEY,
        order_id UUID NOT NULL,
        product_id UUID NOT NULL,
        quantity INT NOT NULL,
        unit_price BIGINT NOT NULL,
        CONSTRAINT uq_order_lines_order_id_product_id UNIQUE (order_id, product_id),
        CONSTRAINT fk_order_lines_order_id FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE CASCADE,
        CONSTRAINT fk_order_lines_product_id FOREIGN KEY (product_id) REFERENCES products (id) ON DELETE RESTRICT,
        CONSTRAINT ck_order_lines_quantity CHECK (quantity > 0),
        CONSTRAINT ck_order_lines_unit_price CHECK (unit_price >= 0)
    )
    """,
    """
    CREATE TABLE audit_entries (
        id UUID NOT NULL PRIMARY KEY,
        at TIMESTAMPTZ NOT NULL,
        actor_id UUID,
        face VARCHAR(10) NOT NULL,
        request_id VARCHAR(64),
        resource VARCHAR(60) NOT NULL,
        action VARCHAR(30) NOT NULL,
        row_id VARCHAR(64) NOT NULL,
        changes JSONB NOT NULL,
        vendor_id UUID
    )
    """,
]

INDEXES = [
    "CREATE INDEX ix_addresses_user_id ON addresses (user_id)",
    "CREATE INDEX ix_memberships_user_id ON memberships (user_id)",
    "CREATE INDEX ix_categories_parent_id ON categories (parent_id)",
    "CREATE INDEX ix_products_vendor_id ON products (vendor_id)",
    "CREATE INDEX ix_products_category_id_created_at_id ON products (category_id, created_at, id)",
    "CREATE INDEX ix_products_status_created_at_id ON products (status, created_at, id)",
    "CREATE INDEX ix_product_tags_tag_id ON product_tags (tag_id)",
    "CREATE INDEX ix_product_images_product_id ON product_images (product_id)",
    "CREATE INDEX ix_reviews_author_id ON reviews (author_id)",
    "CREATE INDEX ix_reviews_product_id_created_at_id ON reviews (product_id, created_at, id)",
    "CREATE INDEX ix_orders_ship_to_id ON orders (ship_to_id)",
    "CREATE INDEX ix_orders_buyer_id_created_at_id ON orders (buyer_id, created_at, id)",
    "CREATE INDEX ix_order_lines_product_id ON order_lines (product_id)",
    "CREATE INDEX ix_audit_entries_vendor_id_at_id ON audit_entries (vendor_id, at, id)",
    "CREATE INDEX ix_audit_entries_at_id ON audit_entries (at, id)",
    "CREATE INDEX ix_audit_entries_resource_row_id_at ON audit_entries (resource, row_id, at)",
    "CREATE INDEX ix_audit_entries_actor_id_at_id ON audit_entries (actor_id, at, id)",
]

DROPS = [
    "DROP TABLE audit_entries",
    "DROP TABLE order_lines",
    "DROP TABLE orders",
    "DROP TABLE reviews",
    "DROP TABLE product_images",
    "DROP TABLE product_tags",
    "DROP TABLE products",
    "DROP TABLE tags",
    "DROP TABLE categories",
    "DROP TABLE memberships",
    "DROP TABLE vendors",
    "DROP TABLE addresses",
]

SEARCHES = [
    SearchIndex(table="vendors", key="id", columns=("name", "about")),
    SearchIndex(table="products", key="id", columns=("name", "description")),
    SearchIndex(table="reviews", key="id", columns=("title", "body")),
]
SEARCHES_UP = {dialect: [each for search in SEARCHES for each in search.up(dialect)] for dialect in DIALECTS}
SEARCHES_DOWN = {dialect: [each for search in SEARCHES for each in search.down(dialect)] for dialect in DIALECTS}

UP = {
    "sqlite": [*SQLITE_TABLES, *INDEXES, *SEARCHES_UP["sqlite"]],
    "postgres": [*POSTGRES_TABLES, *INDEXES, *SEARCHES_UP["postgres"]],
}
DOWN = {dialect: [*SEARCHES_DOWN[dialect], *DROPS] for dialect in DIALECTS}


async def upgrade(db: BaseDBAsyncClient | None) -> str:
    return await run(db, UP, __file__, "up")


async def downgrade(db: BaseDBAsyncClient | None) -> str:
    return await run(db, DOWN, __file__, "down")


MODELS_STATE = (
    "eJztXVtv2zgW/iuEX6YLpEHjXDrILhZwU3fGO0k8SNzpYJqBQEu0pY1MqhRV15jtf1+Suk"
    "uULPkWWaMXW6J4KOnj4eG5kfqr5zJC0YwSzE4HhkGR6/auwV89DBeIH6gun4AedJz0RVHI"
    "4NSWNNCviPyqU5dRqDN+YQZtF/EiA7k6tRxmESyqD4BDXAZtENABCwMIPBfRH9yobErI86"
    "lozyA6b9DC8/qkHra+eEhjZI6YiShv4POfvNjCBvqG3PDUedZmFrKNFAyWIRqQ5RpbObLs"
    "48fR+w+ypnisqaYT21vguLazYibBUXXPs4xTQSOuzRFGFDJkJGDBnm0HEIZF/hPzAkY9FD"
    "2qERcYaAY9W4Db+9fMw7rAFLAlmRHbOJWP655itNQs49/BUyYoNO1+PNEehxNN6+W6RTxN"
    "Bu6gSCdYdKmFmWSV7367MTY+A4kb3Pw8eHh1fvUPiQbvqDmVFyVyve+SEDLok0r8Y8Ap0i"
    "3HQj5npXG/MSFV454iysDPH3kT4MOCGPmYi0MgQ6j2AG5vAb9pNsJzZvLTszdvStD+bfAg"
    "Aee1JOKEDzt/QN4Hl/r+NYF8jLRtYXRWB+WIoIUI9ysh3C9BuK9GuF8X4f5hEe7tSzwcAF"
    "9/DuD4GagOyhmyVnJzJbBLsM5CrVtsVQfjsH4Lwd2LMNaJhxmtB3FM0mSUe6PHMTg/u7p6"
    "fQag7ZjwdT+nz1Xi6SosXczROcApEtBoUKFovOdXmLVABbinKDPQGwHpaXjQnI6ozu78BY"
    "0xtleBulkC/GR0N3ycDO5+FbdbuO4XW+I3mAzFFTmVLVaZ0ldXmV6KGgGfRpOfgTgFf4zv"
    "h1ntMao3+aMnngl6jGiYLDWu8PcizTgsDVFL9bqwELR6On2CZJeKfb6Pc5r9Hrt4c91dWE"
    "qzZ6XqLpDKI/uBm4rWHP+CVhLfEX8OiHXVzBuaLx+Ddo4S0rg0vj+Fy8i0TPITf3cD2Yj5"
    "gn7weDN4P+xJhKdQf15CamgFUBNqIOrmwX4X0H345QHZUL6CanqITPuxaKcC1sGLNEVCFW"
    "EtsSN9ksAshWb+0qK/yJZADOfylcS9xZ2SrhDPsNhQTrtFzpK4xslaf4moq3GzlVrVfSa6"
    "CfEcAWZCBlyyQFNirMACGkjlJSmvvN4v8rn3FWGDhAzrT3n8mFf7nDnjYoJ41B/YlCxjCr"
    "+uzhStdG6Xprhd6qtBnfpzfOrPDOq1LOWwfqPti09cdCFgMaDztwQWvgYcMHYC5hQ65hfe"
    "GqG81LUUErKauVfJ2isx9rKmB0UcD5cp9dAyH2eSaqMeadgsnsb56qICzlcXhTiLS1mc4x"
    "mpOsoxTZO5flOQqzDzVTEzX+WYGeqhllkV4piihQCfVwH4vBjg87y0iHSpyjwcUbQQ4N2L"
    "CV9HVhhT/3kc3xe4gGKSrAJk6Qz8D9iWy5oDtbDBAYK6CeQL+uaA/w7GNZiiGbdOAMQGgD"
    "OGaMVZsqQbBHApjSiE/9Xd4Pdsz9zcjt9lVR3RwLu8oCF1fTdJmi3Mg4bNm9tYADGeKcOu"
    "KqApog7RUneYZL4D+sOaiWnKRxM+QMohlhykKY/Y/RgMbiYjLksUjLsNsAl3zW9RYy1FNz"
    "Vii+Atdjnu26F2wxGfk2J3WnT9ZJ0zTfdr1vCkTSnnDxOQGZ8QEbceGbTJ3FP60cqqdtlF"
    "zRLJJyVuLvlfQ5UO67dQkd5LGNu1vXkdfMP6u8F3PTsfN7qc2S21tT3CrDDXxSowty28Nx"
    "PlTT2MezIMBeCC4DlwranNcXarOuvm4qFe988u3l78eH518SOvIh88Knlb0hGj+0kWY0gR"
    "VvvmiiVzimivavHRB4l9qHakvSW1g2OEdm2wOMVYKe3tYfg4eRjdTKrFi3XTsg3eVB73uh"
    "HjnUL+4ipzEN9JsCclhqezHYTWf/VbOkI94cWi63doMUXUNS2nV2AOJGqsNQgWUd3KFoHI"
    "zQBLk4Aloc8umBE+KQHfglJZBeuqKyyDzwnzVebL/NnZCg21FSixC2yFIfYWuVkq44K3D2"
    "w38LbhbFYT4R5Z8ie5BvLvCcsmrkHc0ouHSrsszWLo25um0GVptsbR37RRsxeb5mU80g2F"
    "dq1NU+yRjlJgs8LggFGUZoqAfWYV71ur93OMCxT6KAG5XJeP853Xq/GfRHSbYASm3orr51"
    "PizU0GgjIx2Z8AfoOFPOUa+0IEv32ezPuctm6sSoqtbDrovLTa0uXINskg4CKGeQrPQDWT"
    "IKY+oFGgQ8rq2gSC5hqI3yfs2FAXOSL+Pz+Hljjjv9xa4Ja1Iy4GB0/8QWzrK6KiLDp8wr"
    "qAw7ZFaXT4hPko9ziBIbI1/aNmWByMMGjn+/iOD/CVemRFFFkjA+nWAtqn7/3/hvjadzGG"
    "3o1+yjvOdY9ShPV6SxgTNAccFcOPD3UHhVjEeNE/e7tRCvF5lZzA4pTALItiwuoFMYP6rV"
    "tUflkpyHZZEmS7VKzE7VwOf0OXgz/BbdDpKcId9HkzgyZN7+IQk9I+TurZVdXmJE3nBslm"
    "e3DFj5s2NSFNU3XR8jLPkmS/Znk/GulTSg7TgjC5gnF35LFL7I92jBy7Ftz0gN0iC0Fsb7"
    "SrReu3vK0WMfTeY+sxaGWeuBDVCt44LerNSjv9+dkQcp8+DGQDJ8KNJtJpHWrpcgGnCQ2w"
    "NBEWx0voAseTFagyJXcHLSrj8yT0SAY36CL0jXXIffEgZsqNqQrzIZMkh8uH3KdNtuP8R/"
    "5eTJPjp5YTLE32Mp6wl1HulM4wX0LWEwhJms7UyKbl+sK4bl5uiqpLDCi1NaKJbwcqcdV9"
    "hRrKrGtV4uRYXR/CduJU0B1gu9PE0ibaG+lRW9ve2LcmHeJfoEcnuqdci06mGldRoZnJwf"
    "XXbodZpsBFtq2IWq+rXCUqHccr8zFpsaNTsN5u1QWuGyHYy/TkbtXbfvch7la97RPd5JPl"
    "QJ6gbwWWXoasBcHPsljM8PdJKgyT23EjCsXcju9/Cqtnt+HI6tx1rcDOAIz3c3Y3MaPTZF"
    "ujeDzBxC6l5EVTSriKqj/XcKNF9Ru7pvjFHGhHmCVoUDirnSYoia6B/HvCjje1LdeUuYLh"
    "4ROGVDetr6IwPNqE17tlRV2Oz06WFTnGhr2epux6vSm9rkj7ya3ozvgpqrodMmSdQ/7IVp"
    "UdvTu+sYvKmugyLl5Tpk4ACkf3juCtsSlGQ6XBWoQz8nCLLKBM9kiXC1S6IQm39JWb0264"
    "HclINNdWrCj6aqHlDsB6kA21CaYtg2KJ9VFwrgD4DuLVhIjfGlJzAudH5+8uEZcLwiWipo"
    "gIBu9JBetxI0K51RChsh+e0SoAOZCzUQ8FV9KxUWZSsSA1eSHsH2VUmpdrObi/V414+rKj"
    "POwZyZdKsU8tlm6VkggtnXkUiW04YZj/p0wNLKrXbdXZLPX3pCRo6VHFMsxiv29QvYUhy7"
    "2scoN2rQ8sB9VbEEQ7zGdpW7lN54u51Lvkv717G7oUtV2lqDVgx5XAfCnQ1GLjplxHS1hT"
    "65WzcbhFyg8uII6FhRbC1S+xLUqholaRRrlKI8Gv0ONsmN9I8XOmk7oEtebqehwccdMc6I"
    "8LaNuFk2ZM1eSVHL0zwAi4FLsqKjYYKp1Az/tvr6K5U5yUTZuPd4Pb2/zcySxWtI2lGtWI"
    "oIWq9NllpVDyZUks+TKn7olvquYBLk5MC+u3QJk+dEbaEeZWOAgbgZSqIzQCsmsQHDxhPl"
    "lT4udSBEdiE6X/Ip35myj5RxXlS5df0UXad55f4StidT/RliTqjLRjM3yPJHPhOC3fRoSO"
    "TjYwffNSYRt4/x47uKYEYdM8CiKEVeBOCKJb5b6EMCpVJcqzJDT4ROmcEs9xQ2eAC6BOie"
    "uC+EtvquBPXfIuJtQsUX1S4id42YVsDVpoVcmOLTFjfSs2NyvuTcBU+cDORjkEW8y3R5dH"
    "kHjXbC5BlJWRziNIz9XZXII4y2DbPIIoxaR0EgmSEAvmkThFsXwqCXbXrjqbiEXPiAIhAE"
    "0E4jb/Kc8ZwhAzf7qI5wksJhBkUX9XIRdMkS2+TMeIar7Z/Q26GambkY7CZOg+KHrk6MIp"
    "8RSWb7HvOiLonNe1ndedU7SY1dvlFK2hVyf9JIal4Iy6qcsD0cwQs9Z+oTPzWcft0Ep/T/"
    "LIRk0luLoPmh5009Xv/weT5ZPZ"
)
