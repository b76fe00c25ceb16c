-- sqlite
SELECT total.n, page.*
  FROM (SELECT count(*) AS n
  FROM "products" AS t8
  WHERE ((t8."status" = 'published' AND t8."deleted_at" IS NULL) AND EXISTS (SELECT 1
  FROM "categories" AS t9
  WHERE t9."id" = t8."category_id" AND t9."slug" = ?1))) AS total
  LEFT JOIN (SELECT 1 AS found, t0."id" AS c0, t0."name" AS c1, CASE WHEN t0."price" IS NOT NULL THEN printf('%s%d.%02d', CASE WHEN t0."price" < 0 THEN '-' ELSE '' END, abs(t0."price" / 100), abs(t0."price" % 100)) END AS c2, json((SELECT json_object('id', t1."id", 'name', t1."name", 'parent', json((SELECT json_object('id', t2."id", 'name', t2."name")
  FROM "categories" AS t2
  WHERE t2."id" = t1."parent_id")))
  FROM "categories" AS t1
  WHERE t1."id" = t0."category_id")) AS c3, json((SELECT json_group_array(json(j))
  FROM (SELECT json_object('id', t3."id", 'rating', t3."rating", 'author', json((SELECT json_object('id', t4."id", 'name', t4."name")
  FROM "users" AS t4
  WHERE t4."id" = t3."author_id"))) AS j
  FROM (SELECT t3.*
  FROM "reviews" AS t3
  WHERE t3."product_id" = t0."id" AND t3."status" = 'approved'
  ORDER BY t3."created_at" DESC, t3."id" DESC LIMIT 50) AS t3
  ORDER BY t3."created_at" DESC, t3."id" DESC))) AS c4, json((SELECT json_group_array(json(j))
  FROM (SELECT json_object('id', t5."id", 'name', t5."name") AS j
  FROM "tags" AS t5 JOIN "product_tags" AS t6 ON t6."tag_id" = t5."id"
  WHERE t6."product_id" = t0."id"
  ORDER BY t5."name" ASC, t5."id" ASC LIMIT 50))) AS c5
  FROM (SELECT t0.*
  FROM "products" AS t0
  WHERE ((t0."status" = 'published' AND t0."deleted_at" IS NULL) AND EXISTS (SELECT 1
  FROM "categories" AS t7
  WHERE t7."id" = t0."category_id" AND t7."slug" = ?1))
  ORDER BY t0."price" ASC, t0."id" ASC LIMIT 2) AS t0
  ORDER BY t0."price" ASC, t0."id" ASC) AS page ON 1 = 1;

-- postgres
SELECT total.n, page.*
  FROM (SELECT count(*) AS n
  FROM "products" AS t11
  WHERE ((t11."status" = 'published'::text AND t11."deleted_at" IS NULL) AND EXISTS (SELECT 1
  FROM "categories" AS t12
  WHERE t12."id" = t11."category_id" AND t12."slug" = $1::text))) AS total
  LEFT JOIN (SELECT 1 AS found, t0."id"::text AS c0, t0."name" AS c1, (t0."price"::numeric * 0.01)::text AS c2, t4.j AS c3, (SELECT coalesce('[' || string_agg(j, ',') || ']', '[]')
  FROM (SELECT '{"id":' || coalesce('"' || t5."id"::text || '"', 'null') || ',"rating":' || coalesce(t5."rating"::text, 'null') || ',"author":' || coalesce(t7.j, 'null') || '}' AS j
  FROM (SELECT t5.*
  FROM "reviews" AS t5
  WHERE t5."product_id" = t0."id" AND t5."status" = 'approved'::text
  ORDER BY t5."created_at" DESC, t5."id" DESC LIMIT 50) AS t5
  LEFT JOIN LATERAL (SELECT '{"id":' || coalesce('"' || t6."id"::text || '"', 'null') || ',"name":' || coalesce(to_json(t6."name")::text, 'null') || '}' AS j
  FROM "users" AS t6
  WHERE t6."id" = t5."author_id") AS t7 ON TRUE
  ORDER BY t5."created_at" DESC, t5."id" DESC) AS rows) AS c4, (SELECT coalesce('[' || string_agg(j, ',') || ']', '[]')
  FROM (SELECT '{"id":' || coalesce('"' || t8."id"::text || '"', 'null') || ',"name":' || coalesce(to_json(t8."name")::text, 'null') || '}' AS j
  FROM "tags" AS t8 JOIN "product_tags" AS t9 ON t9."tag_id" = t8."id"
  WHERE t9."product_id" = t0."id"
  ORDER BY t8."name" COLLATE "C" ASC, t8."id" ASC LIMIT 50) AS rows) AS c5
  FROM (SELECT t0.*
  FROM "products" AS t0
  WHERE ((t0."status" = 'published'::text AND t0."deleted_at" IS NULL) AND EXISTS (SELECT 1
  FROM "categories" AS t10
  WHERE t10."id" = t0."category_id" AND t10."slug" = $1::text))
  ORDER BY t0."price" ASC, t0."id" ASC LIMIT 2) AS t0
  LEFT JOIN LATERAL (SELECT '{"id":' || coalesce('"' || t1."id"::text || '"', 'null') || ',"name":' || coalesce(to_json(t1."name")::text, 'null') || ',"parent":' || coalesce(t3.j, 'null') || '}' AS j
  FROM "categories" AS t1
  LEFT JOIN LATERAL (SELECT '{"id":' || coalesce('"' || t2."id"::text || '"', 'null') || ',"name":' || coalesce(to_json(t2."name")::text, 'null') || '}' AS j
  FROM "categories" AS t2
  WHERE t2."id" = t1."parent_id") AS t3 ON TRUE
  WHERE t1."id" = t0."category_id") AS t4 ON TRUE
  ORDER BY t0."price" ASC, t0."id" ASC) AS page ON 1 = 1;
