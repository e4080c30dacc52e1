import type { CreateSaleItem, ItemView } from '#client';
import { Button } from '../../design/Button.js';
import { Field } from '../../design/Field.js';
import { TextField } from '../TextField.js';
import { priceText, readPrice } from './price-text.js';
import { readWholeOrNull } from './read-whole.js';

/** An item of a new sale, as somebody types its terms. */
export interface OfferDraft {
  readonly itemId: string;
  readonly purchaseLimit: string;
  readonly price: string;
  readonly allotment: string;
}

export function offersOf(offers: readonly OfferDraft[], items: readonly ItemView[]): CreateSaleItem[] {
  return offers.map(({ itemId, purchaseLimit, price, allotment }) => ({
    itemId,
    purchaseLimit: readWholeOrNull(purchaseLimit),
    price: price.trim() === '' ? null : readPrice(price, currencyOf(itemId, items)),
    allotment: readWholeOrNull(allotment),
  }));
}

interface OffersProps {
  readonly items: readonly ItemView[];
  readonly offers: readonly OfferDraft[];
  readonly errors: Readonly<Record<string, string>>;
  readonly onChange: (offers: readonly OfferDraft[]) => void;
}

/** The items of a new sale with their terms; each once. */
export function Offers({ items, offers, errors, onChange }: OffersProps) {
  const free = items.filter(({ id }) => offers.every(({ itemId }) => itemId !== id));
  const change = (index: number, changed: OfferDraft) => onChange(offers.with(index, changed));
  return (
    <fieldset className="stack">
      <legend>Items</legend>
      {offers.map((offer, index) => (
        <Offer
          key={offer.itemId}
          item={items.find(({ id }) => id === offer.itemId)}
          offer={offer}
          errorOf={(field) => errors[`items.${index}.${field}`]}
          onChange={(changed) => change(index, changed)}
          onRemove={() => onChange(offers.filter((other) => other !== offer))}
        />
      ))}
      {free.length > 0 && (
        <Field label="Add an item" error={errors['items']}>
          {(input) => (
            <select
              {...input}
              value=""
              onChange={(event) =>
                onChange([
                  ...offers,
                  { itemId: event.target.value, purchaseLimit: '', price: '', allotment: '' },
                ])
              }
            >
              <option value="">Choose …</option>
              {free.map(({ id, name, sku, stock }) => (
                <option key={id} value={id}>
                  {name} ({sku}, {stock.available} available)
                </option>
              ))}
            </select>
          )}
        </Field>
      )}
    </fieldset>
  );
}

interface OfferProps {
  readonly item: ItemView | undefined;
  readonly offer: OfferDraft;
  readonly errorOf: (field: string) => string | undefined;
  readonly onChange: (offer: OfferDraft) => void;
  readonly onRemove: () => void;
}

function Offer({ item, offer, errorOf, onChange, onRemove }: OfferProps) {
  const name = item?.name ?? offer.itemId;
  return (
    <div className="offer stack" role="group" aria-label={name}>
      <div className="section-head">
        <strong>{name}</strong>
        <Button look="quiet" aria-label={`Remove ${name}`} onClick={onRemove}>
          Remove
        </Button>
      </div>
      <div className="fields">
        <TextField
          label="Limit a buyer"
          type="number"
          value={offer.purchaseLimit}
          onChange={(purchaseLimit) => onChange({ ...offer, purchaseLimit })}
          error={errorOf('purchaseLimit') ?? errorOf('itemId')}
          hint="Empty: none"
        />
        <TextField
          label="Price"
          value={offer.price}
          onChange={(price) => onChange({ ...offer, price })}
          error={errorOf('price.amount') ?? errorOf('price.currency')}
          hint={item && `Empty: ${priceText(item.price)} ${item.price.currency}`}
        />
        <TextField
          label="Allotment"
          type="number"
          value={offer.allotment}
          onChange={(allotment) => onChange({ ...offer, allotment })}
          error={errorOf('allotment')}
          hint="Units of this sale. Empty: all there are"
        />
      </div>
    </div>
  );
}

function currencyOf(itemId: string, items: readonly ItemView[]): string {
  return items.find(({ id }) => id === itemId)?.price.currency ?? '';
}
