"""Comments and defaults."""

from tortoise import BaseDBAsyncClient

from twofold.migrate import Rebuild, run

RUN_IN_TRANSACTION = False

UP = {
    "sqlite": [
        Rebuild(
            table="addresses",
            create="""CREATE TABLE addresses (
                id CHAR(36) NOT NULL PRIMARY KEY,
                user_id CHAR(36) NOT NULL,
                recipient VARCHAR(100) NOT NULL,
                line1 VARCHAR(200) NOT NULL,
                line2 VARCHAR(200) NOT NULL,
                postal_code VARCHAR(20) NOT NULL,
                city VARCHAR(100) NOT NULL,
                country VARCHAR(2) NOT NULL,
                created_at TIMESTAMP NOT NULL,
                version INT NOT NULL,
                CONSTRAINT fk_addresses_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
                CONSTRAINT ck_addresses_country CHECK (length(country) = 2)
            )""",
        ),
        Rebuild(
            table="categories",
            create="""CREATE TABLE categories (
                id CHAR(36) NOT NULL PRIMARY KEY,
                parent_id CHAR(36),
                name VARCHAR(100) NOT NULL,
                slug VARCHAR(100) NOT NULL,
                position INT NOT NULL,
                version INT NOT NULL,
                CONSTRAINT uq_categories_slug UNIQUE (slug),
                CONSTRAINT fk_categories_parent_id FOREIGN KEY (parent_id) REFERENCES categories (id) ON DELETE RESTRICT,
                CONSTRAINT ck_categories_parent_id CHECK (parent_id <> id)
            )""",
        ),
        Rebuild(
            table="orders",
            create="""CREATE TABLE orders (
                id CHAR(36) NOT NULL PRIMARY KEY,
                buyer_id CHAR(36) NOT NULL,
                ship_to_id CHAR(36),
                status VARCHAR(10) NOT NULL,
                total BIGINT NOT NULL,
                currency VARCHAR(3) NOT NULL,
                note VARCHAR(500) NOT NULL,
                created_at TIMESTAMP NOT NULL,
                placed_at TIMESTAMP,
                version INT NOT NULL,
                CONSTRAINT fk_orders_buyer_id FOREIGN KEY (buyer_id) REFERENCES users (id) ON DELETE RESTRICT,
                CONSTRAINT fk_orders_ship_to_id FOREIGN KEY (ship_to_id) REFERENCES addresses (id) ON DELETE RESTRICT,
                CONSTRAINT ck_orders_status CHECK (status IN ('cart', 'placed', 'paid', 'shipped', 'delivered', 'cancelled', 'refunded')),
                CONSTRAINT ck_orders_total CHECK (total >= 0),
                CONSTRAINT ck_orders_currency CHECK (length(currency) = 3)
            )""",
        ),
        Rebuild(
            table="order_lines",
            create="""CREATE TABLE order_lines (
                id CHAR(36) NOT NULL PRIMARY KEY,
                order_id CHAR(36) NOT NULL,
                product_id CHAR(36) NOT NULL,
                product_name VARCHAR(200) NOT NULL,
                quantity INT NOT NULL,
                unit_price BIGINT NOT NULL,
                shipped_at TIMESTAMP,
                CONSTRAINT uq_order_lines_order_id_product_id UNIQUE (order_id, product_id),
                CONSTRAINT fk_order_lines_order_id FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE CASCADE,
                CONSTRAINT fk_order_lines_product_id FOREIGN KEY (product_id) REFERENCES products (id) ON DELETE RESTRICT,
                CONSTRAINT ck_order_lines_quantity CHECK (quantity > 0),
                CONSTRAINT ck_order_lines_unit_price CHECK (unit_price >= 0)
            )""",
        ),
        Rebuild(
            table="products",
            create="""CREATE TABLE products (
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
                deleted_at TIMESTAMP,
                version INT NOT NULL,
                CONSTRAINT uq_products_slug UNIQUE (slug),
                CONSTRAINT fk_products_vendor_id FOREIGN KEY (vendor_id) REFERENCES vendors (id) ON DELETE RESTRICT,
                CONSTRAINT fk_products_category_id FOREIGN KEY (category_id) REFERENCES categories (id) ON DELETE RESTRICT,
                CONSTRAINT ck_products_status CHECK (status IN ('draft', 'published', 'archived')),
                CONSTRAINT ck_products_price CHECK (price >= 0),
                CONSTRAINT ck_products_cost_price CHECK (cost_price >= 0),
                CONSTRAINT ck_products_currency CHECK (length(currency) = 3),
                CONSTRAINT ck_products_stock CHECK (stock >= 0)
            )""",
        ),
        Rebuild(
            table="reviews",
            create="""CREATE TABLE reviews (
                id CHAR(36) NOT NULL PRIMARY KEY,
                product_id CHAR(36) NOT NULL,
                author_id CHAR(36) NOT NULL,
                rating SMALLINT NOT NULL,
                title VARCHAR(150) NOT NULL,
                body TEXT NOT NULL,
                status VARCHAR(10) NOT NULL,
                created_at TIMESTAMP NOT NULL,
                version INT NOT NULL,
                CONSTRAINT uq_reviews_product_id_author_id UNIQUE (product_id, author_id),
                CONSTRAINT fk_reviews_product_id FOREIGN KEY (product_id) REFERENCES products (id) ON DELETE CASCADE,
                CONSTRAINT fk_reviews_author_id FOREIGN KEY (author_id) REFERENCES users (id) ON DELETE CASCADE,
                CONSTRAINT ck_reviews_status CHECK (status IN ('pending', 'approved', 'rejected')),
                CONSTRAINT ck_reviews_rating CHECK (rating BETWEEN 1 AND 5)
            )""",
        ),
        Rebuild(
            table="vendors",
            create="""CREATE TABLE vendors (
                id CHAR(36) NOT NULL PRIMARY KEY,
                name VARCHAR(100) NOT NULL,
                slug VARCHAR(100) NOT NULL,
                about TEXT NOT NULL,
                created_at TIMESTAMP NOT NULL,
                version INT NOT NULL,
                CONSTRAINT uq_vendors_slug UNIQUE (slug)
            )""",
        ),
    ],
    "postgres": [
        "ALTER TABLE addresses ALTER COLUMN version DROP DEFAULT",
        "COMMENT ON TABLE addresses IS 'A postal address in a user''s address book.'",
        "COMMENT ON COLUMN addresses.country IS 'ISO 3166-1 alpha-2.'",
        "COMMENT ON COLUMN addresses.version IS 'Counts the changes; send it back to change only what you have seen.'",
        "COMMENT ON TABLE audit_entries IS 'A change that somebody made.'",
        "COMMENT ON COLUMN audit_entries.face IS 'Where it came in: rest, graphql, or inside.'",
        "COMMENT ON COLUMN audit_entries.changes IS 'For each field that changed: before and after.'",
        "ALTER TABLE categories ALTER COLUMN version DROP DEFAULT",
        "COMMENT ON TABLE categories IS 'A branch of the catalogue.'",
        "COMMENT ON COLUMN categories.position IS 'Order among siblings.'",
        "COMMENT ON COLUMN categories.version IS 'Counts the changes; send it back to change only what you have seen.'",
        "COMMENT ON TABLE memberships IS 'A user who works for a vendor.'",
        "ALTER TABLE orders ALTER COLUMN version DROP DEFAULT",
        "COMMENT ON TABLE orders IS 'What one buyer bought at one time, from one or more vendors.'",
        "COMMENT ON COLUMN orders.currency IS 'ISO 4217.'",
        "COMMENT ON COLUMN orders.version IS 'Counts the changes; send it back to change only what you have seen.'",
        "ALTER TABLE order_lines ALTER COLUMN product_name DROP DEFAULT",
        "COMMENT ON TABLE order_lines IS 'A product in an order, by the name and at the price it had when it was put there.'",
        "COMMENT ON COLUMN order_lines.product_name IS 'What the product was called then.'",
        "COMMENT ON TABLE payments IS 'What is to be paid for an order, or was.'",
        "COMMENT ON COLUMN payments.reference IS 'What the provider knows the payment by.'",
        "COMMENT ON COLUMN payments.currency IS 'ISO 4217.'",
        "COMMENT ON COLUMN payments.version IS 'Counts the changes; send it back to change only what you have seen.'",
        "ALTER TABLE products ALTER COLUMN version DROP DEFAULT",
        "COMMENT ON TABLE products IS 'A thing that a vendor sells.'",
        "COMMENT ON COLUMN products.currency IS 'ISO 4217.'",
        "COMMENT ON COLUMN products.deleted_at IS 'Orders need it still, but nobody sees it any more.'",
        "COMMENT ON COLUMN products.version IS 'Counts the changes; send it back to change only what you have seen.'",
        "COMMENT ON TABLE product_images IS 'A picture of a product.'",
        "ALTER TABLE reviews ALTER COLUMN version DROP DEFAULT",
        "COMMENT ON TABLE reviews IS 'One buyer''s opinion of one product.'",
        "COMMENT ON COLUMN reviews.rating IS '1 to 5 stars.'",
        "COMMENT ON COLUMN reviews.version IS 'Counts the changes; send it back to change only what you have seen.'",
        "COMMENT ON TABLE tags IS 'A word that groups products across categories.'",
        "ALTER TABLE vendors ALTER COLUMN version DROP DEFAULT",
        "COMMENT ON TABLE vendors IS 'A seller on the storefront; the tenant that products and their orders belong to.'",
        "COMMENT ON COLUMN vendors.version IS 'Counts the changes; send it back to change only what you have seen.'",
    ],
}
DOWN = {
    "sqlite": [
        Rebuild(
            table="addresses",
            create="""CREATE TABLE addresses (
                id CHAR(36) NOT NULL PRIMARY KEY,
                user_id CHAR(36) NOT NULL,
                recipient VARCHAR(100) NOT NULL,
                line1 VARCHAR(200) NOT NULL,
                line2 VARCHAR(200) NOT NULL,
                postal_code VARCHAR(20) NOT NULL,
                city VARCHAR(100) NOT NULL,
                country VARCHAR(2) NOT NULL,
                created_at TIMESTAMP NOT NULL,
                version INT NOT NULL DEFAULT 1,
                CONSTRAINT fk_addresses_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
                CONSTRAINT ck_addresses_country CHECK (length(country) = 2)
            )""",
        ),
        Rebuild(
            table="categories",
            create="""CREATE TABLE categories (
                id CHAR(36) NOT NULL PRIMARY KEY,
                parent_id CHAR(36),
                name VARCHAR(100) NOT NULL,
                slug VARCHAR(100) NOT NULL,
                position INT NOT NULL,
                version INT NOT NULL DEFAULT 1,
                CONSTRAINT uq_categories_slug UNIQUE (slug),
                CONSTRAINT fk_categories_parent_id FOREIGN KEY (parent_id) REFERENCES categories (id) ON DELETE RESTRICT,
                CONSTRAINT ck_categories_parent_id CHECK (parent_id <> id)
            )""",
        ),
        Rebuild(
            table="orders",
            create="""CREATE TABLE orders (
                id CHAR(36) NOT NULL PRIMARY KEY,
                buyer_id CHAR(36) NOT NULL,
                ship_to_id CHAR(36),
                status VARCHAR(10) NOT NULL,
                total BIGINT NOT NULL,
                currency VARCHAR(3) NOT NULL,
                note VARCHAR(500) NOT NULL,
                created_at TIMESTAMP NOT NULL,
                placed_at TIMESTAMP,
                version INT NOT NULL DEFAULT 1,
                CONSTRAINT fk_orders_buyer_id FOREIGN KEY (buyer_id) REFERENCES users (id) ON DELETE RESTRICT,
                CONSTRAINT fk_orders_ship_to_id FOREIGN KEY (ship_to_id) REFERENCES addresses (id) ON DELETE RESTRICT,
                CONSTRAINT ck_orders_status CHECK (status IN ('cart', 'placed', 'paid', 'shipped', 'delivered', 'cancelled', 'refunded')),
                CONSTRAINT ck_orders_total CHECK (total >= 0),
                CONSTRAINT ck_orders_currency CHECK (length(currency) = 3)
            )""",
        ),
        Rebuild(
            table="order_lines",
            create="""CREATE TABLE order_lines (
                id CHAR(36) NOT NULL PRIMARY KEY,
                order_id CHAR(36) NOT NULL,
                product_id CHAR(36) NOT NULL,
                product_name VARCHAR(200) NOT NULL DEFAULT '',
                quantity INT NOT NULL,
                unit_price BIGINT NOT NULL,
                shipped_at TIMESTAMP,
                CONSTRAINT uq_order_lines_order_id_product_id UNIQUE (order_id, product_id),
                CONSTRAINT fk_order_lines_order_id FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE CASCADE,
                CONSTRAINT fk_order_lines_product_id FOREIGN KEY (product_id) REFERENCES products (id) ON DELETE RESTRICT,
                CONSTRAINT ck_order_lines_quantity CHECK (quantity > 0),
                CONSTRAINT ck_order_lines_unit_price CHECK (unit_price >= 0)
            )""",
        ),
        Rebuild(
            table="products",
            create="""CREATE TABLE products (
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
                deleted_at TIMESTAMP,
                version INT NOT NULL DEFAULT 1,
                CONSTRAINT uq_products_slug UNIQUE (slug),
                CONSTRAINT fk_products_vendor_id FOREIGN KEY (vendor_id) REFERENCES vendors (id) ON DELETE RESTRICT,
                CONSTRAINT fk_products_category_id FOREIGN KEY (category_id) REFERENCES categories (id) ON DELETE RESTRICT,
                CONSTRAINT ck_products_status CHECK (status IN ('draft', 'published', 'archived')),
                CONSTRAINT ck_products_price CHECK (price >= 0),
                CONSTRAINT ck_products_cost_price CHECK (cost_price >= 0),
                CONSTRAINT ck_products_currency CHECK (length(currency) = 3),
                CONSTRAINT ck_products_stock CHECK (stock >= 0)
            )""",
        ),
        Rebuild(
            table="reviews",
            create="""CREATE TABLE reviews (
                id CHAR(36) NOT NULL PRIMARY KEY,
                product_id CHAR(36) NOT NULL,
                author_id CHAR(36) NOT NULL,
                rating SMALLINT NOT NULL,
                title VARCHAR(150) NOT NULL,
                body TEXT NOT NULL,
                status VARCHAR(10) NOT NULL,
                created_at TIMESTAMP NOT NULL,
                version INT NOT NULL DEFAULT 1,
                CONSTRAINT uq_reviews_product_id_author_id UNIQUE (product_id, author_id),
                CONSTRAINT fk_reviews_product_id FOREIGN KEY (product_id) REFERENCES products (id) ON DELETE CASCADE,
                CONSTRAINT fk_reviews_author_id FOREIGN KEY (author_id) REFERENCES users (id) ON DELETE CASCADE,
                CONSTRAINT ck_reviews_status CHECK (status IN ('pending', 'approved', 'rejected')),
                CONSTRAINT ck_reviews_rating CHECK (rating BETWEEN 1 AND 5)
            )""",
        ),
        Rebuild(
            table="vendors",
            create="""CREATE TABLE vendors (
                id CHAR(36) NOT NULL PRIMARY KEY,
                name VARCHAR(100) NOT NULL,
                slug VARCHAR(100) NOT NULL,
                about TEXT NOT NULL,
                created_at TIMESTAMP NOT NULL,
                version INT NOT NULL DEFAULT 1,
                CONSTRAINT uq_vendors_slug UNIQUE (slug)
            )""",
        ),
    ],
    "postgres": [
        "ALTER TABLE addresses ALTER COLUMN version SET DEFAULT 1",
        "COMMENT ON TABLE addresses IS NULL",
        "COMMENT ON COLUMN addresses.country IS NULL",
        "COMMENT ON COLUMN addresses.version IS NULL",
        "COMMENT ON TABLE audit_entries IS NULL",
        "COMMENT ON COLUMN audit_entries.face IS NULL",
        "COMMENT ON COLUMN audit_entries.changes IS NULL",
        "ALTER TABLE categories ALTER COLUMN version SET DEFAULT 1",
        "COMMENT ON TABLE categories IS NULL",
        "COMMENT ON COLUMN categories.position IS NULL",
        "COMMENT ON COLUMN categories.version IS NULL",
        "COMMENT ON TABLE memberships IS NULL",
        "ALTER TABLE orders ALTER COLUMN version SET DEFAULT 1",
        "COMMENT ON TABLE orders IS NULL",
        "COMMENT ON COLUMN orders.currency IS NULL",
        "COMMENT ON COLUMN orders.version IS NULL",
        "ALTER TABLE order_lines ALTER COLUMN product_name SET DEFAULT ''",
        "COMMENT ON TABLE order_lines IS NULL",
        "COMMENT ON COLUMN order_lines.product_name IS NULL",
        "COMMENT ON TABLE payments IS NULL",
        "COMMENT ON COLUMN payments.reference IS NULL",
        "COMMENT ON COLUMN payments.currency IS NULL",
        "COMMENT ON COLUMN payments.version IS NULL",
        "ALTER TABLE products ALTER COLUMN version SET DEFAULT 1",
        "COMMENT ON TABLE products IS NULL",
        "COMMENT ON COLUMN products.currency IS NULL",
        "COMMENT ON COLUMN products.deleted_at IS NULL",
        "COMMENT ON COLUMN products.version IS NULL",
        "COMMENT ON TABLE product_images IS NULL",
        "ALTER TABLE reviews ALTER COLUMN version SET DEFAULT 1",
        "COMMENT ON TABLE reviews IS NULL",
        "COMMENT ON COLUMN reviews.rating IS NULL",
        "COMMENT ON COLUMN reviews.version IS NULL",
        "COMMENT ON TABLE tags IS NULL",
        "ALTER TABLE vendors ALTER COLUMN version SET DEFAULT 1",
        "COMMENT ON TABLE vendors IS NULL",
        "COMMENT ON COLUMN vendors.version IS NULL",
    ],
}


