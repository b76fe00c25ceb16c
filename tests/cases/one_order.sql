-- sqlite
SELECT total.n, page.*
  FROM (SELECT count(*) AS n
  FROM "orders" AS t13
  WHERE (t13."buyer_id" = ?6 OR (NOT t13."status" = 'cart' AND EXISTS (SELECT 1
  FROM "order_lines" AS t14
  WHERE t14."order_id" = t13."id" AND EXISTS (SELECT 1
  FROM "products" AS t15
  WHERE t15."id" = t14."product_id" AND EXISTS (SELECT 1
  FROM "memberships" AS t16
  WHERE t16."vendor_id" = t15."vendor_id" AND t16."user_id" = ?7)))))) AS total
  LEFT JOIN (SELECT 1 AS found, t0."status" AS c0, CASE WHEN t0."total" IS NOT NULL THEN printf('%s%d.%02d', CASE WHEN t0."total" < 0 THEN '-' ELSE '' END, abs(t0."total" / 100), abs(t0."total" % 100)) END AS c1, t0."currency" AS c2, json((SELECT json_object('name', t1."name", 'email', CASE WHEN t1."id" = ?1 THEN t1."email" END)
  FROM "users" AS t1
  WHERE t1."id" = t0."buyer_id")) AS c3, json((SELECT json_object('nodes', json_group_array(json(j)))
  FROM (SELECT json_object('quantity', t2."quantity", 'unitPrice', CASE WHEN t2."unit_price" IS NOT NULL THEN printf('%s%d.%02d', CASE WHEN t2."unit_price" < 0 THEN '-' ELSE '' END, abs(t2."unit_price" / 100), abs(t2."unit_price" % 100)) END, 'product', json((SELECT json_object('name', t3."name", 'costPrice', CASE WHEN EXISTS (SELECT 1
  FROM "memberships" AS t4
  WHERE t4."vendor_id" = t3."vendor_id" AND t4."user_id" = ?2) THEN CASE WHEN t3."cost_price" IS NOT NULL THEN printf('%s%d.%02d', CASE WHEN t3."cost_price" < 0 THEN '-' ELSE '' END, abs(t3."cost_price" / 100), abs(t3."cost_price" % 100)) END END)
  FROM "products" AS t3
  WHERE t3."id" = t2."product_id" AND ((t3."status" = 'published' OR EXISTS (SELECT 1
  FROM "memberships" AS t5
  WHERE t5."vendor_id" = t3."vendor_id" AND t5."user_id" = ?3)) AND t3."deleted_at" IS NULL)))) AS j
  FROM (SELECT t2.*
  FROM "order_lines" AS t2
  WHERE t2."order_id" = t0."id" AND (EXISTS (SELECT 1
  FROM "orders" AS t6
  WHERE t6."id" = t2."order_id" AND t6."buyer_id" = ?4) OR (NOT EXISTS (SELECT 1
  FROM "orders" AS t7
  WHERE t7."id" = t2."order_id" AND t7."status" = 'cart') AND EXISTS (SELECT 1
  FROM "products" AS t8
  WHERE t8."id" = t2."product_id" AND EXISTS (SELECT 1
  FROM "memberships" AS t9
  WHERE t9."vendor_id" = t8."vendor_id" AND t9."user_id" = ?5))))
  ORDER BY t2."id" ASC LIMIT 50) AS t2
  ORDER BY t2."id" ASC))) AS c4
  FROM (SELECT t0.*
  FROM "orders" AS t0
  WHERE (t0."buyer_id" = ?6 OR (NOT t0."status" = 'cart' AND EXISTS (SELECT 1
  FROM "order_lines" AS t10
  WHERE t10."order_id" = t0."id" AND EXISTS (SELECT 1
  FROM "products" AS t11
  WHERE t11."id" = t10."product_id" AND EXISTS (SELECT 1
  FROM "memberships" AS t12
  WHERE t12."vendor_id" = t11."vendor_id" AND t12."user_id" = ?7)))))
  ORDER BY t0."placed_at" ASC NULLS LAST, t0."id" ASC LIMIT 1) AS t0
  ORDER BY t0."placed_at" ASC NULLS LAST, t0."id" ASC) AS page ON 1 = 1;

