-- A row is a contact, with the names of its tags.
-- tags: sorted by name; empty where there are none. last_tagged_at: when the latest of them was applied.
-- Needs: contacts, tags, tag_contacts
WITH tagged AS (
    SELECT
        tag_contacts.contact_id,
        list(tags.name ORDER BY tags.name) AS tags,
        list(tags.id ORDER BY tags.name) AS tag_ids,
        max(tag_contacts.applied_at) AS last_tagged_at
    FROM tag_contacts
    JOIN tags ON tags.id = tag_contacts.tag_id
    GROUP BY tag_contacts.contact_id
)

SELECT
    people.id,
    people.given_name,
    people.family_name,
    people.email1 AS email,
    people.email1_opt_status AS email_status,
    people.phone1 AS phone,
    people.company_name,
    people.billing_locality AS city,
    people.billing_region AS region,
    coalesce(tagged.tags, []) AS tags,
    coalesce(tagged.tag_ids, []) AS tag_ids,
    len(coalesce(tagged.tags, [])) AS tag_count,
    tagged.last_tagged_at,
    people.create_time AS created_at,
    people.update_time AS updated_at
FROM contacts AS people
LEFT JOIN tagged ON tagged.contact_id = people.id
