-- sqlite
SELECT t0."name", CASE WHEN t0."stock" > ?1 THEN ?2 ELSE ?3 END, t0."stock", (SELECT count(*)
  FROM "reviews" AS t1
  WHERE t1."product_id" = t0."id" AND t1."status" = 'approved'), (SELECT CAST(sum(t2."rating") AS REAL) / count(t2."rating")
  FROM "reviews" AS t2
  WHERE t2."product_id" = t0."id" AND t2."status" = 'approved'), json((SELECT json_object('nodes', json_group_array(json(j)))
  FROM (SELECT json_object('product', json((SELECT json_object('reviewCount', (SELECT count(*)
  FROM "reviews" AS t5
  WHERE t5."product_id" = t4."id" AND t5."status" = 'approved'))
  FROM "products" AS t4
  WHERE t4."id" = t3."product_id" AND (t4."status" = 'published' AND t4."deleted_at" IS NULL)))) AS j
  FROM (SELECT t3.*
  FROM "reviews" AS t3
  WHERE t3."product_id" = t0."id" AND t3."status" = 'approved'
  ORDER BY t3."created_at" DESC, t3."id" DESC LIMIT 2) AS t3
  ORDER BY t3."created_at" DESC, t3."id" DESC))), (SELECT count(*)
  FROM "reviews" AS t6
  WHERE t6."product_id" = t0."id" AND t6."status" = 'approved'), (SELECT CAST(sum(t7."rating") AS REAL) / count(t7."rating")
  FROM "reviews" AS t7
  WHERE t7."product_id" = t0."id" AND t7."status" = 'approved'), t0."id"
  FROM (SELECT t0.*
  FROM "products" AS t0
  WHERE ((t0."status" = 'published' AND t0."deleted_at" IS NULL) AND (CASE WHEN t0."stock" > ?1 THEN ?2 ELSE ?3 END = ?4 AND (SELECT CAST(sum(t10."rating") AS REAL) / count(t10."rating")
  FROM "reviews" AS t10
  WHERE t10."product_id" = t0."id" AND t10."status" = 'approved') >= ?5))
  ORDER BY (SELECT count(*)
  FROM "reviews" AS t8
  WHERE t8."product_id" = t0."id" AND t8."status" = 'approved') DESC NULLS FIRST, (SELECT CAST(sum(t9."rating") AS REAL) / count(t9."rating")
  FROM "reviews" AS t9
  WHERE t9."product_id" = t0."id" AND t9."status" = 'approved') DESC NULLS FIRST, t0."id" DESC LIMIT 4) AS t0
  ORDER BY (SELECT count(*)
  FROM "reviews" AS t8
  WHERE t8."product_id" = t0."id" AND t8."status" = 'approved') DESC NULLS FIRST, (SELECT CAST(sum(t9."rating") AS REAL) / count(t9."rating")
  FROM "reviews" AS t9
  WHERE t9."product_id" = t0."id" AND t9."status" = 'approved') DESC NULLS FIRST, t0."id" DESC;

-- postgres
SELECT t0."name", CASE WHEN t0."stock" > $1::int THEN $2::boolean ELSE $3::boolean END, t0."stock", (SELECT count(*)
  FROM "reviews" AS t1
  WHERE t1."product_id" = t0."id" AND t1."status" = 'approved'::text), (SELECT sum(t2."rating")::float8 / count(t2."rating")
  FROM "reviews" AS t2
  WHERE t2."product_id" = t0."id" AND t2."status" = 'approved'::text), (SELECT '{"nodes":' || coalesce('[' || string_agg(j, ',') || ']', '[]') || '}'
  FROM (SELECT '{"product":' || coalesce(t6.j, 'null') || '}' AS j
  FROM (SELECT t3.*
  FROM "reviews" AS t3
  WHERE t3."product_id" = t0."id" AND t3."status" = 'approved'::text
  ORDER BY t3."created_at" DESC, t3."id" DESC LIMIT 2) AS t3
  LEFT JOIN LATERAL (SELECT '{"reviewCount":' || coalesce((SELECT count(*)
  FROM "reviews" AS t5
  WHERE t5."product_id" = t4."id" AND t5."status" = 'approved'::text)::text, 'null') || '}' AS j
  FROM "products" AS t4
  WHERE t4."id" = t3."product_id" AND (t4."status" = 'published'::text AND t4."deleted_at" IS NULL)) AS t6 ON TRUE
  ORDER BY t3."created_at" DESC, t3."id" DESC) AS rows), (SELECT count(*)
  FROM "reviews" AS t7
  WHERE t7."product_id" = t0."id" AND t7."status" = 'approved'::text), (SELECT sum(t8."rating")::float8 / count(t8."rating")
  FROM "reviews" AS t8
  WHERE t8."product_id" = t0."id" AND t8."status" = 'approved'::text), t0."id"::text
  FROM (SELECT t0.*
  FROM "products" AS t0
  WHERE ((t0."status" = 'published'::text AND t0."deleted_at" IS NULL) AND (CASE WHEN t0."stock" > $1::int THEN $2::boolean ELSE $3::boolean END = $4::boolean AND (SELECT sum(t11."rating")::float8 / count(t11."rating")
  FROM "reviews" AS t11
  WHERE t11."product_id" = t0."id" AND t11."status" = 'approved'::text) >= $5::float8))
  ORDER BY (SELECT count(*)
  FROM "reviews" AS t9
  WHERE t9."product_id" = t0."id" AND t9."status" = 'approved'::text) DESC NULLS FIRST, (SELECT sum(t10."rating")::float8 / count(t10."rating")
  FROM "reviews" AS t10
  WHERE t10."product_id" = t0."id" AND t10."status" = 'approved'::text) DESC NULLS FIRST, t0."id" DESC LIMIT 4) AS t0
  ORDER BY (SELECT count(*)
  FROM "reviews" AS t9
  WHERE t9."product_id" = t0."id" AND t9."status" = 'approved'::text) DESC NULLS FIRST, (SELECT sum(t10."rating")::float8 / count(t10."rating")
  FROM "reviews" AS t10
  WHERE t10."product_id" = t0."id" AND t10."status" = 'approved'::text) DESC NULLS FIRST, t0."id" DESC;