-- postgres
SELECT total.n, page.*
  FROM (SELECT count(*) AS n
  FROM "orders" AS t15
  WHERE (t15."buyer_id" = $6::uuid OR (NOT t15."status" = 'cart'::text AND EXISTS (SELECT 1
  FROM "order_lines" AS t16
  WHERE t16."order_id" = t15."id" AND EXISTS (SELECT 1
  FROM "products" AS t17
  WHERE t17."id" = t16."product_id" AND EXISTS (SELECT 1
  FROM "memberships" AS t18
  WHERE t18."vendor_id" = t17."vendor_id" AND t18."user_id" = $7::uuid)))))) AS total
  LEFT JOIN (SELECT 1 AS found, t0."status" AS c0, (t0."total"::numeric * 0.01)::text AS c1, t0."currency" AS c2, t2.j AS c3, (SELECT '{"nodes":' || coalesce('[' || string_agg(j, ',') || ']', '[]') || '}'
  FROM (SELECT '{"quantity":' || coalesce(t3."quantity"::text, 'null') || ',"unitPrice":' || coalesce('"' || (t3."unit_price"::numeric * 0.01)::text || '"', 'null') || ',"product":' || coalesce(t7.j, 'null') || '}' AS j
  FROM (SELECT t3.*
  FROM "order_lines" AS t3
  WHERE t3."order_id" = t0."id" AND (EXISTS (SELECT 1
  FROM "orders" AS t8
  WHERE t8."id" = t3."order_id" AND t8."buyer_id" = $4::uuid) OR (NOT EXISTS (SELECT 1
  FROM "orders" AS t9
  WHERE t9."id" = t3."order_id" AND t9."status" = 'cart'::text) AND EXISTS (SELECT 1
  FROM "products" AS t10
  WHERE t10."id" = t3."product_id" AND EXISTS (SELECT 1
  FROM "memberships" AS t11
  WHERE t11."vendor_id" = t10."vendor_id" AND t11."user_id" = $5::uuid))))
  ORDER BY t3."id" ASC LIMIT 50) AS t3
  LEFT JOIN LATERAL (SELECT '{"name":' || coalesce(to_json(t4."name")::text, 'null') || ',"costPrice":' || coalesce(CASE WHEN EXISTS (SELECT 1
  FROM "memberships" AS t5
  WHERE t5."vendor_id" = t4."vendor_id" AND t5."user_id" = $2::uuid) THEN '"' || (t4."cost_price"::numeric * 0.01)::text || '"' END, 'null') || '}' AS j
  FROM "products" AS t4
  WHERE t4."id" = t3."product_id" AND ((t4."status" = 'published'::text OR EXISTS (SELECT 1
  FROM "memberships" AS t6
  WHERE t6."vendor_id" = t4."vendor_id" AND t6."user_id" = $3::uuid)) AND t4."deleted_at" IS NULL)) AS t7 ON TRUE
  ORDER BY t3."id" ASC) AS rows) AS c4
  FROM (SELECT t0.*
  FROM "orders" AS t0
  WHERE (t0."buyer_id" = $6::uuid OR (NOT t0."status" = 'cart'::text AND EXISTS (SELECT 1
  FROM "order_lines" AS t12
  WHERE t12."order_id" = t0."id" AND EXISTS (SELECT 1
  FROM "products" AS t13
  WHERE t13."id" = t12."product_id" AND EXISTS (SELECT 1
  FROM "memberships" AS t14
  WHERE t14."vendor_id" = t13."vendor_id" AND t14."user_id" = $7::uuid)))))
  ORDER BY t0."placed_at" ASC NULLS LAST, t0."id" ASC LIMIT 1) AS t0
  LEFT JOIN LATERAL (SELECT '{"name":' || coalesce(to_json(t1."name")::text, 'null') || ',"email":' || coalesce(CASE WHEN t1."id" = $1::uuid THEN to_json(t1."email")::text END, 'null') || '}' AS j
  FROM "users" AS t1
  WHERE t1."id" = t0."buyer_id") AS t2 ON TRUE
  ORDER BY t0."placed_at" ASC NULLS LAST, t0."id" ASC) AS page ON 1 = 1;
