-- sqlite
SELECT total.*, page.*
  FROM (SELECT NULL AS n, (SELECT json_group_array(json(j))
  FROM (SELECT j
  FROM (SELECT json_array(k0, count(*), json_array(sum(f0 >> 32), sum(f0 & 4294967295)), json_array(json_array(sum(f0 >> 32), sum(f0 & 4294967295)), count(f0))) AS j, (sum(f0 >> 32) + (sum(f0 & 4294967295) >> 32)) AS o0, (sum(f0 & 4294967295) & 4294967295) AS o1, k0 AS o2
  FROM (SELECT t8."name" AS k0, (SELECT CASE typeof(n) WHEN 'integer' THEN n END
  FROM (SELECT t5."unit_price" * t5."quantity" AS n)) AS f0
  FROM "order_lines" AS t5
  LEFT JOIN "products" AS t6 ON t6."id" = t5."product_id" AND ((t6."status" = 'published' OR EXISTS (SELECT 1
  FROM "memberships" AS t7
  WHERE t7."vendor_id" = t6."vendor_id" AND t7."user_id" = ?2)) AND t6."deleted_at" IS NULL)
  LEFT JOIN "vendors" AS t8 ON t8."id" = t6."vendor_id"
  WHERE (EXISTS (SELECT 1
  FROM "orders" AS t9
  WHERE t9."id" = t5."order_id" AND t9."buyer_id" = ?3) OR (NOT EXISTS (SELECT 1
  FROM "orders" AS t10
  WHERE t10."id" = t5."order_id" AND t10."status" = 'cart') AND EXISTS (SELECT 1
  FROM "products" AS t11
  WHERE t11."id" = t5."product_id" AND EXISTS (SELECT 1
  FROM "memberships" AS t12
  WHERE t12."vendor_id" = t11."vendor_id" AND t12."user_id" = ?4))))) AS r GROUP BY k0) AS " every"
  ORDER BY o0 DESC NULLS FIRST, o1 DESC NULLS FIRST, o2 ASC NULLS LAST LIMIT 2) AS g) AS a0) AS total
  LEFT JOIN (SELECT 1 AS found, t0."quantity" AS c0, CASE WHEN t0."unit_price" IS NOT NULL THEN printf('%s%d.%02d', CASE WHEN t0."unit_price" < 0 THEN '-' ELSE '' END, abs(t0."unit_price" / 100), abs(t0."unit_price" % 100)) END AS c1, CASE WHEN (SELECT CASE typeof(n) WHEN 'integer' THEN n END
  FROM (SELECT t0."unit_price" * t0."quantity" AS n)) IS NOT NULL THEN printf('%s%d.%02d', CASE WHEN (SELECT CASE typeof(n) WHEN 'integer' THEN n END
  FROM (SELECT t0."unit_price" * t0."quantity" AS n)) < 0 THEN '-' ELSE '' END, abs((SELECT CASE typeof(n) WHEN 'integer' THEN n END
  FROM (SELECT t0."unit_price" * t0."quantity" AS n)) / 100), abs((SELECT CASE typeof(n) WHEN 'integer' THEN n END
  FROM (SELECT t0."unit_price" * t0."quantity" AS n)) % 100)) END AS c2, json((SELECT json_object('name', t1."name", 'price', CASE WHEN t1."price" IS NOT NULL THEN printf('%s%d.%02d', CASE WHEN t1."price" < 0 THEN '-' ELSE '' END, abs(t1."price" / 100), abs(t1."price" % 100)) END, 'costPrice', CASE WHEN EXISTS (SELECT 1
  FROM "memberships" AS t2
  WHERE t2."vendor_id" = t1."vendor_id" AND t2."user_id" = ?1) THEN CASE WHEN t1."cost_price" IS NOT NULL THEN printf('%s%d.%02d', CASE WHEN t1."cost_price" < 0 THEN '-' ELSE '' END, abs(t1."cost_price" / 100), abs(t1."cost_price" % 100)) END END, 'margin', CASE WHEN EXISTS (SELECT 1
  FROM "memberships" AS t3
  WHERE t3."vendor_id" = t1."vendor_id" AND t3."user_id" = ?1) THEN CASE WHEN (SELECT CASE typeof(n) WHEN 'integer' THEN n END
  FROM (SELECT t1."price" - t1."cost_price" AS n)) IS NOT NULL THEN printf('%s%d.%02d', CASE WHEN (SELECT CASE typeof(n) WHEN 'integer' THEN n END
  FROM (SELECT t1."price" - t1."cost_price" AS n)) < 0 THEN '-' ELSE '' END, abs((SELECT CASE typeof(n) WHEN 'integer' THEN n END
  FROM (SELECT t1."price" - t1."cost_price" AS n)) / 100), abs((SELECT CASE typeof(n) WHEN 'integer' THEN n END
  FROM (SELECT t1."price" - t1."cost_price" AS n)) % 100)) END END)
  FROM "products" AS t1
  WHERE t1."id" = t0."product_id" AND ((t1."status" = 'published' OR EXISTS (SELECT 1
  FROM "memberships" AS t4
  WHERE t4."vendor_id" = t1."vendor_id" AND t4."user_id" = ?2)) AND t1."deleted_at" IS NULL))) AS c3
  FROM (SELECT t0.*
  FROM "order_lines" AS t0
  WHERE (EXISTS (SELECT 1
  FROM "orders" AS t13
  WHERE t13."id" = t0."order_id" AND t13."buyer_id" = ?3) OR (NOT EXISTS (SELECT 1
  FROM "orders" AS t14
  WHERE t14."id" = t0."order_id" AND t14."status" = 'cart') AND EXISTS (SELECT 1
  FROM "products" AS t15
  WHERE t15."id" = t0."product_id" AND EXISTS (SELECT 1
  FROM "memberships" AS t16
  WHERE t16."vendor_id" = t15."vendor_id" AND t16."user_id" = ?4))))
  ORDER BY (SELECT CASE typeof(n) WHEN 'integer' THEN n END
  FROM (SELECT t0."unit_price" * t0."quantity" AS n)) DESC NULLS FIRST, t0."id" DESC LIMIT 2) AS t0
  ORDER BY (SELECT CASE typeof(n) WHEN 'integer' THEN n END
  FROM (SELECT t0."unit_price" * t0."quantity" AS n)) DESC NULLS FIRST, t0."id" DESC) AS page ON 1 = 1;

