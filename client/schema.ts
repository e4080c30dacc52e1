// Generated from openapi.json by `npm run api:generate`. Do not edit.

export interface paths {
    "/v1/admin/demo-crowd": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["DemoCrowdController_start"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/guest": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["GuestsController_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["HealthController_live"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["HealthController_ready"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/locks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["LocksAdminController_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["MetricsController_read"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sales": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["SalesController_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sales/{saleId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["SalesController_read"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sales/{saleId}/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["SaleStreamController_watch"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/sales": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["SalesAdminController_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/sales/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch: operations["SalesAdminController_update"];
        trace?: never;
    };
    "/v1/admin/items": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["ItemsAdminController_list"];
        put?: never;
        post: operations["ItemsAdminController_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/items/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["ItemsAdminController_read"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch: operations["ItemsAdminController_update"];
        trace?: never;
    };
    "/v1/admin/items/{id}/stock-adjustments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["StockAdjustmentsAdminController_list"];
        put?: never;
        post: operations["ItemsAdminController_adjust"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/stock-adjustments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["StockAdjustmentsAdminController_adjust"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["OrdersController_list"];
        put?: never;
        post: operations["OrdersController_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orders/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["OrdersController_read"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orders/{id}/cancellation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["OrdersController_cancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/orders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["OrdersAdminController_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/orders/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["OrdersAdminController_read"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/orders/{id}/fulfilment": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["OrdersAdminController_fulfil"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/buyers/{buyerId}/erasure": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["BuyersAdminController_erase"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/sales/{saleId}/reconciliation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["ReconciliationController_read"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/orders/{id}/payments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["PaymentsController_open"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/orders/{id}/refund": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["RefundsAdminController_refund"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/payments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["PaymentWebhookController_receive"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/dead-letters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["DeadLettersAdminController_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/dead-letters/{id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["DeadLettersAdminController_replay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/dead-letters/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["DeadLettersAdminController_replayAll"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/outbox": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["OutboxAdminController_read"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        StartDemoCrowd: {
            /** Format: uuid */
            saleId: string;
            /** @example 300 */
            buyers: number;
        };
        DemoCrowdView: {
            buyers: number;
            /** @description Over so many seconds they arrive */
            seconds: number;
        };
        Guest: {
            /** Format: uuid */
            buyerId: string;
            /** @description For Authorization: Bearer */
            token: string;
            /** Format: date-time */
            expiresAt: string;
        };
        LivenessView: {
            /** @enum {string} */
            status: "ok";
        };
        DependencyView: {
            /** @enum {string} */
            status: "up" | "degraded" | "down";
            /** @description Of the lock store */
            provider?: string;
            /** @description Of a chain of two providers: which one serves */
            state?: string;
        };
        ReadinessView: {
            /** @enum {string} */
            status: "ok" | "degraded";
            /**
             * @example {
             *       "postgresql": {
             *         "status": "up"
             *       },
             *       "migrations": {
             *         "status": "up"
             *       },
             *       "redis": {
             *         "status": "up"
             *       }
             *     }
             */
            details: {
                [key: string]: components["schemas"]["DependencyView"];
            };
        };
        LockView: {
            /** @example inventory:item:018f…:deduct */
            resource: string;
            /** @description The process that holds it */
            owner: string;
            /** @description null where the provider has no fences */
            fence: string | null;
            /**
             * Format: date-time
             * @description On the lock store's clock
             */
            acquiredAt: string;
            /**
             * Format: date-time
             * @description Unless it is renewed
             */
            expiresAt: string;
            /** @description Who waits: processes elsewhere, calls in this one */
            waiters: number;
        };
        LockList: {
            locks: components["schemas"]["LockView"][];
        };
        Money: {
            /**
             * @description In minor units
             * @example 129900
             */
            amount: number;
            /**
             * @description ISO 4217
             * @example EUR
             */
            currency: string;
        };
        SaleItemView: {
            name: string;
            description: string;
            imageUrl: string | null;
            /** Format: uuid */
            itemId: string;
            sku: string;
            price: components["schemas"]["Money"];
            available: number;
            /** @enum {string} */
            availability: "in_stock" | "low_stock" | "sold_out";
            purchaseLimit: number | null;
        };
        SaleView: {
            /** Format: uuid */
            id: string;
            name: string;
            /** @enum {string} */
            status: "scheduled" | "live" | "paused" | "ended";
            /** Format: date-time */
            startsAt: string;
            /** Format: date-time */
            endsAt: string;
            /**
             * Format: date-time
             * @description The server's clock: count down on this one
             */
            serverTime: string;
            items: components["schemas"]["SaleItemView"][];
            metadata: {
                [key: string]: string;
            };
        };
        SalePage: {
            data: components["schemas"]["SaleView"][];
            nextCursor: string | null;
        };
        SaleEvent: {
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            status: "scheduled" | "live" | "paused" | "ended";
            /** Format: date-time */
            startsAt: string;
            /** Format: date-time */
            endsAt: string;
            /**
             * Format: date-time
             * @description The server's clock: count down on this one
             */
            serverTime: string;
        };
        StockEvent: {
            /** Format: uuid */
            itemId: string;
            available: number;
            /** @enum {string} */
            availability: "in_stock" | "low_stock" | "sold_out";
        };
        Price: {
            /**
             * @description In minor units
             * @example 129900
             */
            amount: number;
            /**
             * @description ISO 4217
             * @example EUR
             */
            currency: string;
        };
        CreateSaleItem: {
            /** Format: uuid */
            itemId: string;
            /** @description Units a buyer may hold or buy in this sale */
            purchaseLimit?: number | null;
            /** @description The sale's price; without it the item's own */
            price?: components["schemas"]["Price"] | null;
            /** @description How much of the stock this sale may sell */
            allotment?: number | null;
        };
        CreateSale: {
            /** @example Noon sale */
            name: string;
            /** Format: date-time */
            startsAt: string;
            /** Format: date-time */
            endsAt: string;
            /** @description How long an unpaid order holds its stock */
            reservationTtlSeconds?: number;
            items: components["schemas"]["CreateSaleItem"][];
            /** @description At most 4 kB */
            metadata?: {
                [key: string]: string;
            } | null;
        };
        AdminSaleItemView: {
            name: string;
            description: string;
            imageUrl: string | null;
            /** Format: uuid */
            itemId: string;
            sku: string;
            price: components["schemas"]["Money"];
            available: number;
            /** @enum {string} */
            availability: "in_stock" | "low_stock" | "sold_out";
            purchaseLimit: number | null;
            allotment: number | null;
            /** @description Units held or sold by orders of this sale */
            held: number;
        };
        AdminSaleView: {
            /** Format: uuid */
            id: string;
            name: string;
            /** @enum {string} */
            status: "scheduled" | "live" | "paused" | "ended";
            /** Format: date-time */
            startsAt: string;
            /** Format: date-time */
            endsAt: string;
            /**
             * Format: date-time
             * @description The server's clock: count down on this one
             */
            serverTime: string;
            metadata: {
                [key: string]: string;
            };
            paused: boolean;
            reservationTtlSeconds: number;
            items: components["schemas"]["AdminSaleItemView"][];
        };
        UpdateSale: {
            name?: string;
            /** Format: date-time */
            startsAt?: string;
            /** Format: date-time */
            endsAt?: string;
            paused?: boolean;
            /** @description At most 4 kB */
            metadata?: {
                [key: string]: string;
            } | null;
        };
        CreateItem: {
            /** @example Phone One */
            name: string;
            description?: string | null;
            /** @example /pictures/phone.svg */
            imageUrl?: string | null;
            /** @example PHONE-1 */
            sku: string;
            price: components["schemas"]["Price"];
            /**
             * @description Units on hand
             * @example 100
             */
            stock: number;
            /**
             * @description The shop hears stock.low when no more than this is available
             * @default 10
             */
            lowStockThreshold?: number;
            /** @description At most 4 kB */
            metadata?: {
                [key: string]: string;
            } | null;
        };
        StockView: {
            onHand: number;
            reserved: number;
            /** @description onHand − reserved */
            available: number;
        };
        ItemView: {
            name: string;
            description: string;
            imageUrl: string | null;
            /** Format: uuid */
            id: string;
            sku: string;
            price: components["schemas"]["Money"];
            stock: components["schemas"]["StockView"];
            lowStockThreshold: number;
            metadata: {
                [key: string]: string;
            };
            /** Format: date-time */
            createdAt: string;
        };
        ItemPage: {
            data: components["schemas"]["ItemView"][];
            nextCursor: string | null;
        };
        UpdateItem: {
            /** @example Phone One */
            name?: string;
            description?: string | null;
            /** @example /pictures/phone.svg */
            imageUrl?: string | null;
            /** @description Never touches an order already made */
            price?: components["schemas"]["Price"];
            lowStockThreshold?: number;
            /** @description At most 4 kB */
            metadata?: {
                [key: string]: string;
            } | null;
        };
        AdjustStock: {
            /**
             * @description Units to add, or to take away when negative; not 0
             * @example 50
             */
            quantity: number;
            /** @example second delivery */
            reason: string;
        };
        AdjustStockBySku: {
            /**
             * @description Units to add, or to take away when negative; not 0
             * @example 50
             */
            quantity: number;
            /** @example second delivery */
            reason: string;
            /** @example PHONE-1 */
            sku: string;
            /**
             * @description It takes effect once
             * @example delivery-4711/1
             */
            reference: string;
        };
        AdjustStocks: {
            adjustments: components["schemas"]["AdjustStockBySku"][];
        };
        AdjustmentResultView: {
            sku: string;
            reference: string;
            /** @enum {string} */
            status: "applied" | "already_applied" | "refused";
            /** @description Behind it; unless it was refused */
            stock?: components["schemas"]["StockView"];
            /**
             * @description Why it was refused, as in a problem document
             * @enum {string}
             */
            code?: "not_found" | "stock_below_reserved" | "idempotency_key_reused" | "validation_failed";
            detail?: string;
        };
        AdjustmentResults: {
            results: components["schemas"]["AdjustmentResultView"][];
        };
        AdjustmentView: {
            /** Format: uuid */
            id: string;
            /**
             * @description receive: the stock it was created with
             * @enum {string}
             */
            kind: "receive" | "adjust";
            quantity: number;
            reason: string | null;
            reference: string | null;
            /** Format: date-time */
            createdAt: string;
        };
        AdjustmentPage: {
            data: components["schemas"]["AdjustmentView"][];
            nextCursor: string | null;
        };
        CreateOrderLine: {
            /** Format: uuid */
            itemId: string;
            quantity: number;
        };
        CreateOrder: {
            /** Format: uuid */
            saleId: string;
            lines: components["schemas"]["CreateOrderLine"][];
            /** @description What the buyer was shown; a difference is 409 price_changed */
            expectedTotal?: components["schemas"]["Money"] | null;
            /** @description At most 4 kB */
            metadata?: {
                [key: string]: string;
            } | null;
        };
        OrderLineView: {
            /** Format: uuid */
            itemId: string;
            sku: string;
            quantity: number;
            unitPrice: components["schemas"]["Money"];
        };
        PaymentView: {
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            status: "pending" | "succeeded" | "declined" | "refunded";
            failureCode: string | null;
            /** Format: date-time */
            createdAt: string;
        };
        OrderView: {
            /** Format: uuid */
            id: string;
            /** Format: uuid */
            saleId: string;
            /** @enum {string} */
            status: "pending_payment" | "paid" | "fulfilled" | "expired" | "cancelled" | "refund_pending" | "refunded";
            lines: components["schemas"]["OrderLineView"][];
            total: components["schemas"]["Money"];
            /**
             * Format: date-time
             * @description Until then the stock is held
             */
            expiresAt: string;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            paidAt: string | null;
            payments: components["schemas"]["PaymentView"][];
            metadata: {
                [key: string]: string;
            };
        };
        OrderPage: {
            data: components["schemas"]["OrderView"][];
            nextCursor: string | null;
        };
        AdminOrderView: {
            /** Format: uuid */
            id: string;
            /** Format: uuid */
            saleId: string;
            /** @enum {string} */
            status: "pending_payment" | "paid" | "fulfilled" | "expired" | "cancelled" | "refund_pending" | "refunded";
            lines: components["schemas"]["OrderLineView"][];
            total: components["schemas"]["Money"];
            /**
             * Format: date-time
             * @description Until then the stock is held
             */
            expiresAt: string;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            paidAt: string | null;
            payments: components["schemas"]["PaymentView"][];
            metadata: {
                [key: string]: string;
            };
            /** Format: uuid */
            buyerId: string;
        };
        AdminOrderPage: {
            data: components["schemas"]["AdminOrderView"][];
            nextCursor: string | null;
        };
        BuyerErasureView: {
            /**
             * Format: uuid
             * @description Whose the orders are from now on; null where there were none
             */
            pseudonym: string | null;
            /** @description Orders that were given to it */
            orders: number;
        };
        ReconciliationCheck: {
            /** @example no_oversell */
            name: string;
            ok: boolean;
            /** @description What was compared, and for which items it does not agree */
            detail: string;
        };
        ReconciliationItem: {
            /** Format: uuid */
            itemId: string;
            onHand: number;
            reserved: number;
            sold: number;
            available: number;
            /** @description Σ on_hand_delta of the movements */
            movementTotal: number;
            /** @description Units that orders hold, over all sales */
            ordersReserved: number;
            /** @description Units that orders bought, over all sales */
            ordersSold: number;
        };
        Reconciliation: {
            balanced: boolean;
            checks: components["schemas"]["ReconciliationCheck"][];
            items: components["schemas"]["ReconciliationItem"][];
        };
        CreatePayment: {
            /** @enum {string} */
            method: "sandbox";
            /** @description What the provider's form in the page gave for this payment; the sandbox wants none */
            token?: string | null;
            /**
             * @description What the sandbox is to do
             * @enum {string|null}
             */
            outcome?: "succeed" | "decline" | "timeout" | null;
        };
        PaymentReceipt: {
            /** Format: uuid */
            paymentId: string;
            /** @enum {string} */
            status: "pending" | "succeeded" | "declined" | "refunded";
        };
        RefundOrder: {
            /**
             * @description Whether its units go back on the shelf, once the money is back
             * @default false
             */
            returnsStock?: boolean | null;
            /** @description For whoever reads the record later */
            reason?: string | null;
        };
        PaymentEventBody: {
            eventId: string;
            /** @enum {string} */
            type: "payment.succeeded" | "payment.failed" | "payment.refunded";
            /** Format: uuid */
            paymentId: string;
            /** Format: uuid */
            orderId: string;
            /** @description What was captured, in minor units; without it, what the payment asked for */
            amount?: (number | components["schemas"]["Money"]) | null;
            /** @description With an amount that is a number */
            currency?: string | null;
            /** @description Why a payment failed */
            failureCode?: string | null;
        };
        PaymentEventReceipt: {
            received: boolean;
        };
        DeadLetterView: {
            /** Format: uuid */
            id: string;
            /** @example order.paid */
            type: string;
            /** Format: uuid */
            orderId: string | null;
            /** Format: uuid */
            itemId: string | null;
            /** Format: date-time */
            occurredAt: string;
            /** @description How often it was sent */
            attempts: number;
            /** @description What went wrong the last time */
            lastError: string | null;
        };
        DeadLetterPage: {
            data: components["schemas"]["DeadLetterView"][];
            nextCursor: string | null;
        };
        Replayed: {
            /** @description Events that will be sent again */
            replayed: number;
        };
        OutboxView: {
            pending: number;
            /** @description Dead letters */
            dead: number;
            /** @description Age of the oldest pending event, in seconds */
            lagSec: number;
        };
        FieldError: {
            path: string;
            message: string;
        };
        Problem: {
            /** @example urn:holdfast:problem:sold_out */
            type: string;
            title: string;
            status: number;
            detail: string;
            /** @enum {string} */
            code: "validation_failed" | "malformed_json" | "malformed_request" | "idempotency_key_missing" | "idempotency_key_invalid" | "unauthenticated" | "forbidden" | "not_found" | "request_timeout" | "sold_out" | "purchase_limit_reached" | "sale_not_started" | "sale_paused" | "price_changed" | "invalid_order_state" | "payment_in_progress" | "idempotency_key_in_flight" | "stock_below_reserved" | "sku_taken" | "sale_ended" | "body_too_large" | "unsupported_media_type" | "idempotency_key_reused" | "item_not_in_sale" | "duplicate_item" | "currency_mismatch" | "rate_limited" | "headers_too_large" | "internal_error" | "overloaded" | "dependency_unavailable" | "outcome_unknown";
            instance: string;
            requestId: string;
            /** @description Whether the same request may succeed later */
            retryable: boolean;
            /** @description With validation_failed: each wrong field */
            errors?: components["schemas"]["FieldError"][];
        };
    };
    responses: {
        /** @description Any other problem */
        problem: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Who is calling is not known */
        unauthenticated: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "unauthenticated";
                };
            };
        };
        /** @description Not found */
        not_found: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "not_found";
                };
            };
        };
        /** @description The request took too long to arrive */
        request_timeout: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "request_timeout";
                };
            };
        };
        /** @description A request with this key is still under way */
        idempotency_key_in_flight: {
            headers: {
                /** @description In seconds */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "idempotency_key_in_flight";
                };
            };
        };
        /** @description The body is too large */
        body_too_large: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "body_too_large";
                };
            };
        };
        /** @description The media type is not supported */
        unsupported_media_type: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "unsupported_media_type";
                };
            };
        };
        /** @description The key belongs to another request */
        idempotency_key_reused: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "idempotency_key_reused";
                };
            };
        };
        /** @description Too many requests */
        rate_limited: {
            headers: {
                /** @description In seconds */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "rate_limited";
                };
            };
        };
        /** @description Something this needs is not available */
        dependency_unavailable: {
            headers: {
                /** @description In seconds */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "dependency_unavailable";
                };
            };
        };
        /** @description The request is not valid */
        validation_failed: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "validation_failed";
                };
            };
        };
        /** @description The currencies differ */
        currency_mismatch: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "currency_mismatch";
                };
            };
        };
        /** @description The sale has ended */
        sale_ended: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "sale_ended";
                };
            };
        };
        /** @description The Idempotency-Key header is not valid */
        idempotency_key_invalid: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "idempotency_key_invalid";
                };
            };
        };
        /** @description The order is past that */
        invalid_order_state: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code: "invalid_order_state";
                };
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type StartDemoCrowd = components['schemas']['StartDemoCrowd'];
export type DemoCrowdView = components['schemas']['DemoCrowdView'];
export type Guest = components['schemas']['Guest'];
export type LivenessView = components['schemas']['LivenessView'];
export type DependencyView = components['schemas']['DependencyView'];
export type ReadinessView = components['schemas']['ReadinessView'];
export type LockView = components['schemas']['LockView'];
export type LockList = components['schemas']['LockList'];
export type Money = components['schemas']['Money'];
export type SaleItemView = components['schemas']['SaleItemView'];
export type SaleView = components['schemas']['SaleView'];
export type SalePage = components['schemas']['SalePage'];
export type SaleEvent = components['schemas']['SaleEvent'];
export type StockEvent = components['schemas']['StockEvent'];
export type Price = components['schemas']['Price'];
export type CreateSaleItem = components['schemas']['CreateSaleItem'];
export type CreateSale = components['schemas']['CreateSale'];
export type AdminSaleItemView = components['schemas']['AdminSaleItemView'];
export type AdminSaleView = components['schemas']['AdminSaleView'];
export type UpdateSale = components['schemas']['UpdateSale'];
export type CreateItem = components['schemas']['CreateItem'];
export type StockView = components['schemas']['StockView'];
export type ItemView = components['schemas']['ItemView'];
export type ItemPage = components['schemas']['ItemPage'];
export type UpdateItem = components['schemas']['UpdateItem'];
export type AdjustStock = components['schemas']['AdjustStock'];
export type AdjustStockBySku = components['schemas']['AdjustStockBySku'];
export type AdjustStocks = components['schemas']['AdjustStocks'];
export type AdjustmentResultView = components['schemas']['AdjustmentResultView'];
export type AdjustmentResults = components['schemas']['AdjustmentResults'];
export type AdjustmentView = components['schemas']['AdjustmentView'];
export type AdjustmentPage = components['schemas']['AdjustmentPage'];
export type CreateOrderLine = components['schemas']['CreateOrderLine'];
export type CreateOrder = components['schemas']['CreateOrder'];
export type OrderLineView = components['schemas']['OrderLineView'];
export type PaymentView = components['schemas']['PaymentView'];
export type OrderView = components['schemas']['OrderView'];
export type OrderPage = components['schemas']['OrderPage'];
export type AdminOrderView = components['schemas']['AdminOrderView'];
export type AdminOrderPage = components['schemas']['AdminOrderPage'];
export type BuyerErasureView = components['schemas']['BuyerErasureView'];
export type ReconciliationCheck = components['schemas']['ReconciliationCheck'];
export type ReconciliationItem = components['schemas']['ReconciliationItem'];
export type Reconciliation = components['schemas']['Reconciliation'];
export type CreatePayment = components['schemas']['CreatePayment'];
export type PaymentReceipt = components['schemas']['PaymentReceipt'];
export type RefundOrder = components['schemas']['RefundOrder'];
export type PaymentEventBody = components['schemas']['PaymentEventBody'];
export type PaymentEventReceipt = components['schemas']['PaymentEventReceipt'];
export type DeadLetterView = components['schemas']['DeadLetterView'];
export type DeadLetterPage = components['schemas']['DeadLetterPage'];
export type Replayed = components['schemas']['Replayed'];
export type OutboxView = components['schemas']['OutboxView'];
export type FieldError = components['schemas']['FieldError'];
export type Problem = components['schemas']['Problem'];
export type ResponseProblem = components['responses']['problem'];
export type ResponseUnauthenticated = components['responses']['unauthenticated'];
export type ResponseNotFound = components['responses']['not_found'];
export type ResponseRequestTimeout = components['responses']['request_timeout'];
export type ResponseIdempotencyKeyInFlight = components['responses']['idempotency_key_in_flight'];
export type ResponseBodyTooLarge = components['responses']['body_too_large'];
export type ResponseUnsupportedMediaType = components['responses']['unsupported_media_type'];
export type ResponseIdempotencyKeyReused = components['responses']['idempotency_key_reused'];
export type ResponseRateLimited = components['responses']['rate_limited'];
export type ResponseDependencyUnavailable = components['responses']['dependency_unavailable'];
export type ResponseValidationFailed = components['responses']['validation_failed'];
export type ResponseCurrencyMismatch = components['responses']['currency_mismatch'];
export type ResponseSaleEnded = components['responses']['sale_ended'];
export type ResponseIdempotencyKeyInvalid = components['responses']['idempotency_key_invalid'];
export type ResponseInvalidOrderState = components['responses']['invalid_order_state'];
export type $defs = Record<string, never>;
export interface operations {
    DemoCrowdController_start: {
        parameters: {
            query?: never;
            header?: {
                /** @description Made by the client and kept for every retry of the same request: 1–255 visible ASCII characters. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StartDemoCrowd"];
            };
        };
        responses: {
            /** @description They are on their way */
            202: {
                headers: {
                    "Idempotency-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DemoCrowdView"];
                };
            };
            /** @description The request is not valid; The body is not JSON; The Idempotency-Key header is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code: "validation_failed" | "malformed_json" | "idempotency_key_invalid";
                    };
                };
            };
            401: components["responses"]["unauthenticated"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["idempotency_key_in_flight"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_key_reused"];
            429: components["responses"]["rate_limited"];
            503: components["responses"]["dependency_unavailable"];
            default: components["responses"]["problem"];
        };
    };
    GuestsController_create: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Guest"];
                };
            };
            404: components["responses"]["not_found"];
            429: components["responses"]["rate_limited"];
            503: components["responses"]["dependency_unavailable"];
            default: components["responses"]["problem"];
        };
    };
    HealthController_live: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LivenessView"];
                };
            };
            default: components["responses"]["problem"];
        };
    };
    HealthController_ready: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReadinessView"];
                };
            };
            503: components["responses"]["dependency_unavailable"];
            default: components["responses"]["problem"];
        };
    };
    LocksAdminController_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LockList"];
                };
            };
            401: components["responses"]["unauthenticated"];
            404: components["responses"]["not_found"];
            429: components["responses"]["rate_limited"];
            503: components["responses"]["dependency_unavailable"];
            default: components["responses"]["problem"];
        };
    };
    MetricsController_read: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            default: components["responses"]["problem"];
        };
    };
    SalesController_list: {
        parameters: {
            query?: {
                /** @description The nextCursor of the page before */
                cursor?: string;
                status?: "scheduled" | "live" | "paused" | "ended";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SalePage"];
                };
            };
            400: components["responses"]["validation_failed"];
            429: components["responses"]["rate_limited"];
            503: components["responses"]["dependency_unavailable"];
            default: components["responses"]["problem"];
        };
    };
    SalesController_read: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the page that is known */
                "If-None-Match"?: string;
            };
            path: {
                saleId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SaleView"];
                };
            };
            /** @description It is as it was */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: components["responses"]["not_found"];
            429: components["responses"]["rate_limited"];
            503: components["responses"]["dependency_unavailable"];
            default: components["responses"]["problem"];
        };
    };
    SaleStreamController_watch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                saleId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Server-sent events: `sale` (SaleEvent) and `stock` (StockEvent), all of them at first, then each that changes */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            404: components["responses"]["not_found"];
            429: components["responses"]["rate_limited"];
            /** @description Too many orders are waiting; Something this needs is not available */
            503: {
                headers: {
                    /** @description In seconds */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code: "overloaded" | "dependency_unavailable";
                    };
                };
            };
            default: components["responses"]["problem"];
        };
    };
    SalesAdminController_create: {
        parameters: {
            query?: never;
            header?: {
                /** @description Made by the client and kept for every retry of the same request: 1–255 visible ASCII characters. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateSale"];
            };
        };
        responses: {
            201: {
                headers: {
                    "Idempotency-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdminSaleView"];
                };
            };
            /** @description The request is not valid; The body is not JSON; The Idempotency-Key header is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code: "validation_failed" | "malformed_json" | "idempotency_key_invalid";
                    };
                };
            };
            401: components["responses"]["unauthenticated"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["idempotency_key_in_flight"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            /** @description The key belongs to another request; An item appears more than once; The currencies differ */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code: "idempotency_key_reused" | "duplicate_item" | "currency_mismatch";
                    };
                };
            };
            429: components["responses"]["rate_limited"];
            503: components["responses"]["dependency_unavailable"];
            default: components["responses"]["problem"];
        };
    };
    SalesAdminController_update: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateSale"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdminSaleView"];
                };
            };
            /** @description The request is not valid; The body is not JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code: "validation_failed" | "malformed_json";
                    };
                };
            };
            401: components["responses"]["unauthenticated"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["rate_limited"];
            503: components["responses"]["dependency_unavailable"];
            default: components["responses"]["problem"];
        };
    };
    ItemsAdminController_list: {
        parameters: {
            query?: {
                /** @description The nextCursor of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ItemPage"];
                };
            };
            400: components["responses"]["validation_failed"];
            401: components["responses"]["unauthenticated"];
            429: components["responses"]["rate_limited"];
            503: components["responses"]["dependency_unavailable"];
            default: components["responses"]["problem"];
        };
    };
    ItemsAdminController_create: {
        parameters: {
            query?: never;
            header?: {
                /** @description Made by the client and kept for every retry of the same request: 1–255 visible ASCII characters. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateItem"];
            };
        };
        responses: {
            201: {
                headers: {
                    "Idempotency-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ItemView"];
                };
            };
            /** @description The request is not valid; The body is not JSON; The Idempotency-Key header is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code: "validation_failed" | "malformed_json" | "idempotency_key_invalid";
                    };
                };
            };
            401: components["responses"]["unauthenticated"];
            408: components["responses"]["request_timeout"];
            /** @description A request with this key is still under way; The SKU is taken */
            409: {
                headers: {
                    /** @description In seconds */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code: "idempotency_key_in_flight" | "sku_taken";
                    };
                };
            };
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_key_reused"];
            429: components["responses"]["rate_limited"];
            503: components["responses"]["dependency_unavailable"];
            default: components["responses"]["problem"];
        };
    };
    ItemsAdminController_read: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ItemView"];
                };
            };
            401: components["responses"]["unauthenticated"];
            404: components["responses"]["not_found"];
            429: components["responses"]["rate_limited"];
            503: components["responses"]["dependency_unavailable"];
            default: components["responses"]["problem"];
        };
    };
    ItemsAdminController_update: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateItem"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ItemView"];
                };
            };
            /** @description The request is not valid; The body is not JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code: "validation_failed" | "malformed_json";
                    };
                };
            };
            401: components["responses"]["unauthenticated"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["currency_mismatch"];
            429: components["responses"]["rate_limited"];
            503: components["responses"]["dependency_unavailable"];
            default: components["responses"]["problem"];
        };
    };
    StockAdjustmentsAdminController_list: {
        parameters: {
            query?: {
                /** @description The nextCursor of the page before */
                cursor?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What changed its stock by hand, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdjustmentPage"];
                };
            };
            400: components["responses"]["validation_failed"];
            401: components["responses"]["unauthenticated"];
            404: components["responses"]["not_found"];
            429: components["responses"]["rate_limited"];
            503: components["responses"]["dependency_unavailable"];
            default: components["responses"]["problem"];
        };
    };
    ItemsAdminController_adjust: {
        parameters: {
            query?: never;
            header: {
                /** @description Made by the client and kept for every retry of the same request: 1–255 visible ASCII characters. */
                "Idempotency-Key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AdjustStock"];
            };
        };
        responses: {
            201: {
                headers: {
                    "Idempotency-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StockView"];
                };
            };
            /** @description The request is not valid; The body is not JSON; The Idempotency-Key header is missing; The Idempotency-Key header is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code: "validation_failed" | "malformed_json" | "idempotency_key_missing" | "idempotency_key_invalid";
                    };
                };
            };
            401: components["responses"]["unauthenticated"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            /** @description A request with this key is still under way; The stock would fall below what is reserved */
            409: {
                headers: {
                    /** @description In seconds */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code: "idempotency_key_in_flight" | "stock_below_reserved";
                    };
                };
            };
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_key_reused"];
            429: components["responses"]["rate_limited"];
            503: components["responses"]["dependency_unavailable"];
            default: components["responses"]["problem"];
        };
    };
    StockAdjustmentsAdminController_adjust: {
        parameters: {
            query?: never;
            header: {
                /** @description Made by the client and kept for every retry of the same request: 1–255 visible ASCII characters. */
                "Idempotency-Key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AdjustStocks"];
            };
        };
        responses: {
            /** @description The result of each, in the order of the request */
            200: {
                headers: {
                    "Idempotency-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdjustmentResults"];
                };
            };
            /** @description The request is not valid; The body is not JSON; The Idempotency-Key header is missing; The Idempotency-Key header is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code: "validation_failed" | "malformed_json" | "idempotency_key_missing" | "idempotency_key_invalid";
                    };
                };
            };
            401: components["responses"]["unauthenticated"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["idempotency_key_in_flight"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_key_reused"];
            429: components["responses"]["rate_limited"];
            503: components["responses"]["dependency_unavailable"];
            default: components["responses"]["problem"];
        };
    };
    OrdersController_list: {
        parameters: {
            query?: {
                /** @description The nextCursor of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrderPage"];
                };
            };
            400: components["responses"]["validation_failed"];
            401: components["responses"]["unauthenticated"];
            429: components["responses"]["rate_limited"];
            503: components["responses"]["dependency_unavailable"];
            default: components["responses"]["problem"];
        };
    };
    OrdersController_create: {
        parameters: {
            query?: never;
            header: {
                /** @description Made by the client and kept for every retry of the same request: 1–255 visible ASCII characters. */
                "Idempotency-Key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateOrder"];
            };
        };
        responses: {
            /** @description The order, its stock reserved until expiresAt */
            201: {
                headers: {
                    Location?: string;
                    "Idempotency-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrderView"];
                };
            };
            /** @description The request is not valid; The body is not JSON; The Idempotency-Key header is missing; The Idempotency-Key header is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code: "validation_failed" | "malformed_json" | "idempotency_key_missing" | "idempotency_key_invalid";
                    };
                };
            };
            401: components["responses"]["unauthenticated"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            /** @description Sold out; The purchase limit is reached; The sale has not started; The sale is paused; The price has changed; A request with this key is still under way */
            409: {
                headers: {
                    /** @description In seconds */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code: "sold_out" | "purchase_limit_reached" | "sale_not_started" | "sale_paused" | "price_changed" | "idempotency_key_in_flight";
                    };
                };
            };
            410: components["responses"]["sale_ended"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            /** @description The key belongs to another request; The item is not part of the sale; An item appears more than once */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code: "idempotency_key_reused" | "item_not_in_sale" | "duplicate_item";
                    };
                };
            };
            429: components["responses"]["rate_limited"];
            /** @description Too many orders are waiting; Something this needs is not available; Whether the order was placed is not known */
            503: {
                headers: {
                    /** @description In seconds */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code: "overloaded" | "dependency_unavailable" | "outcome_unknown";
                    };
                };
            };
            default: components["responses"]["problem"];
        };
    };
    OrdersController_read: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrderView"];
                };
            };
            401: components["responses"]["unauthenticated"];
            404: components["responses"]["not_found"];
            429: components["responses"]["rate_limited"];
            503: components["responses"]["dependency_unavailable"];
            default: components["responses"]["problem"];
        };
    };
    OrdersController_cancel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The cancelled order; its stock is free again */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrderView"];
                };
            };
            401: components["responses"]["unauthenticated"];
            404: components["responses"]["not_found"];
            /** @description The order is past that; A payment is under way */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code: "invalid_order_state" | "payment_in_progress";
                    };
                };
            };
            429: components["responses"]["rate_limited"];
            503: components["responses"]["dependency_unavailable"];
            default: components["responses"]["problem"];
        };
    };
    OrdersAdminController_list: {
        parameters: {
            query?: {
                /** @description The nextCursor of the page before */
                cursor?: string;
                saleId?: string;
                status?: "pending_payment" | "paid" | "fulfilled" | "expired" | "cancelled" | "refund_pending" | "refunded";
                buyerId?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdminOrderPage"];
                };
            };
            400: components["responses"]["validation_failed"];
            401: components["responses"]["unauthenticated"];
            429: components["responses"]["rate_limited"];
            503: components["responses"]["dependency_unavailable"];
            default: components["responses"]["problem"];
        };
    };
    OrdersAdminController_read: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdminOrderView"];
                };
            };
            401: components["responses"]["unauthenticated"];
            404: components["responses"]["not_found"];
            429: components["responses"]["rate_limited"];
            503: components["responses"]["dependency_unavailable"];
            default: components["responses"]["problem"];
        };
    };
    OrdersAdminController_fulfil: {
        parameters: {
            query?: never;
            header?: {
                /** @description Made by the client and kept for every retry of the same request: 1–255 visible ASCII characters. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The goods have left; it cannot be refunded any more */
            200: {
                headers: {
                    "Idempotency-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdminOrderView"];
                };
            };
            400: components["responses"]["idempotency_key_invalid"];
            401: components["responses"]["unauthenticated"];
            404: components["responses"]["not_found"];
            /** @description The order is past that; A request with this key is still under way */
            409: {
                headers: {
                    /** @description In seconds */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code: "invalid_order_state" | "idempotency_key_in_flight";
                    };
                };
            };
            422: components["responses"]["idempotency_key_reused"];
            429: components["responses"]["rate_limited"];
            503: components["responses"]["dependency_unavailable"];
            default: components["responses"]["problem"];
        };
    };
    BuyersAdminController_erase: {
        parameters: {
            query?: never;
            header?: {
                /** @description Made by the client and kept for every retry of the same request: 1–255 visible ASCII characters. */
                "Idempotency-Key"?: string;
            };
            path: {
                buyerId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The buyer is forgotten; their orders stay, under a pseudonym. Again it finds none */
            200: {
                headers: {
                    "Idempotency-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BuyerErasureView"];
                };
            };
            400: components["responses"]["idempotency_key_invalid"];
            401: components["responses"]["unauthenticated"];
            404: components["responses"]["not_found"];
            /** @description The order is past that; A request with this key is still under way */
            409: {
                headers: {
                    /** @description In seconds */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code: "invalid_order_state" | "idempotency_key_in_flight";
                    };
                };
            };
            422: components["responses"]["idempotency_key_reused"];
            429: components["responses"]["rate_limited"];
            503: components["responses"]["dependency_unavailable"];
            default: components["responses"]["problem"];
        };
    };
    ReconciliationController_read: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                saleId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reconciliation"];
                };
            };
            401: components["responses"]["unauthenticated"];
            404: components["responses"]["not_found"];
            429: components["responses"]["rate_limited"];
            503: components["responses"]["dependency_unavailable"];
            default: components["responses"]["problem"];
        };
    };
    PaymentsController_open: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreatePayment"];
            };
        };
        responses: {
            /** @description Under way: the order tells what became of it */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PaymentReceipt"];
                };
            };
            /** @description The request is not valid; The body is not JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code: "validation_failed" | "malformed_json";
                    };
                };
            };
            401: components["responses"]["unauthenticated"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["invalid_order_state"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["rate_limited"];
            503: components["responses"]["dependency_unavailable"];
            default: components["responses"]["problem"];
        };
    };
    RefundsAdminController_refund: {
        parameters: {
            query?: never;
            header: {
                /** @description Made by the client and kept for every retry of the same request: 1–255 visible ASCII characters. */
                "Idempotency-Key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RefundOrder"];
            };
        };
        responses: {
            /** @description refund_pending until the gateway has the money back */
            200: {
                headers: {
                    "Idempotency-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdminOrderView"];
                };
            };
            /** @description The request is not valid; The body is not JSON; The Idempotency-Key header is missing; The Idempotency-Key header is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code: "validation_failed" | "malformed_json" | "idempotency_key_missing" | "idempotency_key_invalid";
                    };
                };
            };
            401: components["responses"]["unauthenticated"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            /** @description The order is past that; A request with this key is still under way */
            409: {
                headers: {
                    /** @description In seconds */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code: "invalid_order_state" | "idempotency_key_in_flight";
                    };
                };
            };
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_key_reused"];
            429: components["responses"]["rate_limited"];
            503: components["responses"]["dependency_unavailable"];
            default: components["responses"]["problem"];
        };
    };
    PaymentWebhookController_receive: {
        parameters: {
            query?: never;
            header: {
                /** @description t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body"> */
                "x-webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PaymentEventBody"];
            };
        };
        responses: {
            /** @description Heard */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PaymentEventReceipt"];
                };
            };
            /** @description The request is not valid; The body is not JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {string} */
                        code: "validation_failed" | "malformed_json";
                    };
                };
            };
            401: components["responses"]["unauthenticated"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["invalid_order_state"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            503: components["responses"]["dependency_unavailable"];
            default: components["responses"]["problem"];
        };
    };
    DeadLettersAdminController_list: {
        parameters: {
            query?: {
                /** @description The nextCursor of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeadLetterPage"];
                };
            };
            400: components["responses"]["validation_failed"];
            401: components["responses"]["unauthenticated"];
            429: components["responses"]["rate_limited"];
            503: components["responses"]["dependency_unavailable"];
            default: components["responses"]["problem"];
        };
    };
    DeadLettersAdminController_replay: {
        parameters: {
            query?: never;
            header?: {
                /** @description Made by the client and kept for every retry of the same request: 1–255 visible ASCII characters. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is sent again; 0 where it is under way already */
            202: {
                headers: {
                    "Idempotency-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Replayed"];
                };
            };
            400: components["responses"]["idempotency_key_invalid"];
            401: components["responses"]["unauthenticated"];
            404: components["responses"]["not_found"];
            409: components["responses"]["idempotency_key_in_flight"];
            422: components["responses"]["idempotency_key_reused"];
            429: components["responses"]["rate_limited"];
            503: components["responses"]["dependency_unavailable"];
            default: components["responses"]["problem"];
        };
    };
    DeadLettersAdminController_replayAll: {
        parameters: {
            query?: never;
            header?: {
                /** @description Made by the client and kept for every retry of the same request: 1–255 visible ASCII characters. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them are sent again, the 10,000 oldest where there are more */
            202: {
                headers: {
                    "Idempotency-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Replayed"];
                };
            };
            400: components["responses"]["idempotency_key_invalid"];
            401: components["responses"]["unauthenticated"];
            409: components["responses"]["idempotency_key_in_flight"];
            422: components["responses"]["idempotency_key_reused"];
            429: components["responses"]["rate_limited"];
            503: components["responses"]["dependency_unavailable"];
            default: components["responses"]["problem"];
        };
    };
    OutboxAdminController_read: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What the shop has not been told yet */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OutboxView"];
                };
            };
            401: components["responses"]["unauthenticated"];
            429: components["responses"]["rate_limited"];
            503: components["responses"]["dependency_unavailable"];
            default: components["responses"]["problem"];
        };
    };
}
