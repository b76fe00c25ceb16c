-- sqlite
SELECT NULL AS n, (WITH " every" AS (SELECT json_array(k0, replace(k1, '.000000Z', 'Z'), count(*), sum(f0), json_array(json_array(sum(f1 >> 32), sum(f1 & 4294967295)), count(f1))) AS j, sum(f0) AS o0, k0 AS o1, k1 AS o2
  FROM (SELECT t3."name" AS k0, (substr(t1."created_at", 1, 4) || '-01-01T00:00:00.000000Z') AS k1, t1."stock" AS f0, t1."price" AS f1
  FROM "products" AS t1
  LEFT JOIN "categories" AS t2 ON t2."id" = t1."category_id"
  LEFT JOIN "categories" AS t3 ON t3."id" = t2."parent_id"
  WHERE ((t1."status" = 'published' AND t1."deleted_at" IS NULL) AND t1."price" < ?1)) AS r GROUP BY k0, k1 HAVING count(*) >= ?2) SELECT json_array(json((SELECT json_group_array(json(j))
  FROM (SELECT j
  FROM " every"
  ORDER BY o0 DESC NULLS FIRST, o1 ASC NULLS LAST, o2 ASC NULLS LAST LIMIT 2 OFFSET ?3) AS g)), (SELECT count(*)
  FROM " every"))) AS a0, NULL AS found;

-- postgres
SELECT NULL AS n, (WITH " every" AS (SELECT json_build_array(k0, replace(to_char(k1 AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), '.000000Z', 'Z'), count(*), sum(f0), json_build_array(sum(f1)::text, count(f1))) AS j, sum(f0) AS o0, k0 AS o1, k1 AS o2
  FROM (SELECT t3."name" COLLATE "C" AS k0, date_trunc('year', t1."created_at", 'UTC') AS k1, t1."stock" AS f0, t1."price" AS f1
  FROM "products" AS t1
  LEFT JOIN "categories" AS t2 ON t2."id" = t1."category_id"
  LEFT JOIN "categories" AS t3 ON t3."id" = t2."parent_id"
  WHERE ((t1."status" = 'published'::text AND t1."deleted_at" IS NULL) AND t1."price" < $1::bigint)) AS r GROUP BY k0, k1 HAVING count(*) >= $2::bigint) SELECT json_build_array((SELECT coalesce(json_agg(j), '[]'::json)
  FROM (SELECT j
  FROM " every"
  ORDER BY o0 DESC NULLS FIRST, o1 ASC NULLS LAST, o2 ASC NULLS LAST LIMIT 2 OFFSET $3::bigint) AS g), (SELECT count(*)
  FROM " every"))) AS a0, NULL AS found;
