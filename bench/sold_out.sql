-- Sold-out performances number {since} to {until}, as years of selling would have left them: orders of
-- two seats, claims, tickets, agenda entries, audit, and notices as long as they are kept. Number 0 is
-- still to come, the others lie behind, a hundred a year. Ids are computed, so nothing is read back.
SET session_replication_role = replica;
SET synchronous_commit = off;

CREATE TEMP TABLE shows AS
SELECT k, {base}::bigint + k AS id,
       now() + CASE WHEN k = 0 THEN interval '10 days' ELSE -k * interval '3.65 days' END AS starts_at
FROM generate_series({since}, {until} - 1) AS k;

CREATE TEMP TABLE bought AS
SELECT shows.id * 1000 + n AS id, shows.id AS performance_id, shows.k, shows.starts_at,
       shows.starts_at - interval '20 days' AS at, {first} + 1 + (shows.k * 617 + n) % {members} AS member_id
FROM shows, generate_series(0, 616) AS n;

INSERT INTO performances (id, production_id, space_id, plan_id, seating, capacity, seats_per_member,
    doors_at, starts_at, ends_at, sale_opens_at, sale_closes_at, published_at) OVERRIDING SYSTEM VALUE
SELECT shows.id, production_id, space_id, plan_id, seating, capacity, seats_per_member,
       shows.starts_at - interval '30 minutes', shows.starts_at, shows.starts_at + interval '130 minutes',
       shows.starts_at - interval '30 days', shows.starts_at, shows.starts_at - interval '30 days'
FROM shows, performances AS model WHERE model.id = {model};

INSERT INTO prices (performance_id, zone, tier_id, amount)
SELECT shows.id, zone, tier_id, amount FROM shows, prices WHERE performance_id = {model};

INSERT INTO orders (id, code, member_id, unit_id, performance_id, state, seat_count, hold_ends_at,
    extended, created_at, settled_at) OVERRIDING SYSTEM VALUE
SELECT id, translate(substr(md5('order' || id), 1, 20), '0189', 'wxyz'), member_id, {first}, performance_id,
       'settled', 2, at + interval '15 minutes', false, at, at
FROM bought;

INSERT INTO claims (id, performance_id, seat_id, order_id, member_id, tier_id, zone, price, face_price)
    OVERRIDING SYSTEM VALUE
SELECT bought.performance_id * 10000 + seats.ordinal, performance_id, seats.id, bought.id, member_id,
       {tier}, zone, 0, 0
FROM bought JOIN seats ON plan_id = {plan} AND seats.ordinal / 2 = bought.id % 1000;

INSERT INTO tickets (id, code, order_id, claim_id, performance_id, seat_id, member_id, tier_id, price,
    face_price, channel, unit_id, collection_code, issue, state, issued_at) OVERRIDING SYSTEM VALUE
SELECT claims.id, translate(substr(md5('ticket' || claims.id), 1, 20), '0189', 'wxyz'), order_id, claims.id,
       claims.performance_id, seat_id, claims.member_id, tier_id, 0,
       0, 'online', {first}, lpad((claims.id % 10000 * 7919)::text, 8, '0'), 1, 'valid', at
FROM bought JOIN claims ON order_id = bought.id;

INSERT INTO agenda_entries (member_id, subject, kind, uid, revision, status, during, ends_at, title_zh,
    title_en, place_zh, place_en, path, changed_at, block)
SELECT member_id, 'performance:' || performance_id, 'performance', id || '@palace', 0, 'confirmed',
       tstzrange(starts_at, starts_at + interval '130 minutes'), starts_at + interval '130 minutes',
       '晋剧《打金枝》', 'The Golden Branch', '太原市工人文化宫 大剧场', 'Taiyuan Workers'' Palace, Grand Theatre',
       '/performances/' || performance_id, at, replace({block}, 'UID-OF-ENTRY', id || '@palace')
FROM bought;

INSERT INTO audit_lines (at, actor, act, subject, after)
SELECT at, 'member:' || member_id, 'tickets_issued', 'order:' || id, jsonb_build_object('tickets', 2)
FROM bought;

INSERT INTO notices (kind, subject, receiver, values, created_at, sent_at, gateway)
SELECT 'tickets_issued', 'order:' || id, 'member:' || member_id,
       jsonb_build_object('count', 2, 'starts_at', starts_at), least(at, now()), least(at, now()), 'screen'
FROM bought WHERE k < 40;

SELECT setval(seq, greatest(nextval(seq), {base}::bigint * 100000))
FROM unnest(ARRAY['orders', 'claims', 'tickets']) AS name, pg_get_serial_sequence(name, 'id') AS seq;
DROP TABLE shows, bought;
