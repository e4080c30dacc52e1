import { useEffect, useId, useRef } from 'react';
import { Button } from '../../design/Button.js';

interface CancelDialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly onCancelOrder: () => void;
}

/** Asks once more: what is given back goes to somebody else. */
export function CancelDialog({ title, onClose, onCancelOrder }: CancelDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const headingId = useId();
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  const close = () => dialog.current?.close(); // the browser gives the focus back
  return (
    <dialog ref={dialog} className="dialog card" aria-labelledby={headingId} onClose={onClose}>
      <h2 id={headingId}>Give it back?</h2>
      <p>{title} is offered to others at once. You may not get it again.</p>
      <div className="dialog-actions">
        <Button look="quiet" onClick={close}>
          Keep it
        </Button>
        <Button
          look="danger"
          onClick={() => {
            close();
            onCancelOrder();
          }}
        >
          Cancel the order
        </Button>
      </div>
    </dialog>
  );
}
