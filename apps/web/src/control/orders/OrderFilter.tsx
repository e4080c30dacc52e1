import { useState } from 'react';
import { Button } from '../../design/Button.js';
import { Field } from '../../design/Field.js';
import { hrefOf } from '../route.js';
import { TextField } from '../TextField.js';
import { ORDER_STATUSES } from './order-status.js';

interface OrderFilterProps {
  readonly query: URLSearchParams;
  readonly errors: Readonly<Record<string, string>>;
}

/** Writes the filter into the address, so that it can be kept and sent on. An order's own id leads to it. */
export function OrderFilter({ query, errors }: OrderFilterProps) {
  const [saleId, setSaleId] = useState(query.get('saleId') ?? '');
  const [buyerId, setBuyerId] = useState(query.get('buyerId') ?? '');
  const [status, setStatus] = useState(query.get('status') ?? '');
  const [orderId, setOrderId] = useState('');

  function find() {
    location.hash =
      orderId.trim() === ''
        ? hrefOf('orders', undefined, { saleId: saleId.trim(), status, buyerId: buyerId.trim() })
        : hrefOf('orders', orderId.trim());
  }

  return (
    <form
      className="card filter"
      role="search"
      aria-label="Orders"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        find();
      }}
    >
      <TextField label="Sale (id)" value={saleId} onChange={setSaleId} error={errors['saleId']} />
      <Field label="State" error={errors['status']}>
        {(input) => (
          <select {...input} value={status} onChange={(event) => setStatus(event.target.value)}>
            <option value="">any</option>
            {Object.entries(ORDER_STATUSES).map(([value, { words }]) => (
              <option key={value} value={value}>
                {words}
              </option>
            ))}
          </select>
        )}
      </Field>
      <TextField label="Buyer (id)" value={buyerId} onChange={setBuyerId} error={errors['buyerId']} />
      <TextField label="Order (id)" value={orderId} onChange={setOrderId} />
      <div className="actions">
        <Button type="submit">Find</Button>
        <a href={hrefOf('orders')}>All orders</a>
      </div>
    </form>
  );
}
