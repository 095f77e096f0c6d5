-- One opening, whole. Every CTE hangs on `fresh`, which is empty when the Idempotency-Key is already taken.
WITH numbered AS MATERIALIZED (
    SELECT nextval('ticket_id_seq') AS id
), named AS MATERIALIZED (
    SELECT id, 'T-' || CASE WHEN id < 1000000 THEN lpad(id::text, 6, '0') ELSE id::text END AS reference FROM numbered
), remembered AS (
    INSERT INTO remembered_answer (person_id, route, key, fingerprint, status, body)
    SELECT CAST(:actor_id AS bigint), :route, :idempotency_key, CAST(:fingerprint AS bytea), 201,
           CAST(:answer AS jsonb) || jsonb_build_object('reference', named.reference, 'ticket_id', named.id)
      FROM named
     WHERE CAST(:idempotency_key AS text) IS NOT NULL
    ON CONFLICT DO NOTHING
    RETURNING id
), fresh AS MATERIALIZED (
    SELECT named.id, named.reference
      FROM named
     WHERE CAST(:idempotency_key AS text) IS NULL OR EXISTS (SELECT FROM remembered)
), task_record AS MATERIALIZED (
    SELECT *
      FROM jsonb_to_recordset(CAST(:tasks AS jsonb)) AS task (
           public_id uuid, position bigint, key text, title text, neutral_title text, detail text, phase text,
           queue_id bigint, queue text, person_id bigint, state text, needs text[], why jsonb,
           confidential_to text[], secret boolean, kind text, opens_at timestamptz, due_at timestamptz, ready_at timestamptz,
           checklist jsonb, evidence_asked jsonb, job text, job_public_id uuid)
), new_ticket AS (
    INSERT INTO ticket (id, public_id, title, text, requester_id, subject_id, opened_by_id, channel, state, priority,
                        secret, confidential_to, opened_at, promised_at, event_count)
    SELECT fresh.id, CAST(:ticket_public_id AS uuid), :title, :text, CAST(:requester_id AS bigint), CAST(:subject_id AS bigint), CAST(:actor_id AS bigint), :channel, 'open', :priority,
           CAST(:secret AS boolean), CAST(:confidential_to AS text[]), CAST(:opened_at AS timestamptz), CAST(:promised_at AS timestamptz), (SELECT count(*) + 1 FROM task_record)
      FROM fresh
    RETURNING id
), earlier AS (
    -- The stored rule "same requester and same service, opened after resolution and at most W later".
    SELECT ask.id
      FROM ask
     WHERE CAST(:links_repeats AS boolean)
       AND ask.requester_id = CAST(:requester_id AS bigint)
       AND ask.service_key = CAST(:service_key AS text)
       AND ask.resolved_at <= CAST(:opened_at AS timestamptz)
       AND ask.resolved_at >= CAST(:opened_at AS timestamptz) - ask.repeat_window_days * INTERVAL '24 hours'
       AND ask.excluded IS NULL
     ORDER BY ask.resolved_at DESC
     LIMIT 1
), new_ask AS (
    INSERT INTO ask (public_id, ticket_id, position, requester_id, service_key, service_title, catalogue_version_id,
                     answers, text, department, location_key, eligible, is_fan_out, repeat_window_days, opened_at,
                     promised_at, same_issue_of_id, excluded)
    SELECT CAST(:ask_public_id AS uuid), new_ticket.id, 0, CAST(:requester_id AS bigint), CAST(:service_key AS text), :service_title, CAST(:version AS bigint),
           CAST(:answers AS jsonb), :text, :department, :location_key, CAST(:eligible AS boolean), CAST(:is_fan_out AS boolean), CAST(:window_days AS bigint), CAST(:opened_at AS timestamptz),
           CAST(:promised_at AS timestamptz), (SELECT id FROM earlier), CAST(:excluded AS text)
      FROM new_ticket
    RETURNING id, ticket_id, same_issue_of_id
), new_task AS (
    INSERT INTO task (public_id, ticket_id, ask_id, key, position, title, neutral_title, detail, phase, queue_id,
                      person_id, state, needs, why, confidential_to, secret, kind, opens_at, due_at, promised_at, ready_at,
                      checklist, evidence_asked)
    SELECT record.public_id, new_ask.ticket_id, new_ask.id, record.key, record.position, record.title,
           record.neutral_title, record.detail, record.phase, record.queue_id, record.person_id, record.state,
           record.needs, record.why, record.confidential_to, record.secret, record.kind, record.opens_at, record.due_at,
           record.due_at, record.ready_at, record.checklist, record.evidence_asked
      FROM new_ask CROSS JOIN task_record AS record
    RETURNING id, key
), new_contact AS (
    INSERT INTO contact (public_id, ticket_id, ask_id, about_ask_id, person_id, agent_id, channel, kind, cause, tier, started_at,
                         ended_at, recorded_at, handling_minutes, late_logged)
    SELECT CAST(:contact_public_id AS uuid), new_ask.ticket_id, new_ask.id, new_ask.same_issue_of_id, CAST(:requester_id AS bigint), CAST(:agent_id AS bigint), :channel,
           CASE WHEN new_ask.same_issue_of_id IS NULL THEN 'first' ELSE 'repeat' END,
           CASE WHEN new_ask.same_issue_of_id IS NULL THEN NULL ELSE 'asked_again' END, CAST(:tier AS bigint),
           CAST(:started_at AS timestamptz), CAST(:ended_at AS timestamptz), CAST(:now AS timestamptz), CAST(:handling_minutes AS numeric), CAST(:late_logged AS boolean)
      FROM new_ask
     WHERE CAST(:is_contact AS boolean)
    RETURNING id
), opened_event AS (
    INSERT INTO event (ticket_id, number, kind, at, actor_id, ask_id, public, what)
    SELECT new_ask.ticket_id, 1, 'opened', CAST(:opened_at AS timestamptz), CAST(:actor_id AS bigint), new_ask.id, true,
           jsonb_build_object('service', CAST(:service_key AS text), 'channel', CAST(:channel AS text), 'priority', CAST(:priority AS text))
      FROM new_ask
    RETURNING id
), placed_event AS (
    INSERT INTO event (ticket_id, number, kind, at, actor_id, ask_id, task_id, public, confidential_to, what)
    SELECT new_ask.ticket_id, record.position + 2, 'placed', CAST(:opened_at AS timestamptz), CAST(:actor_id AS bigint), new_ask.id, new_task.id,
           record.confidential_to = '{}', record.confidential_to,
           jsonb_build_object('title', record.title, 'queue', record.queue, 'person', record.person_id,
                              'why', record.why, 'due_at', record.due_at, 'state', record.state)
      FROM new_ask
     CROSS JOIN task_record AS record
      JOIN new_task ON new_task.key = record.key
    RETURNING id
), new_turn AS (
    -- What a task of its kind sets going by being ready; the cause is that of `spoc.db.turns.cause_of`.
    INSERT INTO job (public_id, kind, payload)
    SELECT record.job_public_id, record.job,
           jsonb_strip_nulls(jsonb_build_object(
               'ticket_id', new_ask.ticket_id, 'task_id', new_task.id, 'person_id', record.person_id,
               'cause', 'ready:' || new_task.id || ':' || coalesce(record.person_id::text, '')))
      FROM new_ask
     CROSS JOIN task_record AS record
      JOIN new_task ON new_task.key = record.key
     WHERE record.job IS NOT NULL
    RETURNING id
), new_job AS (
    INSERT INTO job (public_id, kind, payload)
    SELECT CAST(:job_public_id AS uuid), 'mail.ticket_opened',
           jsonb_build_object('ticket_id', new_ticket.id, 'cause', 'opened:' || new_ticket.id)
      FROM new_ticket
    RETURNING id
), approvals_job AS (
    INSERT INTO job (public_id, kind, payload)
    SELECT gen_random_uuid(), 'approvals.follow', '{}'::jsonb
      FROM fresh
     WHERE EXISTS (SELECT FROM task_record WHERE kind = 'approval' AND state = 'ready')
    RETURNING id
)
SELECT fresh.id AS ticket_id, fresh.reference FROM fresh