-- postgres
SELECT total.*, page.*
  FROM (SELECT NULL AS n, (SELECT coalesce(json_agg(j), '[]'::json)
  FROM (SELECT j
  FROM (SELECT json_build_array(k0, count(*), sum(f0)::text, json_build_array(sum(f0)::text, count(f0))) AS j, sum(f0) AS o0, k0 AS o1
  FROM (SELECT t9."name" COLLATE "C" AS k0, (SELECT CASE WHEN n BETWEEN -9223372036854775808 AND 9223372036854775807 THEN n::bigint END
  FROM (SELECT t6."unit_price"::numeric * t6."quantity" AS n) AS x) AS f0
  FROM "order_lines" AS t6
  LEFT JOIN "products" AS t7 ON t7."id" = t6."product_id" AND ((t7."status" = 'published'::text OR EXISTS (SELECT 1
  FROM "memberships" AS t8
  WHERE t8."vendor_id" = t7."vendor_id" AND t8."user_id" = $2::uuid)) AND t7."deleted_at" IS NULL)
  LEFT JOIN "vendors" AS t9 ON t9."id" = t7."vendor_id"
  WHERE (EXISTS (SELECT 1
  FROM "orders" AS t10
  WHERE t10."id" = t6."order_id" AND t10."buyer_id" = $3::uuid) OR (NOT EXISTS (SELECT 1
  FROM "orders" AS t11
  WHERE t11."id" = t6."order_id" AND t11."status" = 'cart'::text) AND EXISTS (SELECT 1
  FROM "products" AS t12
  WHERE t12."id" = t6."product_id" AND EXISTS (SELECT 1
  FROM "memberships" AS t13
  WHERE t13."vendor_id" = t12."vendor_id" AND t13."user_id" = $4::uuid))))) AS r GROUP BY k0) AS " every"
  ORDER BY o0 DESC NULLS FIRST, o1 ASC NULLS LAST LIMIT 2) AS g) AS a0) AS total
  LEFT JOIN (SELECT 1 AS found, t0."quantity" AS c0, (t0."unit_price"::numeric * 0.01)::text AS c1, ((SELECT CASE WHEN n BETWEEN -9223372036854775808 AND 9223372036854775807 THEN n::bigint END
  FROM (SELECT t0."unit_price"::numeric * t0."quantity" AS n) AS x)::numeric * 0.01)::text AS c2, t5.j AS c3
  FROM (SELECT t0.*
  FROM "order_lines" AS t0
  WHERE (EXISTS (SELECT 1
  FROM "orders" AS t14
  WHERE t14."id" = t0."order_id" AND t14."buyer_id" = $3::uuid) OR (NOT EXISTS (SELECT 1
  FROM "orders" AS t15
  WHERE t15."id" = t0."order_id" AND t15."status" = 'cart'::text) AND EXISTS (SELECT 1
  FROM "products" AS t16
  WHERE t16."id" = t0."product_id" AND EXISTS (SELECT 1
  FROM "memberships" AS t17
  WHERE t17."vendor_id" = t16."vendor_id" AND t17."user_id" = $4::uuid))))
  ORDER BY (SELECT CASE WHEN n BETWEEN -9223372036854775808 AND 9223372036854775807 THEN n::bigint END
  FROM (SELECT t0."unit_price"::numeric * t0."quantity" AS n) AS x) DESC NULLS FIRST, t0."id" DESC LIMIT 2) AS t0
  LEFT JOIN LATERAL (SELECT '{"name":' || coalesce(to_json(t1."name")::text, 'null') || ',"price":' || coalesce('"' || (t1."price"::numeric * 0.01)::text || '"', 'null') || ',"costPrice":' || coalesce(CASE WHEN EXISTS (SELECT 1
  FROM "memberships" AS t2
  WHERE t2."vendor_id" = t1."vendor_id" AND t2."user_id" = $1::uuid) THEN '"' || (t1."cost_price"::numeric * 0.01)::text || '"' END, 'null') || ',"margin":' || coalesce(CASE WHEN EXISTS (SELECT 1
  FROM "memberships" AS t3
  WHERE t3."vendor_id" = t1."vendor_id" AND t3."user_id" = $1::uuid) THEN '"' || ((SELECT CASE WHEN n BETWEEN -9223372036854775808 AND 9223372036854775807 THEN n::bigint END
  FROM (SELECT t1."price"::numeric - t1."cost_price" AS n) AS x)::numeric * 0.01)::text || '"' END, 'null') || '}' AS j
  FROM "products" AS t1
  WHERE t1."id" = t0."product_id" AND ((t1."status" = 'published'::text OR EXISTS (SELECT 1
  FROM "memberships" AS t4
  WHERE t4."vendor_id" = t1."vendor_id" AND t4."user_id" = $2::uuid)) AND t1."deleted_at" IS NULL)) AS t5 ON TRUE
  ORDER BY (SELECT CASE WHEN n BETWEEN -9223372036854775808 AND 9223372036854775807 THEN n::bigint END
  FROM (SELECT t0."unit_price"::numeric * t0."quantity" AS n) AS x) DESC NULLS FIRST, t0."id" DESC) AS page ON 1 = 1;
