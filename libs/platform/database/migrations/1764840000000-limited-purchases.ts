import { ForwardMigration } from './forward-migration.js';

/**
 * Purchases are counted where a sale limits them, and nowhere else (docs/decisions/0005). So a limit must be there from the
 * first order on, and is refused later. The version before counts every purchase, and takes back what it finds: while both
 * run, that may be more than was counted, and stops at zero.
 */
export class LimitedPurchases1764840000000 extends ForwardMigration {
  readonly name = 'LimitedPurchases1764840000000';
  protected readonly steps = STEPS;
}

const STEPS = [
  /* sql */ `SET LOCAL lock_timeout = '1s'`,
  /* sql */ `
CREATE OR REPLACE FUNCTION refuse_late_limit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'A purchase limit is given when an item is put on sale: before, nobody counted what buyers have. '
    'End the sale, and open one with the limit.' USING ERRCODE = 'object_not_in_prerequisite_state';
END $$`,
  /* sql */ `
CREATE OR REPLACE TRIGGER sale_item_limit_is_early AFTER UPDATE OF purchase_limit ON sale_item
FOR EACH ROW WHEN (OLD.purchase_limit IS NULL AND NEW.purchase_limit IS NOT NULL)
EXECUTE FUNCTION refuse_late_limit()`,
  /* sql */ `
CREATE OR REPLACE FUNCTION keep_uncounted_at_zero() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM sale_item offer
             WHERE offer.sale_id = NEW.sale_id AND offer.item_id = NEW.item_id AND offer.purchase_limit IS NULL) THEN
    NEW.quantity := 0;
  END IF;
  RETURN NEW;
END $$`,
  /* sql */ `
CREATE OR REPLACE TRIGGER purchase_uncounted BEFORE UPDATE OF quantity ON purchase
FOR EACH ROW WHEN (NEW.quantity < 0) EXECUTE FUNCTION keep_uncounted_at_zero()`,
];
