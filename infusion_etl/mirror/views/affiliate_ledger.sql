-- A row is an entry of an affiliate's account: a commission earned, one taken back, or a payment to the affiliate.
-- amount: above zero what the affiliate earned, below zero what was taken back or paid out.
-- balance: what the affiliate is owed after this entry; entries of one moment are taken together.
-- Needs: affiliates, commissions_of_affiliates, clawbacks_of_affiliates, payments_to_affiliates
WITH entries AS (
    SELECT affiliate_id, time_earned AS at, 'commission' AS kind, amount_earned AS amount, description, invoice_id,
        contact_id
    FROM commissions_of_affiliates
    UNION ALL
    SELECT affiliate_id, date_earned, 'clawback', -amount, description, invoice_id, contact_id
    FROM clawbacks_of_affiliates
    UNION ALL
    SELECT affiliate_id, pay_date, 'payment', -pay_amount, pay_notes, NULL, NULL
    FROM payments_to_affiliates
)

SELECT
    entries.affiliate_id,
    partners.name AS affiliate_name,
    entries.at,
    entries.kind,
    entries.amount,
    sum(entries.amount) OVER (PARTITION BY entries.affiliate_id ORDER BY entries.at) AS balance,
    entries.description,
    entries.invoice_id,
    entries.contact_id
FROM entries
LEFT JOIN affiliates AS partners ON partners.id = entries.affiliate_id
