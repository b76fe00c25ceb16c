-- sqlite
SELECT NULL AS n, (SELECT json_array(count(*), count(DISTINCT f0), json_array(sum(f1 >> 32), sum(f1 & 4294967295)), json_array(json_array(sum(f1 >> 32), sum(f1 & 4294967295)), count(f1)), replace(min(f2), '.000000Z', 'Z'))
  FROM (SELECT t1."buyer_id" AS f0, t1."total" AS f1, t1."placed_at" AS f2
  FROM "orders" AS t1
  WHERE ((t1."buyer_id" = ?1 OR (NOT t1."status" = 'cart' AND EXISTS (SELECT 1
  FROM "order_lines" AS t2
  WHERE t2."order_id" = t1."id" AND EXISTS (SELECT 1
  FROM "products" AS t3
  WHERE t3."id" = t2."product_id" AND EXISTS (SELECT 1
  FROM "memberships" AS t4
  WHERE t4."vendor_id" = t3."vendor_id" AND t4."user_id" = ?2))))) AND t1."status" IS NOT ?3)) AS r) AS a0, (SELECT json_group_array(json(j))
  FROM (SELECT j
  FROM (SELECT json_array(replace(k0, '.000000Z', 'Z'), k1, k2, count(*), json_array(sum(f0 >> 32), sum(f0 & 4294967295)), json_array(json_array(sum(f0 >> 32), sum(f0 & 4294967295)), count(f0))) AS j, (sum(f0 >> 32) + (sum(f0 & 4294967295) >> 32)) AS o0, (sum(f0 & 4294967295) & 4294967295) AS o1, k0 AS o2, k1 AS o3, k2 AS o4
  FROM (SELECT (substr(t5."placed_at", 1, 7) || '-01T00:00:00.000000Z') AS k0, t5."currency" AS k1, t6."name" AS k2, t5."total" AS f0
  FROM "orders" AS t5
  LEFT JOIN "users" AS t6 ON t6."id" = t5."buyer_id"
  WHERE ((t5."buyer_id" = ?1 OR (NOT t5."status" = 'cart' AND EXISTS (SELECT 1
  FROM "order_lines" AS t7
  WHERE t7."order_id" = t5."id" AND EXISTS (SELECT 1
  FROM "products" AS t8
  WHERE t8."id" = t7."product_id" AND EXISTS (SELECT 1
  FROM "memberships" AS t9
  WHERE t9."vendor_id" = t8."vendor_id" AND t9."user_id" = ?2))))) AND t5."status" IS NOT ?3)) AS r GROUP BY k0, k1, k2 HAVING count(*) >= ?4 AND ((sum(f0 >> 32) + (sum(f0 & 4294967295) >> 32)), (sum(f0 & 4294967295) & 4294967295)) > (?5, ?6) AND (CAST((sum(f0 >> 32) + (sum(f0 & 4294967295) >> 32)) AS REAL) * 4294967296.0 + (sum(f0 & 4294967295) & 4294967295)) / count(f0) < ?7) AS " every"
  ORDER BY o0 DESC NULLS FIRST, o1 DESC NULLS FIRST, o2 ASC NULLS LAST, o3 ASC NULLS LAST, o4 ASC NULLS LAST LIMIT 3) AS g) AS a1, NULL AS found;
SELECT t0."name", json_object('rows', json(json((SELECT json_group_array(json(j))
  FROM (SELECT json_object() AS j
  FROM "products" AS t1
  WHERE t1."vendor_id" = t0."id" AND ((t1."status" = 'published' OR EXISTS (SELECT 1
  FROM "memberships" AS t2
  WHERE t2."vendor_id" = t1."vendor_id" AND t2."user_id" = ?1)) AND t1."deleted_at" IS NULL)
  ORDER BY t1."created_at" DESC, t1."id" DESC LIMIT 0)))), 'total', NULL, 'aggregates', json_array(json((SELECT json_array(count(*), sum(f0), json_array(sum(f0), count(f0)), json_array(json_array(sum(f1 >> 32), sum(f1 & 4294967295)), count(f1)))
  FROM (SELECT t3."stock" AS f0, t3."price" AS f1
  FROM "products" AS t3
  WHERE t3."vendor_id" = t0."id" AND ((t3."status" = 'published' OR EXISTS (SELECT 1
  FROM "memberships" AS t4
  WHERE t4."vendor_id" = t3."vendor_id" AND t4."user_id" = ?1)) AND t3."deleted_at" IS NULL)) AS r))))
  FROM (SELECT t0.*
  FROM "vendors" AS t0
  ORDER BY t0."name" ASC, t0."id" ASC LIMIT 1) AS t0
  ORDER BY t0."name" ASC, t0."id" ASC;

