-- sqlite
SELECT total.n, page.*
  FROM (SELECT count(*) AS n
  FROM "products" AS t1
  WHERE ((t1."status" = 'published' AND t1."deleted_at" IS NULL) AND t1."id" IN (SELECT k.key
  FROM "products_search" JOIN "products_search_keys" AS k ON k.number = "products_search".rowid
  WHERE "products_search" MATCH ?1))) AS total
  LEFT JOIN (SELECT 1 AS found, t0."id" AS c0, t0."name" AS c1, CASE WHEN t0."price" IS NOT NULL THEN printf('%s%d.%02d', CASE WHEN t0."price" < 0 THEN '-' ELSE '' END, abs(t0."price" / 100), abs(t0."price" % 100)) END AS c2
  FROM "products" AS t0
  WHERE ((t0."status" = 'published' AND t0."deleted_at" IS NULL) AND t0."id" IN (SELECT k.key
  FROM "products_search" JOIN "products_search_keys" AS k ON k.number = "products_search".rowid
  WHERE "products_search" MATCH ?1))
  ORDER BY t0."price" ASC, t0."id" ASC LIMIT 2) AS page ON 1 = 1;

-- postgres
SELECT total.n, page.*
  FROM (SELECT count(*) AS n
  FROM "products" AS t1
  WHERE ((t1."status" = 'published'::text AND t1."deleted_at" IS NULL) AND t1.twofold_search @@ $1::text::tsquery)) AS total
  LEFT JOIN (SELECT 1 AS found, t0."id"::text AS c0, t0."name" AS c1, (t0."price"::numeric * 0.01)::text AS c2
  FROM "products" AS t0
  WHERE ((t0."status" = 'published'::text AND t0."deleted_at" IS NULL) AND t0.twofold_search @@ $1::text::tsquery)
  ORDER BY t0."price" ASC, t0."id" ASC LIMIT 2) AS page ON 1 = 1;
