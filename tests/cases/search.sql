-- sqlite
SELECT total.n, page.*
  FROM (SELECT count(*) AS n
  FROM "products" AS t1
  WHERE ((t1."status" = 'published' AND t1."deleted_at" IS NULL) AND t1."id" IN (SELECT k.key
  FROM "products_search" JOIN "products_search_keys" AS k ON k.number = "products_search".rowid
  WHERE "products_search" MATCH ?4))) AS total
  LEFT JOIN (SELECT 1 AS found, t0."name" AS c0
  FROM "products" AS t0
  WHERE ((t0."status" = 'published' AND t0."deleted_at" IS NULL) AND t0."id" IN (SELECT k.key
  FROM "products_search" JOIN "products_search_keys" AS k ON k.number = "products_search".rowid
  WHERE "products_search" MATCH ?4))
  ORDER BY CASE WHEN t0."id" IN (SELECT k.key
  FROM "products_search" JOIN "products_search_keys" AS k ON k.number = "products_search".rowid
  WHERE "products_search" MATCH ?1) THEN 0 WHEN t0."id" IN (SELECT k.key
  FROM "products_search" JOIN "products_search_keys" AS k ON k.number = "products_search".rowid
  WHERE "products_search" MATCH ?2) THEN 1 WHEN t0."id" IN (SELECT k.key
  FROM "products_search" JOIN "products_search_keys" AS k ON k.number = "products_search".rowid
  WHERE "products_search" MATCH ?3) THEN 2 ELSE 3 END ASC, t0."created_at" DESC, t0."id" DESC LIMIT 2) AS page ON 1 = 1;

-- postgres
SELECT total.n, page.*
  FROM (SELECT count(*) AS n
  FROM "products" AS t1
  WHERE ((t1."status" = 'published'::text AND t1."deleted_at" IS NULL) AND t1.twofold_search @@ $4::text::tsquery)) AS total
  LEFT JOIN (SELECT 1 AS found, t0."name" AS c0
  FROM "products" AS t0
  WHERE ((t0."status" = 'published'::text AND t0."deleted_at" IS NULL) AND t0.twofold_search @@ $4::text::tsquery)
  ORDER BY CASE WHEN t0.twofold_search @@ $1::text::tsquery THEN 0 WHEN t0.twofold_search @@ $2::text::tsquery THEN 1 WHEN t0.twofold_search @@ $3::text::tsquery THEN 2 ELSE 3 END ASC, t0."created_at" DESC, t0."id" DESC LIMIT 2) AS page ON 1 = 1;
