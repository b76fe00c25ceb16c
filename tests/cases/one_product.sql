-- sqlite
SELECT total.n, page.*
  FROM (SELECT count(*) AS n
  FROM "products" AS t3
  WHERE ((t3."status" = 'published' AND t3."deleted_at" IS NULL) AND t3."name" = ?4)) AS total
  LEFT JOIN (SELECT 1 AS found, t0."id" AS c0, t0."version" AS c1, t0."vendor_id" AS c2, t0."category_id" AS c3, t0."name" AS c4, t0."slug" AS c5, t0."description" AS c6, CASE WHEN t0."price" IS NOT NULL THEN printf('%s%d.%02d', CASE WHEN t0."price" < 0 THEN '-' ELSE '' END, abs(t0."price" / 100), abs(t0."price" % 100)) END AS c7, NULL AS c8, t0."currency" AS c9, t0."stock" AS c10, t0."status" AS c11, replace(t0."created_at", '.000000Z', 'Z') AS c12, replace(t0."updated_at", '.000000Z', 'Z') AS c13, CASE WHEN t0."stock" > ?1 THEN ?2 ELSE ?3 END AS c14, NULL AS c15, (SELECT count(*)
  FROM "reviews" AS t1
  WHERE t1."product_id" = t0."id" AND t1."status" = 'approved') AS c16, (SELECT CAST(sum(t2."rating") AS REAL) / count(t2."rating")
  FROM "reviews" AS t2
  WHERE t2."product_id" = t0."id" AND t2."status" = 'approved') AS c17, t0."description" AS c18
  FROM (SELECT t0.*
  FROM "products" AS t0
  WHERE ((t0."status" = 'published' AND t0."deleted_at" IS NULL) AND t0."name" = ?4)
  ORDER BY t0."created_at" DESC, t0."id" DESC LIMIT 50) AS t0
  ORDER BY t0."created_at" DESC, t0."id" DESC) AS page ON 1 = 1;

-- postgres
SELECT total.n, page.*
  FROM (SELECT count(*) AS n
  FROM "products" AS t3
  WHERE ((t3."status" = 'published'::text AND t3."deleted_at" IS NULL) AND t3."name" = $4::text)) AS total
  LEFT JOIN (SELECT 1 AS found, t0."id"::text AS c0, t0."version" AS c1, t0."vendor_id"::text AS c2, t0."category_id"::text AS c3, t0."name" AS c4, t0."slug" AS c5, t0."description" AS c6, (t0."price"::numeric * 0.01)::text AS c7, NULL AS c8, t0."currency" AS c9, t0."stock" AS c10, t0."status" AS c11, t0."created_at" AS c12, t0."updated_at" AS c13, CASE WHEN t0."stock" > $1::int THEN $2::boolean ELSE $3::boolean END AS c14, NULL AS c15, (SELECT count(*)
  FROM "reviews" AS t1
  WHERE t1."product_id" = t0."id" AND t1."status" = 'approved'::text) AS c16, (SELECT sum(t2."rating")::float8 / count(t2."rating")
  FROM "reviews" AS t2
  WHERE t2."product_id" = t0."id" AND t2."status" = 'approved'::text) AS c17, t0."description" AS c18
  FROM (SELECT t0.*
  FROM "products" AS t0
  WHERE ((t0."status" = 'published'::text AND t0."deleted_at" IS NULL) AND t0."name" = $4::text)
  ORDER BY t0."created_at" DESC, t0."id" DESC LIMIT 50) AS t0
  ORDER BY t0."created_at" DESC, t0."id" DESC) AS page ON 1 = 1;
