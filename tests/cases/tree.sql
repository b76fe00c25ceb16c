-- sqlite
SELECT t0."name", json((SELECT json_object('nodes', json_group_array(json(j)))
  FROM (SELECT json_object('name', t1."name", 'children', json((SELECT json_object('nodes', json_group_array(json(j)))
  FROM (SELECT json_object('name', t2."name", '__typename', 'Category') AS j
  FROM "categories" AS t2
  WHERE t2."parent_id" = t1."id"
  ORDER BY t2."position" ASC, t2."name" ASC, t2."id" ASC LIMIT 2)))) AS j
  FROM (SELECT t1.*
  FROM "categories" AS t1
  WHERE t1."parent_id" = t0."id"
  ORDER BY t1."position" ASC, t1."name" ASC, t1."id" ASC LIMIT 2) AS t1
  ORDER BY t1."position" ASC, t1."name" ASC, t1."id" ASC)))
  FROM (SELECT t0.*
  FROM "categories" AS t0
  WHERE t0."parent_id" IS NULL
  ORDER BY t0."position" ASC, t0."name" ASC, t0."id" ASC LIMIT 2) AS t0
  ORDER BY t0."position" ASC, t0."name" ASC, t0."id" ASC;

-- postgres
SELECT t0."name", (SELECT '{"nodes":' || coalesce('[' || string_agg(j, ',') || ']', '[]') || '}'
  FROM (SELECT '{"name":' || coalesce(to_json(t1."name")::text, 'null') || ',"children":' || coalesce((SELECT '{"nodes":' || coalesce('[' || string_agg(j, ',') || ']', '[]') || '}'
  FROM (SELECT '{"name":' || coalesce(to_json(t2."name")::text, 'null') || ',"__typename":' || coalesce('"Category"'::text, 'null') || '}' AS j
  FROM "categories" AS t2
  WHERE t2."parent_id" = t1."id"
  ORDER BY t2."position" ASC, t2."name" COLLATE "C" ASC, t2."id" ASC LIMIT 2) AS rows), 'null') || '}' AS j
  FROM (SELECT t1.*
  FROM "categories" AS t1
  WHERE t1."parent_id" = t0."id"
  ORDER BY t1."position" ASC, t1."name" COLLATE "C" ASC, t1."id" ASC LIMIT 2) AS t1
  ORDER BY t1."position" ASC, t1."name" COLLATE "C" ASC, t1."id" ASC) AS rows)
  FROM (SELECT t0.*
  FROM "categories" AS t0
  WHERE t0."parent_id" IS NULL
  ORDER BY t0."position" ASC, t0."name" COLLATE "C" ASC, t0."id" ASC LIMIT 2) AS t0
  ORDER BY t0."position" ASC, t0."name" COLLATE "C" ASC, t0."id" ASC;
