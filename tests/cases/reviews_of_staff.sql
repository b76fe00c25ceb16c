-- sqlite
SELECT total.n, page.*
  FROM (SELECT count(*) AS n
  FROM "reviews" AS t8
  WHERE t8."status" = ?9) AS total
  LEFT JOIN (SELECT 1 AS found, t0."id" AS c0, t0."version" AS c1, t0."product_id" AS c2, t0."author_id" AS c3, t0."rating" AS c4, t0."title" AS c5, t0."body" AS c6, t0."status" AS c7, replace(t0."created_at", '.000000Z', 'Z') AS c8, json((SELECT json_object('id', t1."id", 'version', t1."version", 'vendor_id', t1."vendor_id", 'category_id', t1."category_id", 'name', t1."name", 'slug', t1."slug", 'description', t1."description", 'price', CASE WHEN t1."price" IS NOT NULL THEN printf('%s%d.%02d', CASE WHEN t1."price" < 0 THEN '-' ELSE '' END, abs(t1."price" / 100), abs(t1."price" % 100)) END, 'cost_price', CASE WHEN EXISTS (SELECT 1
  FROM "memberships" AS t2
  WHERE t2."vendor_id" = t1."vendor_id" AND t2."user_id" = ?1) THEN CASE WHEN t1."cost_price" IS NOT NULL THEN printf('%s%d.%02d', CASE WHEN t1."cost_price" < 0 THEN '-' ELSE '' END, abs(t1."cost_price" / 100), abs(t1."cost_price" % 100)) END END, 'currency', t1."currency", 'stock', t1."stock", 'status', t1."status", 'created_at', replace(t1."created_at", '.000000Z', 'Z'), 'updated_at', replace(t1."updated_at", '.000000Z', 'Z'), 'in_stock', json(CASE WHEN CASE WHEN t1."stock" > ?2 THEN ?3 ELSE ?4 END THEN 'true' WHEN NOT CASE WHEN t1."stock" > ?2 THEN ?3 ELSE ?4 END THEN 'false' END), 'margin', CASE WHEN EXISTS (SELECT 1
  FROM "memberships" AS t3
  WHERE t3."vendor_id" = t1."vendor_id" AND t3."user_id" = ?1) THEN CASE WHEN (SELECT CASE typeof(n) WHEN 'integer' THEN n END
  FROM (SELECT t1."price" - t1."cost_price" AS n)) IS NOT NULL THEN printf('%s%d.%02d', CASE WHEN (SELECT CASE typeof(n) WHEN 'integer' THEN n END
  FROM (SELECT t1."price" - t1."cost_price" AS n)) < 0 THEN '-' ELSE '' END, abs((SELECT CASE typeof(n) WHEN 'integer' THEN n END
  FROM (SELECT t1."price" - t1."cost_price" AS n)) / 100), abs((SELECT CASE typeof(n) WHEN 'integer' THEN n END
  FROM (SELECT t1."price" - t1."cost_price" AS n)) % 100)) END END, 'review_count', (SELECT count(*)
  FROM "reviews" AS t4
  WHERE t4."product_id" = t1."id"), 'average_rating', CASE WHEN (SELECT CAST(sum(t5."rating") AS REAL) / count(t5."rating")
  FROM "reviews" AS t5
  WHERE t5."product_id" = t1."id") IS NOT NULL THEN printf('%!.20g', (SELECT CAST(sum(t5."rating") AS REAL) / count(t5."rating")
  FROM "reviews" AS t5
  WHERE t5."product_id" = t1."id")) END, ' description', t1."description")
  FROM "products" AS t1
  WHERE t1."id" = t0."product_id" AND ((t1."status" = 'published' OR EXISTS (SELECT 1
  FROM "memberships" AS t6
  WHERE t6."vendor_id" = t1."vendor_id" AND t6."user_id" = ?5)) AND t1."deleted_at" IS NULL))) AS c9, json((SELECT json_object('id', t7."id", 'version', t7."version", 'name', t7."name", 'email', CASE WHEN t7."id" = ?6 THEN t7."email" END, 'role', CASE WHEN t7."id" = ?7 THEN t7."role" END, 'is_active', CASE WHEN t7."id" = ?8 THEN json(CASE WHEN t7."is_active" THEN 'true' WHEN NOT t7."is_active" THEN 'false' END) END, 'created_at', replace(t7."created_at", '.000000Z', 'Z'))
  FROM "users" AS t7
  WHERE t7."id" = t0."author_id")) AS c10
  FROM (SELECT t0.*
  FROM "reviews" AS t0
  WHERE t0."status" = ?9
  ORDER BY t0."created_at" DESC, t0."id" DESC LIMIT 2) AS t0
  ORDER BY t0."created_at" DESC, t0."id" DESC) AS page ON 1 = 1;

