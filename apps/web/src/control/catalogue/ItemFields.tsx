import type { ItemView, UpdateItem } from '#client';
import { Field } from '../../design/Field.js';
import { TextField } from '../TextField.js';
import { priceText, readPrice } from './price-text.js';
import { readWhole } from './read-whole.js';

/** An item as somebody types it. */
export interface ItemDraft {
  readonly name: string;
  readonly description: string;
  readonly imageUrl: string;
  readonly price: string;
  readonly currency: string;
  readonly lowStockThreshold: string;
}

export const EMPTY_ITEM: ItemDraft = {
  name: '',
  description: '',
  imageUrl: '',
  price: '',
  currency: 'EUR',
  lowStockThreshold: '10',
};

export function draftOf(item: ItemView): ItemDraft {
  return {
    name: item.name,
    description: item.description,
    imageUrl: item.imageUrl ?? '',
    price: priceText(item.price),
    currency: item.price.currency,
    lowStockThreshold: String(item.lowStockThreshold),
  };
}

/** All of an item that has a field here. */
type ItemBody = Required<Omit<UpdateItem, 'metadata'>>;

/** What the service is sent of it. */
export function bodyOf(draft: ItemDraft): ItemBody {
  const { name, description, imageUrl, price, currency, lowStockThreshold } = draft;
  return {
    name,
    description,
    imageUrl: imageUrl === '' ? null : imageUrl,
    price: readPrice(price, currency),
    lowStockThreshold: readWhole(lowStockThreshold),
  };
}

interface ItemFieldsProps {
  readonly draft: ItemDraft;
  readonly errors: Readonly<Record<string, string>>;
  readonly onChange: (draft: ItemDraft) => void;
}

/** What can be changed about an item. */
export function ItemFields({ draft, errors, onChange }: ItemFieldsProps) {
  const field = (name: keyof ItemDraft, label: string, path: string = name) => ({
    label,
    value: draft[name],
    error: errors[path],
    onChange: (value: string) => onChange({ ...draft, [name]: value }),
  });
  return (
    <>
      <TextField {...field('name', 'Name')} />
      <Field label="Description" error={errors['description']}>
        {(input) => (
          <textarea
            {...input}
            rows={3}
            value={draft.description}
            onChange={(event) => onChange({ ...draft, description: event.target.value })}
          />
        )}
      </Field>
      <TextField {...field('imageUrl', 'Picture')} hint="A path such as /pictures/phone.svg, or a URL" />
      <div className="fields">
        <TextField {...field('price', 'Price', 'price.amount')} />
        <TextField {...field('currency', 'Currency', 'price.currency')} hint="ISO 4217, such as EUR" />
        <TextField
          {...field('lowStockThreshold', 'Low stock')}
          type="number"
          hint="The shop hears of it when no more than this is left"
        />
      </div>
    </>
  );
}
