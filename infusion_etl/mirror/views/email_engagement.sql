-- A row is an e-mail address that the account knows or has mailed, with what was sent to it and what came of it.
-- contact_ids: the contacts that have it as one of their three addresses, or were sent e-mails to it.
-- opted_in, status: whether it may be mailed; NULL for one that is not in the account any more.
-- sent, opened, clicked: e-mails, each counted once. open_rate, click_rate: of those sent; NULL where none was.
-- An e-mail that is opened more than two weeks after it was sent counts when all e-mails are read again: as often as
-- `deletes` in the dataset emails says, or with `refresh --full`.
-- Needs: email_addresses, emails, contacts
WITH mailed AS (
    SELECT
        lower(sent_to_address) AS email,
        count(*) AS sent,
        count(opened_time) AS opened,
        count(clicked_time) AS clicked,
        max(sent_time) AS last_sent_at,
        max(opened_time) AS last_opened_at,
        max(clicked_time) AS last_clicked_at
    FROM emails
    GROUP BY lower(sent_to_address)
),

owned AS (
    SELECT id AS contact_id, unnest([email1, email2, email3]) AS email
    FROM contacts
    UNION ALL
    SELECT contact_id, sent_to_address
    FROM emails
),

owners AS (
    SELECT lower(email) AS email, list(DISTINCT contact_id ORDER BY contact_id) AS contact_ids
    FROM owned
    WHERE email IS NOT NULL AND contact_id IS NOT NULL
    GROUP BY lower(email)
)

SELECT
    coalesce(known.email, mailed.email) AS email,
    coalesce(owners.contact_ids, []) AS contact_ids,
    known.opted_in,
    known.status,
    coalesce(mailed.sent, 0) AS sent,
    coalesce(mailed.opened, 0) AS opened,
    coalesce(mailed.clicked, 0) AS clicked,
    mailed.opened / mailed.sent AS open_rate,
    mailed.clicked / mailed.sent AS click_rate,
    greatest(known.last_sent_time, mailed.last_sent_at) AS last_sent_at,
    greatest(known.last_open_time, mailed.last_opened_at) AS last_opened_at,
    greatest(known.last_click_time, mailed.last_clicked_at) AS last_clicked_at
FROM email_addresses AS known
FULL JOIN mailed ON mailed.email = lower(known.email)
LEFT JOIN owners ON owners.email = lower(coalesce(known.email, mailed.email))
