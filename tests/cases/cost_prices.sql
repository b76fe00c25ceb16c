-- sqlite
SELECT total.n, page.*
  FROM (SELECT count(*) AS n
  FROM "products" AS t8
  WHERE ((t8."status" = 'published' OR EXISTS (SELECT 1
  FROM "vendors" AS t9
  WHERE t9."id" = t8."vendor_id" AND EXISTS (SELECT 1
  FROM "memberships" AS t10
  WHERE t10."vendor_id" = t9."id" AND t10."user_id" = ?2))) AND (t8."status" = ?3 OR CASE WHEN EXISTS (SELECT 1
  FROM "vendors" AS t11
  WHERE t11."id" = t8."vendor_id" AND EXISTS (SELECT 1
  FROM "memberships" AS t12
  WHERE t12."vendor_id" = t11."id" AND t12."user_id" = ?1)) THEN t8."cost_price" END > ?4))) AS total
  LEFT JOIN (SELECT 1 AS found, t0."name" AS c0, t0."status" AS c1, CASE WHEN EXISTS (SELECT 1
  FROM "vendors" AS t1
  WHERE t1."id" = t0."vendor_id" AND EXISTS (SELECT 1
  FROM "memberships" AS t2
  WHERE t2."vendor_id" = t1."id" AND t2."user_id" = ?1)) THEN CASE WHEN t0."cost_price" IS NOT NULL THEN printf('%s%d.%02d', CASE WHEN t0."cost_price" < 0 THEN '-' ELSE '' END, abs(t0."cost_price") / 100, abs(t0."cost_price") % 100) END END AS c2, json((SELECT json_object('name', t3."name")
  FROM "vendors" AS t3
  WHERE t3."id" = t0."vendor_id")) AS c3
  FROM (SELECT t0.*
  FROM "products" AS t0
  WHERE ((t0."status" = 'published' OR EXISTS (SELECT 1
  FROM "vendors" AS t4
  WHERE t4."id" = t0."vendor_id" AND EXISTS (SELECT 1
  FROM "memberships" AS t5
  WHERE t5."vendor_id" = t4."id" AND t5."user_id" = ?2))) AND (t0."status" = ?3 OR CASE WHEN EXISTS (SELECT 1
  FROM "vendors" AS t6
  WHERE t6."id" = t0."vendor_id" AND EXISTS (SELECT 1
  FROM "memberships" AS t7
  WHERE t7."vendor_id" = t6."id" AND t7."user_id" = ?1)) THEN t0."cost_price" END > ?4))
  ORDER BY t0."name" ASC, t0."id" ASC LIMIT 3) AS t0
  ORDER BY t0."name" ASC, t0."id" ASC) AS page ON 1 = 1;

-- postgres
SELECT total.n, page.*
  FROM (SELECT count(*) AS n
  FROM "products" AS t9
  WHERE ((t9."status" = 'published'::text OR EXISTS (SELECT 1
  FROM "vendors" AS t10
  WHERE t10."id" = t9."vendor_id" AND EXISTS (SELECT 1
  FROM "memberships" AS t11
  WHERE t11."vendor_id" = t10."id" AND t11."user_id" = $2::uuid))) AND (t9."status" = $3::text OR CASE WHEN EXISTS (SELECT 1
  FROM "vendors" AS t12
  WHERE t12."id" = t9."vendor_id" AND EXISTS (SELECT 1
  FROM "memberships" AS t13
  WHERE t13."vendor_id" = t12."id" AND t13."user_id" = $1::uuid)) THEN t9."cost_price" END > $4::bigint))) AS total
  LEFT JOIN (SELECT 1 AS found, t0."name" AS c0, t0."status" AS c1, CASE WHEN EXISTS (SELECT 1
  FROM "vendors" AS t1
  WHERE t1."id" = t0."vendor_id" AND EXISTS (SELECT 1
  FROM "memberships" AS t2
  WHERE t2."vendor_id" = t1."id" AND t2."user_id" = $1::uuid)) THEN (t0."cost_price"::numeric * 0.01)::text END AS c2, t4.j AS c3
  FROM (SELECT t0.*
  FROM "products" AS t0
  WHERE ((t0."status" = 'published'::text OR EXISTS (SELECT 1
  FROM "vendors" AS t5
  WHERE t5."id" = t0."vendor_id" AND EXISTS (SELECT 1
  FROM "memberships" AS t6
  WHERE t6."vendor_id" = t5."id" AND t6."user_id" = $2::uuid))) AND (t0."status" = $3::text OR CASE WHEN EXISTS (SELECT 1
  FROM "vendors" AS t7
  WHERE t7."id" = t0."vendor_id" AND EXISTS (SELECT 1
  FROM "memberships" AS t8
  WHERE t8."vendor_id" = t7."id" AND t8."user_id" = $1::uuid)) THEN t0."cost_price" END > $4::bigint))
  ORDER BY t0."name" COLLATE "C" ASC, t0."id" ASC LIMIT 3) AS t0
  LEFT JOIN LATERAL (SELECT '{"name":' || coalesce(to_json(t3."name")::text, 'null') || '}' AS j
  FROM "vendors" AS t3
  WHERE t3."id" = t0."vendor_id") AS t4 ON TRUE
  ORDER BY t0."name" COLLATE "C" ASC, t0."id" ASC) AS page ON 1 = 1;
