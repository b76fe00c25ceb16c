-- sqlite
SELECT t0."name", t0."name", t0."id"
  FROM "vendors" AS t0
  ORDER BY t0."name" DESC, t0."id" DESC LIMIT 3;
SELECT t0."name"
  FROM "vendors" AS t0
  ORDER BY t0."name" ASC, t0."id" ASC LIMIT 3;

-- postgres
SELECT t0."name", t0."name", t0."id"::text
  FROM "vendors" AS t0
  ORDER BY t0."name" COLLATE "C" DESC, t0."id" DESC LIMIT 3;
SELECT t0."name"
  FROM "vendors" AS t0
  ORDER BY t0."name" COLLATE "C" ASC, t0."id" ASC LIMIT 3;
