-- A row is a month, from the first subscription's to this one.
-- on_day: its last day, today in this month. subscriptions: those that run on that day: they have begun, and have no
-- end date before it. mrr: the sum of their monthly amounts, as subscriptions_with_revenue has them.
-- started, stopped: those that began in the month, and those whose end date lies in it.
-- One that is not active and has no end date in the past is left out: nothing says when it stopped.
-- Needs: subscriptions, products
WITH counted AS (
    SELECT start_date, end_date, monthly_amount
    FROM subscriptions_with_revenue
    WHERE start_date IS NOT NULL AND (active OR end_date < current_date)
),

months AS (
    SELECT CAST(unnest(generate_series(date_trunc('month', min(start_date)), current_date, INTERVAL 1 MONTH)) AS DATE)
        AS month
    FROM counted
),

days AS (
    SELECT month, least(last_day(month), current_date) AS on_day
    FROM months
)

SELECT
    days.month,
    days.on_day,
    count(*) FILTER (start_date <= on_day AND coalesce(end_date >= on_day, true)) AS subscriptions,
    coalesce(sum(monthly_amount) FILTER (start_date <= on_day AND coalesce(end_date >= on_day, true)), 0) AS mrr,
    count(*) FILTER (start_date BETWEEN month AND on_day) AS started,
    count(*) FILTER (end_date BETWEEN month AND on_day) AS stopped
FROM days
CROSS JOIN counted
GROUP BY days.month, days.on_day
ORDER BY days.month
