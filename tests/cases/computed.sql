-- sqlite
SELECT json((SELECT json_object('name', t1."name")
  FROM "vendors" AS t1
  WHERE t1."id" = t0."vendor_id")), t0."description"
  FROM (SELECT t0.*
  FROM "products" AS t0
  WHERE (t0."status" = 'published' AND t0."deleted_at" IS NULL)
  ORDER BY t0."name" ASC, t0."id" ASC LIMIT 2) AS t0
  ORDER BY t0."name" ASC, t0."id" ASC;

-- postgres
SELECT t2.j, t0."description"
  FROM (SELECT t0.*
  FROM "products" AS t0
  WHERE (t0."status" = 'published'::text AND t0."deleted_at" IS NULL)
  ORDER BY t0."name" COLLATE "C" ASC, t0."id" ASC LIMIT 2) AS t0
  LEFT JOIN LATERAL (SELECT '{"name":' || coalesce(to_json(t1."name")::text, 'null') || '}' AS j
  FROM "vendors" AS t1
  WHERE t1."id" = t0."vendor_id") AS t2 ON TRUE
  ORDER BY t0."name" COLLATE "C" ASC, t0."id" ASC;