-- postgres
SELECT NULL AS n, (SELECT json_build_array(count(*), count(DISTINCT f0), sum(f1)::text, json_build_array(sum(f1)::text, count(f1)), replace(to_char(min(f2) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), '.000000Z', 'Z'))
  FROM (SELECT t1."buyer_id" AS f0, t1."total" AS f1, t1."placed_at" AS f2
  FROM "orders" AS t1
  WHERE ((t1."buyer_id" = $1::uuid OR (NOT t1."status" = 'cart'::text AND EXISTS (SELECT 1
  FROM "order_lines" AS t2
  WHERE t2."order_id" = t1."id" AND EXISTS (SELECT 1
  FROM "products" AS t3
  WHERE t3."id" = t2."product_id" AND EXISTS (SELECT 1
  FROM "memberships" AS t4
  WHERE t4."vendor_id" = t3."vendor_id" AND t4."user_id" = $2::uuid))))) AND t1."status" IS DISTINCT
  FROM $3::text)) AS r) AS a0, (SELECT coalesce(json_agg(j), '[]'::json)
  FROM (SELECT j
  FROM (SELECT json_build_array(replace(to_char(k0 AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), '.000000Z', 'Z'), k1, k2, count(*), sum(f0)::text, json_build_array(sum(f0)::text, count(f0))) AS j, sum(f0) AS o0, k0 AS o1, k1 AS o2, k2 AS o3
  FROM (SELECT date_trunc('month', t5."placed_at", 'UTC') AS k0, t5."currency" COLLATE "C" AS k1, t6."name" COLLATE "C" AS k2, t5."total" AS f0
  FROM "orders" AS t5
  LEFT JOIN "users" AS t6 ON t6."id" = t5."buyer_id"
  WHERE ((t5."buyer_id" = $1::uuid OR (NOT t5."status" = 'cart'::text AND EXISTS (SELECT 1
  FROM "order_lines" AS t7
  WHERE t7."order_id" = t5."id" AND EXISTS (SELECT 1
  FROM "products" AS t8
  WHERE t8."id" = t7."product_id" AND EXISTS (SELECT 1
  FROM "memberships" AS t9
  WHERE t9."vendor_id" = t8."vendor_id" AND t9."user_id" = $2::uuid))))) AND t5."status" IS DISTINCT
  FROM $3::text)) AS r GROUP BY k0, k1, k2 HAVING count(*) >= $4::bigint AND sum(f0) > $5::numeric AND sum(f0)::float8 / count(f0) < $6::float8) AS " every"
  ORDER BY o0 DESC NULLS FIRST, o1 ASC NULLS LAST, o2 ASC NULLS LAST, o3 ASC NULLS LAST LIMIT 3) AS g) AS a1, NULL AS found;
SELECT t0."name", '{"rows":' || coalesce((SELECT coalesce('[' || string_agg(j, ',') || ']', '[]')
  FROM (SELECT '{}'::text AS j
  FROM "products" AS t1
  WHERE t1."vendor_id" = t0."id" AND ((t1."status" = 'published'::text OR EXISTS (SELECT 1
  FROM "memberships" AS t2
  WHERE t2."vendor_id" = t1."vendor_id" AND t2."user_id" = $1::uuid)) AND t1."deleted_at" IS NULL)
  ORDER BY t1."created_at" DESC, t1."id" DESC LIMIT 0) AS rows), 'null') || ',"total":' || coalesce(NULL::text, 'null') || ',"aggregates":' || coalesce(json_build_array((SELECT json_build_array(count(*), sum(f0), json_build_array(sum(f0), count(f0)), json_build_array(sum(f1)::text, count(f1)))
  FROM (SELECT t3."stock" AS f0, t3."price" AS f1
  FROM "products" AS t3
  WHERE t3."vendor_id" = t0."id" AND ((t3."status" = 'published'::text OR EXISTS (SELECT 1
  FROM "memberships" AS t4
  WHERE t4."vendor_id" = t3."vendor_id" AND t4."user_id" = $1::uuid)) AND t3."deleted_at" IS NULL)) AS r))::text, 'null') || '}'
  FROM (SELECT t0.*
  FROM "vendors" AS t0
  ORDER BY t0."name" COLLATE "C" ASC, t0."id" ASC LIMIT 1) AS t0
  ORDER BY t0."name" COLLATE "C" ASC, t0."id" ASC;
