-- A row is a subscription, with what it brings in a month.
-- running: it is active, has begun, and its end date, if it has one, is not past (today is the reader's).
-- monthly_amount: billing_amount brought to a month. A subscription bills once every billing_frequency cycles; a year
-- has 12 months, 52 weeks, 365 days. So 120 a year are 10 a month, and 10 a week are 43.33 a month.
-- mrr: the monthly amount of those that are running, 0 for the others.
-- Assumed, for Keap does not say: billing_amount is what one billing asks in all, whatever the quantity.
-- Needs: subscriptions, products
WITH monthly AS (
    SELECT
        *,
        CAST(
            billing_amount / greatest(coalesce(billing_frequency, 1), 1) * CASE billing_cycle
                WHEN 'YEAR' THEN 1 / 12
                WHEN 'MONTH' THEN 1
                WHEN 'WEEK' THEN 52 / 12
                WHEN 'DAY' THEN 365 / 12
            END
            AS DECIMAL(18, 4)
        ) AS monthly_amount,
        active AND start_date <= current_date AND coalesce(end_date >= current_date, true) AS running
    FROM subscriptions
)

SELECT
    monthly.id,
    monthly.contact_id,
    monthly.product_id,
    sold.name AS product_name,
    monthly.quantity,
    monthly.billing_amount,
    monthly.billing_cycle,
    monthly.billing_frequency,
    monthly.start_date,
    monthly.end_date,
    monthly.next_bill_date,
    monthly.active,
    monthly.running,
    monthly.monthly_amount,
    CASE WHEN monthly.running THEN monthly.monthly_amount ELSE 0 END AS mrr,
    monthly.reason_stopped,
    monthly.modification_time AS updated_at
FROM monthly
LEFT JOIN products AS sold ON sold.id = monthly.product_id
