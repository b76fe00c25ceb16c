-- sqlite
SELECT total.n, page.*
  FROM (SELECT count(*) AS n
  FROM "products" AS t5
  WHERE (((t5."status" = 'published' OR EXISTS (SELECT 1
  FROM "memberships" AS t6
  WHERE t6."vendor_id" = t5."vendor_id" AND t6."user_id" = ?2)) AND t5."deleted_at" IS NULL) AND (t5."status" = ?3 OR CASE WHEN EXISTS (SELECT 1
  FROM "memberships" AS t7
  WHERE t7."vendor_id" = t5."vendor_id" AND t7."user_id" = ?1) THEN t5."cost_price" END > ?4))) AS total
  LEFT JOIN (SELECT 1 AS found, t0."name" AS c0, t0."status" AS c1, CASE WHEN EXISTS (SELECT 1
  FROM "memberships" AS t1
  WHERE t1."vendor_id" = t0."vendor_id" AND t1."user_id" = ?1) THEN CASE WHEN t0."cost_price" IS NOT NULL THEN printf('%s%d.%02d', CASE WHEN t0."cost_price" < 0 THEN '-' ELSE '' END, abs(t0."cost_price" / 100), abs(t0."cost_price" % 100)) END END AS c2, json((SELECT json_object('name', t2."name")
  FROM "vendors" AS t2
  WHERE t2."id" = t0."vendor_id")) AS c3
  FROM (SELECT t0.*
  FROM "products" AS t0
  WHERE (((t0."status" = 'published' OR EXISTS (SELECT 1
  FROM "memberships" AS t3
  WHERE t3."vendor_id" = t0."vendor_id" AND t3."user_id" = ?2)) AND t0."deleted_at" IS NULL) AND (t0."status" = ?3 OR CASE WHEN EXISTS (SELECT 1
  FROM "memberships" AS t4
  WHERE t4."vendor_id" = t0."vendor_id" AND t4."user_id" = ?1) THEN t0."cost_price" END > ?4))
  ORDER BY t0."name" ASC, t0."id" ASC LIMIT 3) AS t0
  ORDER BY t0."name" ASC, t0."id" ASC) AS page ON 1 = 1;

-- postgres
SELECT total.n, page.*
  FROM (SELECT count(*) AS n
  FROM "products" AS t6
  WHERE (((t6."status" = 'published'::text OR EXISTS (SELECT 1
  FROM "memberships" AS t7
  WHERE t7."vendor_id" = t6."vendor_id" AND t7."user_id" = $2::uuid)) AND t6."deleted_at" IS NULL) AND (t6."status" = $3::text OR CASE WHEN EXISTS (SELECT 1
  FROM "memberships" AS t8
  WHERE t8."vendor_id" = t6."vendor_id" AND t8."user_id" = $1::uuid) THEN t6."cost_price" END > $4::bigint))) AS total
  LEFT JOIN (SELECT 1 AS found, t0."name" AS c0, t0."status" AS c1, CASE WHEN EXISTS (SELECT 1
  FROM "memberships" AS t1
  WHERE t1."vendor_id" = t0."vendor_id" AND t1."user_id" = $1::uuid) THEN (t0."cost_price"::numeric * 0.01)::text END AS c2, t3.j AS c3
  FROM (SELECT t0.*
  FROM "products" AS t0
  WHERE (((t0."status" = 'published'::text OR EXISTS (SELECT 1
  FROM "memberships" AS t4
  WHERE t4."vendor_id" = t0."vendor_id" AND t4."user_id" = $2::uuid)) AND t0."deleted_at" IS NULL) AND (t0."status" = $3::text OR CASE WHEN EXISTS (SELECT 1
  FROM "memberships" AS t5
  WHERE t5."vendor_id" = t0."vendor_id" AND t5."user_id" = $1::uuid) THEN t0."cost_price" END > $4::bigint))
  ORDER BY t0."name" COLLATE "C" ASC, t0."id" ASC LIMIT 3) AS t0
  LEFT JOIN LATERAL (SELECT '{"name":' || coalesce(to_json(t2."name")::text, 'null') || '}' AS j
  FROM "vendors" AS t2
  WHERE t2."id" = t0."vendor_id") AS t3 ON TRUE
  ORDER BY t0."name" COLLATE "C" ASC, t0."id" ASC) AS page ON 1 = 1;
