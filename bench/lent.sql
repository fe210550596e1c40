-- So many hours of lent rooms as years of lending leave them. Troupes have about 43 % of the hours of
-- their rooms, by weekly series of half a year; members have single hours of courts, as many as are
-- missing. Half-year 0 begins tomorrow.
-- Keys are made here and no two hours can overlap, so nothing is looked up row by row: what guards and
-- finds the rows is laid aside and made again over all of them, which proves it.
SET synchronous_commit = off;
SET session_replication_role = replica;
SET maintenance_work_mem = '512MB';

INSERT INTO troupes (id, site_id, code, kind, name_zh, name_en, size) OVERRIDING SYSTEM VALUE
SELECT {base} + n, (SELECT id FROM sites WHERE kind = 'head'), 'bench-' || n, 'choir',
       '职工合唱团' || n, 'Choir ' || n, 20
FROM generate_series(1, {troupes}) AS n
ON CONFLICT DO NOTHING;

INSERT INTO seasons (id, name_zh, name_en, starts_on, ends_on) OVERRIDING SYSTEM VALUE
VALUES ({base}, '本季', 'This season', {today} - 4000, {today} + 400) ON CONFLICT DO NOTHING;
INSERT INTO safety_letters (id, season_id, version, text_zh, text_en, published_by, published_at)
OVERRIDING SYSTEM VALUE
VALUES ({base}, {base}, 1, '安全', 'Safety', 'system', now()) ON CONFLICT DO NOTHING;
INSERT INTO certifications (troupe_id, season_id, state, letter_id, signed_by, asked_at, decided_by, decided_at)
SELECT {base} + n, {base}, 'certified', {base}, {first} + 1, now(), 'system', now()
FROM generate_series(1, {troupes}) AS n
ON CONFLICT DO NOTHING;

UPDATE room_policies SET opens_days = 366, series_days = 366, troupe_week_minutes = 100000
WHERE takers = 'troupe';
UPDATE rooms SET setup_minutes = 0, teardown_minutes = 0, min_people = 0, approval = false;
DELETE FROM special_days;

CREATE TEMP TABLE lent AS
SELECT space_id, atoms, takers, sign_in, make_interval(mins => grace_minutes::int) AS grace
FROM rooms JOIN spaces ON spaces.id = space_id JOIN room_policies ON room_policies.id = policy_id
WHERE NOT EXISTS (  -- a hall is left to its halves
    SELECT FROM spaces AS half WHERE half.atoms <@ spaces.atoms AND half.atoms <> spaces.atoms
);

CREATE TEMP TABLE wanted AS
WITH series AS (
    SELECT space_id, hour, {today} + 1 + 182 * half + weekday AS first_on,
           {base} + (((half + 100) * 7 + weekday) * 24 + hour) * 1000 + space_id AS reservation_id,
           {base} + 1 + (space_id * 7 + weekday * 3 + hour) % {troupes} AS troupe_id
    FROM lent, generate_series({oldest}, {newest}) AS half, generate_series(0, 6) AS weekday,
         generate_series(9, 20) AS hour
    WHERE takers = 'troupe' AND abs(hashtext(space_id || '-' || weekday || '-' || hour)) % 100 < 43
    ORDER BY hashtext(space_id || '-' || weekday || '-' || hour || '-' || half)
), weekly AS (
    SELECT reservation_id, space_id, troupe_id, {first} + 29000 + troupe_id - {base} AS member_id,
           NULL::bigint AS unit_id, first_on, 26 AS weeks, first_on + 7 * week AS day, hour
    FROM series, generate_series(0, 25) AS week
    WHERE NOT EXISTS (SELECT FROM reservations WHERE id = reservation_id)
    LIMIT {count} / 26 * 26
), single AS (
    SELECT {base} * 1000 + ((day + 10000) * 24 + hour) * 1000 + space_id AS reservation_id,
           space_id, NULL::bigint AS troupe_id, {first} + 20000 + day + 5000 AS member_id,
           {first} AS unit_id, {today} + day AS first_on, 1 AS weeks, {today} + day AS day, hour
    FROM lent, generate_series(1 + 182 * {oldest}, 182 * ({newest} + 1)) AS day,
         generate_series(9, 20) AS hour
    WHERE takers = 'member'
    ORDER BY hashtext(space_id || '-' || day || '-' || hour)
    LIMIT {count} - (SELECT count(*) FROM weekly)
), both_kinds AS (
    SELECT * FROM weekly UNION ALL SELECT * FROM single
)
SELECT nextval(pg_get_serial_sequence('occupancies', 'id')) AS occupancy_id, both_kinds.*, atoms, starts_at,
       tstzrange(starts_at, starts_at + interval '1 hour') AS during,
       CASE WHEN sign_in AND day > {today} THEN starts_at + grace END AS lapses_at
FROM both_kinds JOIN lent USING (space_id),
     LATERAL (SELECT (day + make_time(hour, 0, 0)) AT TIME ZONE 'Asia/Shanghai' AS starts_at) AS at;
DELETE FROM wanted USING occupancies AS had
WHERE had.day = wanted.day AND had.atoms && wanted.atoms AND had.during && wanted.during;

CREATE TEMP TABLE aside AS
SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS away,
       format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname,
              pg_get_constraintdef(oid)) AS again
FROM pg_constraint WHERE conrelid = 'occupancies'::regclass AND contype = 'x'
UNION ALL
SELECT format('DROP INDEX %s', indexrelid::regclass), pg_get_indexdef(indexrelid)
FROM pg_index
WHERE indrelid IN ('occupancies'::regclass, 'occurrences'::regclass, 'reservations'::regclass)
    AND NOT (indisunique OR indisexclusion);
DO $$ DECLARE away text; BEGIN
    FOR away IN SELECT aside.away FROM aside LOOP EXECUTE away; END LOOP;
END $$;

INSERT INTO reservations (id, code, space_id, troupe_id, member_id, unit_id, purpose, people, first_on,
    begins, minutes, weeks, created_at) OVERRIDING SYSTEM VALUE
SELECT DISTINCT reservation_id, translate(substr(md5('lent' || reservation_id), 1, 20), '0189', 'wxyz'),
       space_id, troupe_id, member_id, unit_id, CASE weeks WHEN 1 THEN 'sport' ELSE 'choir' END,
       CASE weeks WHEN 1 THEN 2 ELSE 20 END, first_on, make_time(hour, 0, 0), 60, weeks, now()
FROM wanted;
INSERT INTO occupancies (id, space_id, atoms, during, use, lapses_at) OVERRIDING SYSTEM VALUE
SELECT occupancy_id, space_id, atoms, during, 'rehearsal', lapses_at FROM wanted;
INSERT INTO occurrences (reservation_id, space_id, troupe_id, member_id, unit_id, day, starts_at, ends_at,
    state, occupancy_id, arrived_at, arrived_by)
SELECT reservation_id, space_id, troupe_id, member_id, unit_id, day, starts_at, upper(during), 'confirmed',
       occupancy_id, CASE WHEN lapses_at IS NULL THEN starts_at END,
       CASE WHEN lapses_at IS NULL THEN 'system' END
FROM wanted;

DO $$ DECLARE again text; BEGIN
    FOR again IN SELECT aside.again FROM aside LOOP EXECUTE again; END LOOP;
END $$;
DROP TABLE wanted, lent, aside;