-- postgres
SELECT total.n, page.*
  FROM (SELECT count(*) AS n
  FROM "reviews" AS t10
  WHERE t10."status" = $9::text) AS total
  LEFT JOIN (SELECT 1 AS found, t0."id"::text AS c0, t0."version" AS c1, t0."product_id"::text AS c2, t0."author_id"::text AS c3, t0."rating" AS c4, t0."title" AS c5, t0."body" AS c6, t0."status" AS c7, t0."created_at" AS c8, t7.j AS c9, t9.j AS c10
  FROM (SELECT t0.*
  FROM "reviews" AS t0
  WHERE t0."status" = $9::text
  ORDER BY t0."created_at" DESC, t0."id" DESC LIMIT 2) AS t0
  LEFT JOIN LATERAL (SELECT '{"id":' || coalesce('"' || t1."id"::text || '"', 'null') || ',"version":' || coalesce(t1."version"::text, 'null') || ',"vendor_id":' || coalesce('"' || t1."vendor_id"::text || '"', 'null') || ',"category_id":' || coalesce('"' || t1."category_id"::text || '"', 'null') || ',"name":' || coalesce(to_json(t1."name")::text, 'null') || ',"slug":' || coalesce(to_json(t1."slug")::text, 'null') || ',"description":' || coalesce(to_json(t1."description")::text, 'null') || ',"price":' || coalesce('"' || (t1."price"::numeric * 0.01)::text || '"', 'null') || ',"cost_price":' || coalesce(CASE WHEN EXISTS (SELECT 1
  FROM "memberships" AS t2
  WHERE t2."vendor_id" = t1."vendor_id" AND t2."user_id" = $1::uuid) THEN '"' || (t1."cost_price"::numeric * 0.01)::text || '"' END, 'null') || ',"currency":' || coalesce(to_json(t1."currency")::text, 'null') || ',"stock":' || coalesce(t1."stock"::text, 'null') || ',"status":' || coalesce(to_json(t1."status")::text, 'null') || ',"created_at":' || coalesce(CASE WHEN t1."created_at"::timestamptz(0) = t1."created_at" THEN left(to_json(t1."created_at" AT TIME ZONE 'UTC')::text, -1) || 'Z"' ELSE '"' || to_char(t1."created_at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '"' END, 'null') || ',"updated_at":' || coalesce(CASE WHEN t1."updated_at"::timestamptz(0) = t1."updated_at" THEN left(to_json(t1."updated_at" AT TIME ZONE 'UTC')::text, -1) || 'Z"' ELSE '"' || to_char(t1."updated_at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '"' END, 'null') || ',"in_stock":' || coalesce(CASE WHEN t1."stock" > $2::int THEN $3::boolean ELSE $4::boolean END::text, 'null') || ',"margin":' || coalesce(CASE WHEN EXISTS (SELECT 1
  FROM "memberships" AS t3
  WHERE t3."vendor_id" = t1."vendor_id" AND t3."user_id" = $1::uuid) THEN '"' || ((SELECT CASE WHEN n BETWEEN -9223372036854775808 AND 9223372036854775807 THEN n::bigint END
  FROM (SELECT t1."price"::numeric - t1."cost_price" AS n) AS x)::numeric * 0.01)::text || '"' END, 'null') || ',"review_count":' || coalesce((SELECT count(*)
  FROM "reviews" AS t4
  WHERE t4."product_id" = t1."id")::text, 'null') || ',"average_rating":' || coalesce(to_json((SELECT sum(t5."rating")::float8 / count(t5."rating")
  FROM "reviews" AS t5
  WHERE t5."product_id" = t1."id")::text)::text, 'null') || '," description":' || coalesce(to_json(t1."description")::text, 'null') || '}' AS j
  FROM "products" AS t1
  WHERE t1."id" = t0."product_id" AND ((t1."status" = 'published'::text OR EXISTS (SELECT 1
  FROM "memberships" AS t6
  WHERE t6."vendor_id" = t1."vendor_id" AND t6."user_id" = $5::uuid)) AND t1."deleted_at" IS NULL)) AS t7 ON TRUE
  LEFT JOIN LATERAL (SELECT '{"id":' || coalesce('"' || t8."id"::text || '"', 'null') || ',"version":' || coalesce(t8."version"::text, 'null') || ',"name":' || coalesce(to_json(t8."name")::text, 'null') || ',"email":' || coalesce(CASE WHEN t8."id" = $6::uuid THEN to_json(t8."email")::text END, 'null') || ',"role":' || coalesce(CASE WHEN t8."id" = $7::uuid THEN to_json(t8."role")::text END, 'null') || ',"is_active":' || coalesce(CASE WHEN t8."id" = $8::uuid THEN t8."is_active"::text END, 'null') || ',"created_at":' || coalesce(CASE WHEN t8."created_at"::timestamptz(0) = t8."created_at" THEN left(to_json(t8."created_at" AT TIME ZONE 'UTC')::text, -1) || 'Z"' ELSE '"' || to_char(t8."created_at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '"' END, 'null') || '}' AS j
  FROM "users" AS t8
  WHERE t8."id" = t0."author_id") AS t9 ON TRUE
  ORDER BY t0."created_at" DESC, t0."id" DESC) AS page ON 1 = 1;
