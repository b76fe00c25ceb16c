-- sqlite
SELECT total.n, page.*
  FROM (SELECT count(*) AS n
  FROM "products" AS t3
  WHERE (t3."deleted_at" IS NULL AND ((SELECT CASE typeof(n) WHEN 'integer' THEN n END
  FROM (SELECT t3."price" - t3."cost_price" AS n)) >= ?1 AND CASE WHEN t3."stock" > ?2 THEN ?3 ELSE ?4 END = ?5))) AS total
  LEFT JOIN (SELECT 1 AS found, t0."id" AS c0, t0."name" AS c1, CASE WHEN t0."price" IS NOT NULL THEN printf('%s%d.%02d', CASE WHEN t0."price" < 0 THEN '-' ELSE '' END, abs(t0."price" / 100), abs(t0."price" % 100)) END AS c2, CASE WHEN t0."cost_price" IS NOT NULL THEN printf('%s%d.%02d', CASE WHEN t0."cost_price" < 0 THEN '-' ELSE '' END, abs(t0."cost_price" / 100), abs(t0."cost_price" % 100)) END AS c3, CASE WHEN (SELECT CASE typeof(n) WHEN 'integer' THEN n END
  FROM (SELECT t0."price" - t0."cost_price" AS n)) IS NOT NULL THEN printf('%s%d.%02d', CASE WHEN (SELECT CASE typeof(n) WHEN 'integer' THEN n END
  FROM (SELECT t0."price" - t0."cost_price" AS n)) < 0 THEN '-' ELSE '' END, abs((SELECT CASE typeof(n) WHEN 'integer' THEN n END
  FROM (SELECT t0."price" - t0."cost_price" AS n)) / 100), abs((SELECT CASE typeof(n) WHEN 'integer' THEN n END
  FROM (SELECT t0."price" - t0."cost_price" AS n)) % 100)) END AS c4, json((SELECT json_group_array(json(j))
  FROM (SELECT json_object('id', t1."id", 'product', json((SELECT json_object('id', t2."id", 'margin', CASE WHEN (SELECT CASE typeof(n) WHEN 'integer' THEN n END
  FROM (SELECT t2."price" - t2."cost_price" AS n)) IS NOT NULL THEN printf('%s%d.%02d', CASE WHEN (SELECT CASE typeof(n) WHEN 'integer' THEN n END
  FROM (SELECT t2."price" - t2."cost_price" AS n)) < 0 THEN '-' ELSE '' END, abs((SELECT CASE typeof(n) WHEN 'integer' THEN n END
  FROM (SELECT t2."price" - t2."cost_price" AS n)) / 100), abs((SELECT CASE typeof(n) WHEN 'integer' THEN n END
  FROM (SELECT t2."price" - t2."cost_price" AS n)) % 100)) END)
  FROM "products" AS t2
  WHERE t2."id" = t1."product_id" AND t2."deleted_at" IS NULL))) AS j
  FROM (SELECT t1.*
  FROM "reviews" AS t1
  WHERE t1."product_id" = t0."id"
  ORDER BY t1."created_at" DESC, t1."id" DESC LIMIT 50) AS t1
  ORDER BY t1."created_at" DESC, t1."id" DESC))) AS c5
  FROM (SELECT t0.*
  FROM "products" AS t0
  WHERE (t0."deleted_at" IS NULL AND ((SELECT CASE typeof(n) WHEN 'integer' THEN n END
  FROM (SELECT t0."price" - t0."cost_price" AS n)) >= ?1 AND CASE WHEN t0."stock" > ?2 THEN ?3 ELSE ?4 END = ?5))
  ORDER BY (SELECT CASE typeof(n) WHEN 'integer' THEN n END
  FROM (SELECT t0."price" - t0."cost_price" AS n)) DESC NULLS FIRST, t0."id" DESC LIMIT 3) AS t0
  ORDER BY (SELECT CASE typeof(n) WHEN 'integer' THEN n END
  FROM (SELECT t0."price" - t0."cost_price" AS n)) DESC NULLS FIRST, t0."id" DESC) AS page ON 1 = 1;

-- postgres
SELECT total.n, page.*
  FROM (SELECT count(*) AS n
  FROM "products" AS t4
  WHERE (t4."deleted_at" IS NULL AND ((SELECT CASE WHEN n BETWEEN -9223372036854775808 AND 9223372036854775807 THEN n::bigint END
  FROM (SELECT t4."price"::numeric - t4."cost_price" AS n) AS x) >= $1::bigint AND CASE WHEN t4."stock" > $2::int THEN $3::boolean ELSE $4::boolean END = $5::boolean))) AS total
  LEFT JOIN (SELECT 1 AS found, t0."id"::text AS c0, t0."name" AS c1, (t0."price"::numeric * 0.01)::text AS c2, (t0."cost_price"::numeric * 0.01)::text AS c3, ((SELECT CASE WHEN n BETWEEN -9223372036854775808 AND 9223372036854775807 THEN n::bigint END
  FROM (SELECT t0."price"::numeric - t0."cost_price" AS n) AS x)::numeric * 0.01)::text AS c4, (SELECT coalesce('[' || string_agg(j, ',') || ']', '[]')
  FROM (SELECT '{"id":' || coalesce('"' || t1."id"::text || '"', 'null') || ',"product":' || coalesce(t3.j, 'null') || '}' AS j
  FROM (SELECT t1.*
  FROM "reviews" AS t1
  WHERE t1."product_id" = t0."id"
  ORDER BY t1."created_at" DESC, t1."id" DESC LIMIT 50) AS t1
  LEFT JOIN LATERAL (SELECT '{"id":' || coalesce('"' || t2."id"::text || '"', 'null') || ',"margin":' || coalesce('"' || ((SELECT CASE WHEN n BETWEEN -9223372036854775808 AND 9223372036854775807 THEN n::bigint END
  FROM (SELECT t2."price"::numeric - t2."cost_price" AS n) AS x)::numeric * 0.01)::text || '"', 'null') || '}' AS j
  FROM "products" AS t2
  WHERE t2."id" = t1."product_id" AND t2."deleted_at" IS NULL) AS t3 ON TRUE
  ORDER BY t1."created_at" DESC, t1."id" DESC) AS rows) AS c5
  FROM (SELECT t0.*
  FROM "products" AS t0
  WHERE (t0."deleted_at" IS NULL AND ((SELECT CASE WHEN n BETWEEN -9223372036854775808 AND 9223372036854775807 THEN n::bigint END
  FROM (SELECT t0."price"::numeric - t0."cost_price" AS n) AS x) >= $1::bigint AND CASE WHEN t0."stock" > $2::int THEN $3::boolean ELSE $4::boolean END = $5::boolean))
  ORDER BY (SELECT CASE WHEN n BETWEEN -9223372036854775808 AND 9223372036854775807 THEN n::bigint END
  FROM (SELECT t0."price"::numeric - t0."cost_price" AS n) AS x) DESC NULLS FIRST, t0."id" DESC LIMIT 3) AS t0
  ORDER BY (SELECT CASE WHEN n BETWEEN -9223372036854775808 AND 9223372036854775807 THEN n::bigint END
  FROM (SELECT t0."price"::numeric - t0."cost_price" AS n) AS x) DESC NULLS FIRST, t0."id" DESC) AS page ON 1 = 1;
