-- sqlite
SELECT total.n, page.*
  FROM (SELECT count(*) AS n
  FROM "products" AS t7
  WHERE ((t7."status" = 'published' AND t7."deleted_at" IS NULL) AND (NOT EXISTS (SELECT 1
  FROM "tags" AS t8 JOIN "product_tags" AS t9 ON t9."tag_id" = t8."id"
  WHERE t9."product_id" = t7."id" AND substr(t8."name", 1, length(?1)) = ?1) AND (EXISTS (SELECT 1
  FROM "reviews" AS t10
  WHERE t10."product_id" = t7."id" AND t10."status" = 'approved' AND t10."rating" = ?2) AND NOT EXISTS (SELECT 1
  FROM "reviews" AS t11
  WHERE t11."product_id" = t7."id" AND t11."status" = 'approved' AND (t11."rating" >= ?3) IS NOT TRUE))))) AS total
  LEFT JOIN (SELECT 1 AS found, t0."name" AS c0, json_object('rows', json(json((SELECT json_group_array(json(j))
  FROM (SELECT json_object('rating', t1."rating") AS j
  FROM "reviews" AS t1
  WHERE t1."product_id" = t0."id" AND t1."status" = 'approved'
  ORDER BY t1."created_at" DESC, t1."id" DESC LIMIT 3)))), 'total', (SELECT count(*)
  FROM "reviews" AS t2
  WHERE t2."product_id" = t0."id" AND t2."status" = 'approved')) AS c1
  FROM (SELECT t0.*
  FROM "products" AS t0
  WHERE ((t0."status" = 'published' AND t0."deleted_at" IS NULL) AND (NOT EXISTS (SELECT 1
  FROM "tags" AS t3 JOIN "product_tags" AS t4 ON t4."tag_id" = t3."id"
  WHERE t4."product_id" = t0."id" AND substr(t3."name", 1, length(?1)) = ?1) AND (EXISTS (SELECT 1
  FROM "reviews" AS t5
  WHERE t5."product_id" = t0."id" AND t5."status" = 'approved' AND t5."rating" = ?2) AND NOT EXISTS (SELECT 1
  FROM "reviews" AS t6
  WHERE t6."product_id" = t0."id" AND t6."status" = 'approved' AND (t6."rating" >= ?3) IS NOT TRUE))))
  ORDER BY t0."created_at" DESC, t0."id" DESC LIMIT 3) AS t0
  ORDER BY t0."created_at" DESC, t0."id" DESC) AS page ON 1 = 1;

-- postgres
SELECT total.n, page.*
  FROM (SELECT count(*) AS n
  FROM "products" AS t7
  WHERE ((t7."status" = 'published'::text AND t7."deleted_at" IS NULL) AND (NOT EXISTS (SELECT 1
  FROM "tags" AS t8 JOIN "product_tags" AS t9 ON t9."tag_id" = t8."id"
  WHERE t9."product_id" = t7."id" AND starts_with(t8."name", $1::text)) AND (EXISTS (SELECT 1
  FROM "reviews" AS t10
  WHERE t10."product_id" = t7."id" AND t10."status" = 'approved'::text AND t10."rating" = $2::smallint) AND NOT EXISTS (SELECT 1
  FROM "reviews" AS t11
  WHERE t11."product_id" = t7."id" AND t11."status" = 'approved'::text AND (t11."rating" >= $3::smallint) IS NOT TRUE))))) AS total
  LEFT JOIN (SELECT 1 AS found, t0."name" AS c0, '{"rows":' || coalesce((SELECT coalesce('[' || string_agg(j, ',') || ']', '[]')
  FROM (SELECT '{"rating":' || coalesce(t1."rating"::text, 'null') || '}' AS j
  FROM "reviews" AS t1
  WHERE t1."product_id" = t0."id" AND t1."status" = 'approved'::text
  ORDER BY t1."created_at" DESC, t1."id" DESC LIMIT 3) AS rows), 'null') || ',"total":' || coalesce((SELECT count(*)
  FROM "reviews" AS t2
  WHERE t2."product_id" = t0."id" AND t2."status" = 'approved'::text)::text, 'null') || '}' AS c1
  FROM (SELECT t0.*
  FROM "products" AS t0
  WHERE ((t0."status" = 'published'::text AND t0."deleted_at" IS NULL) AND (NOT EXISTS (SELECT 1
  FROM "tags" AS t3 JOIN "product_tags" AS t4 ON t4."tag_id" = t3."id"
  WHERE t4."product_id" = t0."id" AND starts_with(t3."name", $1::text)) AND (EXISTS (SELECT 1
  FROM "reviews" AS t5
  WHERE t5."product_id" = t0."id" AND t5."status" = 'approved'::text AND t5."rating" = $2::smallint) AND NOT EXISTS (SELECT 1
  FROM "reviews" AS t6
  WHERE t6."product_id" = t0."id" AND t6."status" = 'approved'::text AND (t6."rating" >= $3::smallint) IS NOT TRUE))))
  ORDER BY t0."created_at" DESC, t0."id" DESC LIMIT 3) AS t0
  ORDER BY t0."created_at" DESC, t0."id" DESC) AS page ON 1 = 1;