async def upgrade(db: BaseDBAsyncClient | None) -> str:
    return await run(db, UP, __file__, "up")


async def downgrade(db: BaseDBAsyncClient | None) -> str:
    return await run(db, DOWN, __file__, "down")


MODELS_STATE = (
    "eJztXWtv27Ya/iuEv6wH8IImadIhOziAm6ZbzppkSNx2WDMYtETbPJFJl6KSGlv/++FF95"
    "sl23IoV18SWeJLyw8p8n2f96K/ey6nDE0YJfxgYNsMuW7vDPzdI3COxEHe5T7owcUieVGe"
    "5HDsKBmoGyLddOxyBi0uLkyg4yJxykauxfCCY0pk8wFYUJdDB/hyABMAgeci9oMbnhtT+n"
    "Ag+7OpJTrEZFpf1CP4i4dGnE4RnyEmOvj8lziNiY2+Ijf4uHgYTTBy7AQM2JYdqPMjvlyo"
    "cx8+XL59p1rK2xqPLOp4cxK1Xiz5jJKwuedh+0DKyGtTRBCDHNkxWIjnOD6EwSl9x+IEZx"
    "4Kb9WOTthoAj1Hgtv798QjlsQU8Cc6oY59oG7XPSDoaYTt//h3GZMYja5vhqO7i+Fo1MsM"
    "i7ybFNz+KYsSOaSYcDVVvul+I2z0BJJfcP7r4PbF8em/FBpioKZMXVTI9b4pQcihFlX4R4"
    "AzZOEFRnpmJXE/n0GWj3tCKAW/uOV1gA9ORMhHszgAMoCqAXB7c/h15CAy5TPx8fDlyxK0"
    "Pw5uFeCilUKcisdOP5DX/qUjfU0iHyHtYIIO66AcCuwhwkeVED4qQfgoH+Gjuggf7RbhXl"
    "PLww7w1XuAwM9GdVBOie3lbK4EdgnWaagtzJd1MA7a7yG4jSzGFvUIZ/UgjkRMRrl3eXcD"
    "jg9PT388BNBZzOCPRxl9rtKcrjKli2d0BnCGJDQjmKNovBVXOJ6jAtwTkinobV/0IDgwZy"
    "CqT3fxA+0b4ix9dbME+OHl1cXdcHD1u/y6uet+cRR+g+GFvKK2svkydfbFaWqUwk7Ap8vh"
    "r0B+BH/eXF+ktcew3fDPnrwn6HE6IvRpJBT+XqgZB2cD1BKj/oiYK9HIDPlHfSF/xGNSqe"
    "HGWuVsYoAPaz5m53I5cIEwcIA1g2SK3J+Bi4gNMAdjaD0ATv0LgIqxBU8zyMGSemAGH5Fo"
    "iUjVx3Iqf8KPR4evXr/66fj01U+iifqZ4ZnXJTPm8nqYehKl1TaqZ2fFRLZpbGWHJWNtNf"
    "jYrW9PSet18pBrTkmkssi+E+Y7npLf0FLheynuAxIrTxsKTMoPfj+thDQ6G30/g0+huR+f"
    "T+K328hBXG++g7vzwduLnkJYPkRPkNmjAqgps8U6kQX7jS/37rdb5ECev5DE6JYb2U8FrP"
    "0fYsquUYS1wo4e0RhmCTSzl+ZH8/QZSOBU/ST53fKb4vSUZ2N+oVShIgIratFfyWHJtiMk"
    "GuPqPJa/rnK5pLp0jsbUXoI5tFEec1XeeDVX9VnsR8SmwYTVaog4Fs0+pz6JZYJ6TD/YjD"
    "5FErqtxXN66agwU6iw+qppp5K2TyWdQKsWexG0N9rm+ySWLiQ1T0v8SoDJGRCA8T6YMriY"
    "fRG9USbOujhnhaxmgleywEsM8LQ5yJDAw+W5emgZ7xyXWmtEDNvFkzifvqqA8+mrQpzlpT"
    "TO0Y5UHeVIxuRZvy7IVSbzafFkPs1MZmjxXCO3GOJIYg8BPq4C8HExwMfZ1SLUpSrP4VBi"
    "DwHe/jLhMxhZhP97d3NdQMtFImkFCFsc/AMc7DZG1qyxRQobHCBozYD6gdoc0L/BPgNjNB"
    "HWCYDEBnDCEau4S5YMgwQuoREF8L+4GvyRHpnz9zdv0qqO7OBNdqGhdbmbuMwG5oFh++Ym"
    "FkCcnowZdlUBTQh1iJbSYWry7ZAPMxPTBEcT3ECCEIs/pAlG7PoGDM6Hl2ItyZm4mwAbo2"
    "s+hp3tKbqJJ7YI3mLKsWlC7VwgPqXFdFp4vb+KTLN0yxpM2piJ+TEDdKIdGZBDh069XB6t"
    "rGkX8WXWktwvobnU/xqqdNB+DxXpRkILXMeb1sE3aL8dfFdP53ajKyY7zre2LwkvjD/CBe"
    "Z2g/7kl/Uw7ik3FIBzSqbAxWNH4Ow+k4e489qb57VfQIZIPl9avFsmhBo1VVrvuNdQbUmj"
    "jmtsbYR2pQM/MbESGvXtxd3w9vJ8WM2Hb82wY4uusrjX9eJvFfJnN2N8n1tsejJqexbfQr"
    "jD77qnFupuzxbxcIXmY7G5zfCiV2CixVr0Vxlp87BtZStNxsuIrYiCJ8oeXDChQlEA2qrN"
    "s9RWNc+x1j7HKAUVw/RXZ78Zar8x6hTYbxfEm2d2qZRbxNmxLSf6hpNJTYR79EncyRlQ/+"
    "6J6uIMRD09u/u6i2Yuhn5/Q0e6yNm9cb6Y9tQ0YtM8j5fAUGhX2jTFXoIwLDm9GOzQs2Xm"
    "EtBkpHfTWr2O+y5Q6MOg8HJdPopBX63Gf5JUEiUIjL2l0M/H1JvOOPDPyc2+D8QXzNVHob"
    "HPZUCCnpNZHnDjzqqEPauu/cFLqi1d3LJJBoFYYriXwwxUMwki6R0aBRZkvK5NIGXOgPx7"
    "TxYOtGTcjv4vPkMsP4m/wloQlvVCXvQP7sWNOPgRMXkuPLwnloTDceTZ8PCeiKfcEwK2jK"
    "DVR2ZYHJxy6GTH+Eo84Mv8JyuUSBsZyMJz6By81f8N8X9s4xl6c/lLlji3PMYQseql+sZk"
    "dvhUXHy4rftQyGTfV0eHr9cK6z6uEqdZHKaZnqKE8nqOZb/93hVfOKnk+DwpcXye5GSsd5"
    "TDd0g56A1ujUFPCG5hzM10mpg+xAEmXZJ8y9ztcdunqikTl+moqXRUlFDGhblZE9KkVBfB"
    "UMb2qelnFiNlJM8Xf0wLQhdyJu6WWNRYbcc2ztiV4CYf2A0iQ2Rptm0Vd3gv+tqjCV0v3i"
    "Ee4rSc58Y4BaDeEDSk4k/FQJKou1bqjvm4rkMiq/lVRiQHE7ACmTwKJ36lgq46mEeVYyVA"
    "ddAH46VSuOTN6Iw2rj4vGLZUjvgM2kLRQkQeP0EXLDzVgOVG/TfwDbnhJzQg3P0v7AJQjO"
    "Wb/REa1U0kSMuZnFCgHSx6UusHQM5jC0qSWJ6ubJc0X5XziwcJzy0XWRgRHxfZnfHYJAO0"
    "7RppBPORWs5qUe5Jsefh3Z/HbMml3n0HzBrsVVKyo69Mpq+02lJvF47LdFRJOtXD3ydr5n"
    "okpLpgs1KuJNQ2t2DSV60faOhkXWnSx5/V1WFRiyi9YAvYbjVZwUS+JPnU1uZLmo6RCmz8"
    "AuM2RgGUm7Y+9VAnUgq70jkwRiqqQ+cwhPan+CDU8YKoqIqCXcq6Wat1v9zifMS5K3aptR"
    "nKmGxprhlj0ECRLTRBMuqlZq24mJDJMCcMejUxwIPQaLVv0l+ewHi5ZnnEBhLd4Vz6TmuZ"
    "n5HId296tifqa42pbFLQVwuDTxeI2BKvmqj7YmfAP7gnrmdZCKlg0fCwbXGlXVhZMfT7G1"
    "bWhRyZF3JkEo/2rFWEtsj41LGcV7JDgXt8F9yQCQOwPjNUQF1sTkf4dFARHRGxRSvoiFg1"
    "jSpudj4TcOmSsUEhBbFSOE4OBbGqcZXEq0gryqZdyRdJ+GX+ll1ulhGrTr+EueiK7TXr/O"
    "6K7TWJbvzOMiAP0deC8IKU2B7k95Sp/hd/DBNaf6bQd6j5v7+5/iVonq7+nXYB1g096KIO"
    "old7uuvEbiTFNkaxPQEHLefP2p41KVRU6yELc2HsVtje2FKmzxa11UIu0mZwUjsTXgmdAf"
    "Xvniy8sYPdmUqHDw7vCWTWDD/Kk8FRxzcavtHtMd/oLew1Rz0p2Y26KaOeExqYKVqqCaF1"
    "Rj0p2Zr4T13E2wUEIcU3uxzLLsYeB4Sq9466CLnyCiRLVZRn8xcNGT4pOt9DG3wPKUaxKk"
    "GYEusieVtW4rClXp0WVDg00V1TXOAwP/M5eLq3BG+NCu2GrgYrEU6thxukP6dyQZPwd0nQ"
    "KUUTz2Hu2yvXrI1/KbvbV6wYesToaQtg3aqO9gmmDaPpY8X64DQH4Cuh9A+p/Ftj1RzCae"
    "s8UyXL5ZyKFXGU47v3fyeTU08YfrnvvaBMjcMDWvog++tsOEL+lWRSBZ8xWR01fiEYn9x0"
    "FnF+lIH7W9XYBL12lAcohOtLpSiFUbS6VSoJgC3uMSTf0weD5OXcxP6idl1ihFnqbx8Uhx"
    "d4LKcmaLGHxm++h8EFjZRchE4OcVXyUncnj61qo7t7B6EF+/oev2dzfnVZw42zDV1u67Zy"
    "Ww0o/++bLwWaWmTclOtoMWtqtXJ2E9Tr/8EFdIGJ1EKE+iVr9BcqahVlcmsqxeYr9MQ0zL"
    "7V63NqkLpQUnN1PQGOn7WUBP1uDh2ncNOMpEwu9NM7lK6RE/mKr5y3XZRuoMdHr0/DvVN+"
    "KNs2764G799n906OedE71fJRDQX2UJU+PKkU9HFSEvVxklH3pPMzC3BxCGnQfg+U6V3Hjr"
    "YwCmprGZlis2ZURz35RzLz8n/I4jrzUh9VXF+6SKguJqbLvPwOoh+0clzTck4IdYZz28iI"
    "lkSTtJONMMKd11+DjsiuCpvA+3284jGxEJrG8ki3YgHF43scy/mdwFNYxfP2RJmt836njH"
    "oLNyBoXAAtRl1ZPliFh2CUmzdcV7zz05m1VPdLuJvnTQM2KE21ErdQQi1oZmGjOg9rxnQk"
    "IhE2j+vYYL9tXWxH7Lem4zvCSJlkbEdyr07Hd0SRH5vGdkSvfSjbRPzA0IJ9JAobLd9K/N"
    "fvVt1NZMkIxIBcAIVBFfX5s/rMEYGE6+0i2ieIqk2PmS536YIxcqisRUHz9pvtf0G3I3U7"
    "UitMhh2Ub+wKUzRaHHNMvRzLt9ifEAp0DoXaDoWOqC6e6h1R3RHVzRLVNWydOHdl45IXvV"
    "UN8R/Ibi4Ir5S0Y2bFk/JkiDmaj8WMneHFFhIirsLOWriSVYKr2AZeM9Nmn4DaPpX57f+/"
    "WCpm"
)
SCHEMA = (
    "eJztW3tv2zgS/ypEgMAJkBRJ2uYO2dsCaZq7zWKbHhL39m4PhUBLtK2LLCoUFdfYzXc/Pv"
    "QgKUqW/Fon1l+JSYocDmd+8yDn9734MfAp2rsAv+9BzyMojlEsfoVwwpuV1iOw5+IgmYR8"
    "wH+LEb7Hu+gsEr+ufrq8O3h7fsjbhn4QIMJbAzxF5GCMvh8QGHp4Mgjw4ODd4SH44w/QO+"
    "7xP0bnWdb5TvTGySCmpRnYoCNwlg78a9OBtuXODw8P956PlI0nMSJOxd60gQS5fuSjkKpD"
    "/3V5J0afnpwYwwM/RKe2oWfWoWeVQzUG93r6pxGOKQwcF3vIPoGxlOvTWTP6XZyElFgHn5"
    "lDCYIUeQ7UWNO/+Xx937/8/E99B+zUhtSfoIPe/n+O9yfH+15//6eL/c8X+8PeEeiFeNqT"
    "53dycvKbsdsnRGIfh+oqN7d9ff7TvedvrCEi/gSSmfOAZlyMufTy5iEmyB+FvNkQ7+GDk+"
    "uAowiFogu5rPCZKCQjRDMJEmojmxz1i3QwDh0PBYhK8bq8v7r8dL0n25PIg7L99gu4vOrf"
    "fLmVO3DHyH0wiHRVIpUTcnHo+ZSzhosTCkd0fJB2H4IfwZmc0Q899B2Zav3dvu+MQ8Wmn7"
    "+xw9iDCVvJYWpAfBNCtJ4dg5G1yz50Ka4EKtYWJkEABwFvpyRB2rdD6Frh4dRUeoIeExRT"
    "Y5ls+Pm7uSsxOcIJsa92bq7GtmRoczb0bYkwPK0hSkejMQxHUgCzsT/fc6XSkYSdZRt21m"
    "BKpVqp+uDkKzKYNFVMo0ZKklA4leLShOVpmn6ZHZIjuZridj6NeoYF39mgeQSlEmqjTBFe"
    "hUoBKC6DvxEuoYnSvGNQEkHCWLqgqou/jQx8HCSjZiOZk+GbmlqyuycbNdWFdDgau1TbW3"
    "To9lqXrIZG+47h+d3NVX+e1U5Cn0OoTnDyqBKcMV5dUrR9q7P71TtWTH/eA/72AbD+WrNf"
    "NWOutQoDpapO0GTAznXsR7ququ07pqz1hmTBSAMHleZajwaY8z8c9jbojS+qr4qEOBrLVC"
    "UoOnSFle0rdrE1/0gncBu8/yocsTKyimKN04ofX40y6vSZGGoIwxvBzS046OFpiAgXEimE"
    "h/VgU8HfqigDE4+zVQWZtGnH8GWQzBqiBuetQ/GCfgM7RJrEzVDHhYQaoEMxhYH69cebf8"
    "xzEdyEMPviWlMMb801r7/eGUuGmFpR8v3cpMnG8hVRwAKv2nXqjmTNLpTUJ0cVMBU78vbl"
    "4K6J32RAcUqYLs+as1T06MRpScwVO3YVgJkRm6uPhpayWeKl0BomMVIoxH/QF3/5fiLZxO"
    "jy2bnLHy4MXcROWvwgaJgwbPV6Zrib05DroEaCaAUffgSm9uXfqXpoTSSl/TyT9LYe5a1H"
    "l2O8em5mKGlIo1PoqDmLJrCaJhvmw+F5VYsNSdt3zJDIrTcxJBHBXuJWBqDWsVVhZznZ/Z"
    "jAkBpZaA5ruqsc+tRhoKYnklKbUrJ6UTuMXQowpfA4KjdVhMnbdWAqfJe1ObAqdfoJajFx"
    "0aNTmHZsMiS28bOGdJXl6jbmonO6hCp4GsxlHeBDFUamM+hSqc1RdKVQOxclrUdVhN7aBj"
    "mkRXA2YdG4jmd5Ywdm1QD15LPBzbLMaIi4qWuYQYMTfsUyD6HmuLkLe+ERC+78cPRn+bZr"
    "9k4zyV470i6LYi0IrUOqfJoGnmR28tx1TFwXIa+dv5ivVQiwtpZstvuM+bdtvcbnI8XIXJ"
    "RdiJ3DsBaZwzRTO2s0uLkrVnUDUB7podglfmReAvSv/21ofOl9QhMfzsVxtbc3J0heMokQ"
    "U+w+tLnXaIPQHoFDM1GyMXyWQLaBhSSUbmuWI0OXTWSdF8h15OQZKq4upXZtwU1WTvJi91"
    "jF5/MNnVQgnilJBoEfj6Vlg8Qd+092y5ZNbvfSVQe96ksdjLTPi655c7SzjVXT5OBkMIi1"
    "Nogy7JJveXNQysUYR1STi1HOsJyJqZpVkeeaqU2FsGR62D8x4tKAPPFJZvlUa6X6HQ6FI6"
    "vvITuq/I82+RA2UeU4G4QZc8uvm4KaIHtDwX77hIRGZMEXdSFlvwVx2Vms9j5tjpaYVOZi"
    "mJGoObAOO8QRsotS2rVjzmwbHUmIdlOk3dvo8XVgfWvb6FVsowcrSzoV6VlvjwY2EXQrzT"
    "V5J4KefDTVZT1r64S8UshhQscNozsCKYvm1XH3ny9/+aUUJlGfVrwLeW9qzgB7WkQ0P1Dr"
    "Mk+ZcqfCvT1abdjVjD5NwtRlio4/9aVKmY/VJOu8VjZQF0lkC7TLmMGIp4SzHNn/kEutkU"
    "Q2eaGc+jMY0Qw+Xvd/vb6+Bafg8vYTeF+PwNaDK57IKps2PGcLJ6v9ZkNsG7jNOa4I1BCg"
    "X3KUax3kVwr3VYk0gbY16FKlEMLFzCZVpV+0peY2yzpcaICXZyI6/i/3lBkOcKLbp7mW8Q"
    "XZtSrJSwVoXsbGGkxLjn17FuEPjumIpIHPauoIv369+aRvcYRCR8qFkyS+dzD/Fa2Yw7jI"
    "62r18lo9cRATfmsjROr+C3h7en5+fApgEI3h8dmbVvLe/03f5dXXu7vr275TKERDoVZouu"
    "L0x4COEUird34AMZNZ4FMwgO4DoDjtADgMZmA6hhTMcALG8AmxkSh8szL3rysCnPM8Vz+6"
    "SyDFGqTfAz8EEPDhvThvG2D8IKRsxdWDrcFjNTJtK8XLSFm0DE/n6q9jRBCXfpd9ylh6AR"
    "gf6REYERiNH4MjgAlrjX0PvTGB79UW8H00ePR3xgME3TEY+ijwGHgwTJCfehdggLiSAyYJ"
    "AA4pIm9MVLLcvVYdYQ2SdKV/C5f+mTCS4rs4xhhPEA9GwASmEr6yKsHWkGGtxmui7etwX2"
    "sSmwozv/AXJwBOMItQY3/AXJZRbBjIxtV6W2qlu/q/Tdf/mfo6YDrDwBcPpUBA5gPgUZJq"
    "6+oKBVvrazW0LxBGrLMQr4HTsah2dNV2XbVd02o7U695F4NuDKaYPMSAyRnz5+XWpG4vW5"
    "rXWqNtJXBlXbWXvzUx1FtZ+mZE7O/OTv9iWM9NlsS1DJDq697kZIu9CdtSd6SrpWvlJHW1"
    "dC+kls7MSjANwiEC4jMwwMloTEHaxrPeR2BI8ET8ZGZjwiPw1JtQTMdKyvJaGxFbxUjZiN"
    "hv+KvHVcV4WTLYZB4Hq/RbMIUxc5u5SPLm0MhQbLZMzg7JS6FhVyjXFcptvFDOdGYzXeNJ"
    "6RCI6Y7AYCb0kK8jE4SZXnKimPMwhh5zFlDI/+dKGiViAElj21UU4q0PvlZZ7FYNYGIV8B"
    "DiqXTA0u0z1howtpISuSp3eGEvfqEHTK/94quruHtlFXcW9fVjLlEDrrC+J2P7HBbZD4Z2"
    "KcatoFBvXZm7imK48sBa56xRAv51FcItlFLYtgK5lig8pwqu5WxzSt2sXrTOeHE1E4OQIQ"
    "jH+JiypZlHwjyMEIsbL4bpMe+B4UwEUKWLy5dmVbr6u67+rqu/2936OzMko2P+cFpc82f3"
    "CgxygkD3PFZaqld2DcplenKMDeW6Er0ScbtUotf+wUhDGezK4F5KGZwJYZHv0oQg/vYBZi"
    "kmiV7LF8utTdysBWmWJw/VxWg6G065F/meebAwze4r6PqiC9Vee56nq2/r6tt2ub7NCMiz"
    "68xeDHDkh2z/HNf5FaaG7MtUxLXG9KrM1doqz0wLN8UkfVE9IjiJ4owXMYAuwTG/uMwiX8"
    "me5cvWVsak7SoPewXWZI1VZabc8UAQEUa12ByLtAkaEhzSH8RvikIYUimXhUCG4v7cJzKP"
    "HYMBCvjDZ4qZZD4//x8v0Mqc"
)
