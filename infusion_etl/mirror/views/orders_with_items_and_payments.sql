-- A row is an order, with its items and the payments for it as lists.
-- Amounts are in the main unit of total_currency. items_amount: quantity times price of all items, before discounts
-- that stand on the order itself. paid: the sum of its payments, less refunds, which are payments below zero.
-- A payment that was for several orders stands, whole, in each of them: do not add up paid over all orders.
-- Needs: orders, payments
WITH bought AS (
    SELECT
        order_id,
        list(
            {
                id: id,
                item_type: item_type,
                product_id: product_id,
                name: name,
                quantity: quantity,
                price: price_per_unit,
                discount: discount,
                subscription_id: subscription_id
            }
            ORDER BY id
        ) AS items,
        sum(quantity * price_per_unit) AS items_amount
    FROM orders_items
    GROUP BY order_id
),

paid_for AS (
    SELECT unnest(order_ids) AS order_id, id, payment_time, type, status, amount
    FROM payments
),

paid AS (
    SELECT
        order_id,
        list({id: id, paid_at: payment_time, type: type, status: status, amount: amount} ORDER BY payment_time, id)
            AS payments,
        sum(amount) AS amount,
        max(payment_time) AS last_paid_at
    FROM paid_for
    GROUP BY order_id
)

SELECT
    ordered.id,
    ordered.title,
    ordered.status,
    ordered.contact_id,
    ordered.contact_email,
    ordered.order_time AS ordered_at,
    ordered.total,
    ordered.total_due,
    ordered.total_currency AS currency,
    coalesce(bought.items, []) AS items,
    coalesce(bought.items_amount, 0) AS items_amount,
    coalesce(paid.payments, []) AS payments,
    coalesce(paid.amount, 0) AS paid,
    paid.last_paid_at,
    ordered.lead_affiliate_id,
    ordered.sales_affiliate_id,
    ordered.modification_time AS updated_at
FROM orders AS ordered
LEFT JOIN bought ON bought.order_id = ordered.id
LEFT JOIN paid ON paid.order_id = ordered.id
